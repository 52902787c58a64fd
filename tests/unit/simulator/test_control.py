"""The control API and the control page."""

from typing import Any

import httpx
import pytest
from selectolax.lexbor import LexborHTMLParser

from easycrm.simulator.actions import BY_NAME
from easycrm.simulator.world import World
from tests.unit.simulator.conftest import granted

ADA, KATHERINE = "ada@example.com", "katherine@example.net"
SEND, READ = "https://www.googleapis.com/auth/gmail.send", "https://www.googleapis.com/auth/gmail.readonly"
WHO = "/openidconnect.googleapis.com/v1/userinfo"


async def call(web: httpx.AsyncClient, name: str, /, **body: Any) -> dict[str, Any]:
    answer = await web.post(f"/control/api/{name}", json=body)
    assert answer.status_code == 200, answer.text
    return answer.json()


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


async def test_every_action_is_described(web: httpx.AsyncClient) -> None:
    told = (await web.get("/control/api")).text

    assert [name for name in BY_NAME if name not in told] == []


@pytest.mark.parametrize(
    ("name", "body"),
    [
        ("deliver", {"email": "nobody@example.com"}),
        ("message", {"email": ADA, "id": "none", "action": "read"}),
        ("message", {"email": ADA, "id": "none", "action": "burn"}),
        ("people", {"email": ADA, "name": "Again", "provider": "google"}),
        ("people", {"email": "new@example.com", "name": "New", "provider": "aol"}),
        ("people", {"email": "new@example.com", "provider": "google", "eml_dir": "/nowhere/at/all"}),
        ("rename", {"email": ADA, "new_email": "grace@example.com"}),
        ("settings", {"access_token_ttl": 5, "no_such": 1}),
        ("clients", {"provider": "google", "client_id": "new", "colour": "red"}),
        ("faults", {"match": "(", "kind": "status"}),
        ("faults", {"match": "x", "kind": "nonsense"}),
        ("contacts", {"email": "nobody@example.com"}),
        ("contacts", {"email": ADA, "id": "none", "name": "X"}),
        ("contacts", {"email": ADA, "colour": "red"}),
        ("contacts", {"email": ADA, "folder": "none"}),
        ("contacts/delete", {"email": ADA, "id": "none"}),
        ("contacts/folder", {"email": ADA, "key": "none", "delete": True}),
        ("grants/revoke", {}),
        ("approve", {"authorize_url": "https://accounts.google.com/o/oauth2/v2/auth?client_id=x", "email": ADA}),
    ],
)
async def test_a_wrong_call_is_refused_and_changes_nothing(
    world: World, web: httpx.AsyncClient, name: str, body: dict[str, Any]
) -> None:
    before = (await web.get("/control/api/state")).json()

    answer = await web.post(f"/control/api/{name}", json=body)

    assert (answer.status_code, list(answer.json())) == (400, ["error"])
    assert (await web.get("/control/api/state")).json() == before
    assert "new" not in world.clients


async def test_a_call_that_is_no_json_is_refused(web: httpx.AsyncClient) -> None:
    answer = await web.post("/control/api/deliver", content=b"{")

    assert answer.status_code == 400


async def test_state_names_people_and_grants_and_no_token(world: World, web: httpx.AsyncClient) -> None:
    _, access, refresh = granted(world, ADA, READ)

    answer = await web.get("/control/api/state")

    (grant,) = answer.json()["grants"]
    assert (grant["email"], grant["live"], grant["scopes"], grant["refresh_tokens"]) == (ADA, True, [READ], 1)
    assert access not in answer.text
    assert refresh not in answer.text


async def test_truth_is_the_mailbox_newest_first(web: httpx.AsyncClient) -> None:
    (ident,) = (await call(web, "deliver", email=ADA, subject="The newest", text="Hello"))["ids"]

    messages = (await web.get("/control/api/truth", params={"email": ADA})).json()["messages"]

    assert (messages[0]["id"], messages[0]["subject"], messages[0]["unread"]) == (ident, "The newest", True)
    assert [one["received_at"] for one in messages] == sorted((one["received_at"] for one in messages), reverse=True)
    assert (await web.get("/control/api/truth", params={"email": "nobody@example.com"})).status_code == 400


async def test_requests_are_counted_without_what_is_secret(world: World, web: httpx.AsyncClient) -> None:
    _, access, _ = granted(world, ADA, READ)
    messages = "/gmail.googleapis.com/gmail/v1/users/me/messages"
    await web.get(messages, params={"maxResults": "3"}, headers=bearer(access))
    await web.get(messages, headers=bearer("wrong"))
    await web.get("/accounts.google.com/o/oauth2/v2/auth", params={"state": "of-the-browser"})

    answer = await web.get("/control/api/requests", params={"reset": "1"})

    told = answer.json()
    assert (told["total"], told["statuses"]) == (3, {"200": 1, "401": 2})
    assert told["by_route"]["GET gmail.googleapis.com/gmail/v1/users/me/messages"] == 2
    assert told["units"] == {ADA: 5}
    assert [entry["query"] for entry in told["recent"]] == ["maxResults=3", "", ""]
    assert access not in answer.text
    assert "of-the-browser" not in answer.text
    assert (await web.get("/control/api/requests")).json()["total"] == 0


async def test_an_expired_access_token_is_refused_and_others_are_not(world: World, web: httpx.AsyncClient) -> None:
    _, access, _ = granted(world, ADA, READ)
    _, other, _ = granted(world, "grace@example.com", READ)
    await call(web, "grants/expire-access", email=ADA)

    assert (await web.get(WHO, headers=bearer(access))).status_code == 401
    assert (await web.get(WHO, headers=bearer(other))).status_code == 200


async def test_a_dropped_scope_is_gone_from_living_tokens_too(world: World, web: httpx.AsyncClient) -> None:
    grant, access, _ = granted(world, ADA, READ, SEND)
    await call(web, "grants/drop-scope", email=ADA, scope="gmail.readonly")

    answer = await web.get("/gmail.googleapis.com/gmail/v1/users/me/profile", headers=bearer(access))

    assert (grant.scopes, grant.live) == ({SEND}, True)
    assert answer.status_code == 403
    assert answer.json()["error"]["errors"][0]["reason"] == "insufficientPermissions"


async def test_a_renamed_person_keeps_subject_and_mail(world: World, web: httpx.AsyncClient) -> None:
    _, access, _ = granted(world, ADA, READ)
    before = (await web.get(WHO, headers=bearer(access))).json()
    await call(web, "rename", email=ADA, new_email="augusta@example.com")

    after = (await web.get(WHO, headers=bearer(access))).json()

    assert (after["sub"], after["email"]) == (before["sub"], "augusta@example.com")
    assert world.people["augusta@example.com"].mailbox.items


async def test_people_and_applications_can_be_added(world: World, web: httpx.AsyncClient) -> None:
    made = await call(web, "people", email="new@example.com", name="New", provider="google", messages=30)
    assert made["messages"] == 30

    uri = "https://crm.example.com/callback"
    await call(web, "clients", provider="google", client_id="mine", client_secret="s", redirect_uris=[uri])
    assert world.clients["mine"].redirect_uris == [uri]
    await call(web, "clients", provider="google", client_id="mine", secret_expired=True)
    assert (world.clients["mine"].client_secret, world.clients["mine"].secret_expired) == ("s", True)


async def test_reset_begins_anew_with_the_same_key(world: World, web: httpx.AsyncClient) -> None:
    granted(world, ADA, READ)
    await call(web, "faults", match="x")
    await call(web, "consent", deny=True)
    keys = (await web.get("/www.googleapis.com/oauth2/v3/certs")).json()
    await call(web, "reset")

    assert (world.grants, world.faults, world.next_consent, world.access_tokens) == ({}, [], {}, {})
    assert (await web.get("/www.googleapis.com/oauth2/v3/certs")).json() == keys


async def press(web: httpx.AsyncClient, label: str) -> str:
    """Press the button of this name on the control page; the text of the page that follows."""
    page = LexborHTMLParser((await web.get("/control/")).text)
    for button in page.css("button"):
        if label in (button.attributes.get("aria-label"), button.text()):
            sent = {str(button.attributes["name"]): str(button.attributes["value"])}
            answer = await web.post("/control/", data=sent, follow_redirects=True)
            assert answer.status_code == 200, answer.text
            body = LexborHTMLParser(answer.text).body
            return body.text() if body else ""
    raise AssertionError(f"no button {label}")


async def test_the_page_does_what_its_buttons_say(world: World, web: httpx.AsyncClient) -> None:
    grant, _, refresh = granted(world, ADA, READ, SEND)
    messages = len(world.people[ADA].mailbox.items)

    assert f"Done: Deliver mail: {ADA}" in await press(web, f"Deliver mail: {ADA}")
    assert len(world.people[ADA].mailbox.items) == messages + 1
    await press(web, f"Take sending away: {ADA}")
    assert grant.scopes == {READ}
    await press(web, f"Expire refresh token: {ADA}")
    assert world.dead_tokens == {refresh: "expired"}
    assert "ended grant" in await press(web, f"Revoke grant: {ADA}")
    assert "status 429" in await press(web, "Throttle mail: 429")
    assert "Nothing is switched on" in await press(web, "All faults off")
    assert "deny" in await press(web, "Deny the next consents")
    await press(web, "Consent as clicked")
    assert world.next_consent == {}


async def test_every_button_of_the_page_can_be_pressed(web: httpx.AsyncClient) -> None:
    page = LexborHTMLParser((await web.get("/control/")).text)
    labels = [button.attributes.get("aria-label") or button.text() for button in page.css("button")]
    world_wide = [label for label in labels if "@" not in label]

    for label in [*(one for one in labels if KATHERINE in one), *world_wide]:
        await press(web, label)

    assert len(labels) == len(set(labels))


async def test_an_address_is_shown_and_never_run(world: World, web: httpx.AsyncClient) -> None:
    await call(web, "people", email='"<script>"@example.com', name="<b>Bold</b>", provider="google")

    page = (await web.get("/control/", params={"done": "<script>"})).text

    assert "<script>" not in page
    assert "&lt;script&gt;" in page


async def test_the_root_leads_to_the_control_page(web: httpx.AsyncClient) -> None:
    answer = await web.get("/", follow_redirects=True)

    assert "What shall happen?" in answer.text
