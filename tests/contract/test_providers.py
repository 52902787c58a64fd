"""What EasyCRM relies on, of every provider alike, against the simulator."""

import json
import time
from collections.abc import Sequence
from contextlib import aclosing, suppress
from datetime import UTC, datetime, timedelta

import pytest

from easycrm.providers.base import Capability, Window
from easycrm.providers.errors import (
    ConsentFailed,
    CursorExpired,
    GrantRevoked,
    ProviderError,
    ProviderMisconfigured,
    ProviderUnavailable,
    RateLimited,
)
from easycrm.providers.pages import FetchedMessage, MessageState
from tests.contract.conftest import Account, Run, answer_of

MONTH = Window(datetime.now(UTC) - timedelta(days=30))


class Copy:
    """A mailbox as it comes out of the pages, without a database."""

    def __init__(self) -> None:
        self.messages: dict[str, FetchedMessage] = {}
        self.cursors: dict[str, str] = {}
        self.unreadable: list[str] = []
        self.states: list[MessageState] = []
        self.pages = 0

    def known(self, ids: Sequence[str]) -> set[str]:
        return {ident for ident in ids if ident in self.messages or ident in self.unreadable}

    def _lies_in(self, folder: str, ident: str) -> bool:
        return ident in self.messages and folder in self.messages[ident].labels

    async def follow(self, account: Account, window: Window = MONTH, *, most_pages: int = 1000) -> None:
        """Read until caught up, or for so many pages."""
        unseen: set[str] = set()
        changes = account.provider.changes(Run(account), dict(self.cursors), window, self.known)
        async with aclosing(changes) as pages:  # pyright: ignore
            async for page in pages:
                for message in page.messages:
                    self.messages[message.provider_message_id] = message
                    unseen.discard(message.provider_message_id)
                self.unreadable += [one.provider_message_id for one in page.unreadable]
                for removal in page.removals:
                    if removal.certain:
                        self.messages.pop(removal.provider_message_id, None)
                    elif self._lies_in(page.stream, removal.provider_message_id):
                        unseen.add(removal.provider_message_id)
                self.states += page.states
                for state in page.states:
                    held = self.messages[state.provider_message_id]
                    self.messages[state.provider_message_id] = type(held)(
                        **{**vars(held), "unread": state.unread, "starred": state.starred, "labels": state.labels}
                    )
                self.cursors[page.stream] = page.cursor
                self.pages += 1
                if self.pages >= most_pages:
                    return
        for ident in unseen:
            self.messages.pop(ident, None)


def wanted(account: Account, window: Window = MONTH) -> set[str]:
    """Ids that the provider has in the window."""
    since = window.since.timestamp() if window.since else 0
    return set(account.simulator.importable(account.email, since))


async def test_consent_proves_who_signed_in_and_what_was_granted(account: Account) -> None:
    granted = await account.consent()

    assert granted.identity.address == account.email
    assert granted.tokens.capabilities == frozenset(Capability)
    assert granted.tokens.refresh_token
    profile = await account.provider.profile(granted.tokens.access_token, granted.identity)
    assert profile.address == account.email


async def test_a_permission_left_out_is_seen_in_what_was_granted(account: Account) -> None:
    account.simulator.post("consent", drop_scopes=["mail.send", "gmail.send"])

    granted = await account.consent()

    assert granted.tokens.capabilities == {Capability.READ, Capability.CONTACTS}


async def test_a_code_is_good_once(account: Account) -> None:
    start = await account.provider.authorize(account.config, state="the-state")
    answer = answer_of(account.simulator.approve(start.url, account.email))
    await account.provider.exchange(account.config, start.flow, answer)

    with pytest.raises(ConsentFailed):
        await account.provider.exchange(account.config, start.flow, answer)


async def test_refreshing_brings_a_working_token(account: Account) -> None:
    granted = await account.consent()
    account.simulator.post("grants/expire-access", email=account.email)

    tokens = await account.provider.refresh(account.config, granted.tokens.refresh_token or "")

    assert tokens.access_token != granted.tokens.access_token
    assert (tokens.refresh_token is None) == (account.provider.key == "google")
    await account.provider.profile(tokens.access_token, granted.identity)


@pytest.mark.parametrize("end", ["grants/revoke", "grants/expire-refresh"])
async def test_a_dead_grant_is_the_users_turn(account: Account, end: str) -> None:
    granted = await account.consent()
    account.simulator.post(end, email=account.email)

    with pytest.raises(GrantRevoked):
        await account.provider.refresh(account.config, granted.tokens.refresh_token or "")


@pytest.mark.parametrize("fault", [{"client_secret": "another"}, {"secret_expired": True}, {"disabled": True}])
async def test_threat_17_a_refused_application_is_the_admins_turn(account: Account, fault: dict[str, object]) -> None:
    granted = await account.consent()
    account.simulator.post("clients", provider=account.provider.key, client_id=account.config.client_id, **fault)

    with pytest.raises(ProviderMisconfigured):
        await account.provider.refresh(account.config, granted.tokens.refresh_token or "")


async def test_the_import_brings_every_message_of_the_window_newest_first(account: Account) -> None:
    await account.consent()
    copy = Copy()
    await copy.follow(account, most_pages=2)
    inbox = [one for one in account.simulator.importable(account.email).values() if one["folder"] == "inbox"]
    newest = max(inbox, key=lambda message: message["received_at"])
    assert newest["id"] in copy.messages

    await copy.follow(account)

    assert set(copy.messages) == wanted(account)
    assert copy.unreadable == []


async def test_the_import_goes_on_from_every_cursor(account: Account) -> None:
    await account.consent()
    copy = Copy()
    for page in range(1, 8):
        await copy.follow(account, most_pages=page)

    await copy.follow(account)

    assert set(copy.messages) == wanted(account)


async def test_what_changes_is_followed(account: Account) -> None:
    await account.consent()
    copy = Copy()
    await copy.follow(account)
    inbox = [one for one in account.simulator.importable(account.email).values() if one["folder"] == "inbox"]
    ids = [one["id"] for one in inbox if one["id"] in copy.messages][:5]
    moved, deleted, trashed, read, unread = ids

    def change(ident: str, action: str, **more: str) -> None:
        account.simulator.post("message", email=account.email, id=ident, action=action, **more)

    new = account.simulator.post("deliver", email=account.email, subject="Fresh", text="Hello")["ids"][0]
    change(moved, "move", folder="archive")
    change(deleted, "delete")
    change(trashed, "trash")
    change(read, "read")
    change(unread, "unread")
    await copy.follow(account)

    assert set(copy.messages) == wanted(account)
    assert moved in copy.messages
    assert not {deleted, trashed} & set(copy.messages)
    assert any(new in ident for ident in copy.messages)
    assert (copy.messages[read].unread, copy.messages[unread].unread) == (False, True)
    assert copy.messages[moved].labels != copy.messages[read].labels


async def test_a_message_moved_to_and_fro_stays(account: Account) -> None:
    await account.consent()
    copy = Copy()
    await copy.follow(account)
    ident = next(
        ident for ident, one in account.simulator.importable(account.email).items()
        if one["folder"] == "inbox" and ident in copy.messages
    )  # fmt: skip

    for folder in ("archive", "inbox", "archive"):
        account.simulator.post("message", email=account.email, id=ident, action="move", folder=folder)
        await copy.follow(account)
        assert set(copy.messages) == wanted(account)


async def test_a_look_that_finds_nothing_costs_one_request(account: Account) -> None:
    await account.consent()
    copy = Copy()
    await copy.follow(account)
    account.simulator.requests(reset=True)

    await copy.follow(account)

    assert account.simulator.requests()["total"] == 1


@pytest.mark.parametrize("graph_status", [410, 400])
async def test_threat_41_a_dropped_cursor_is_told_as_such(account: Account, graph_status: int) -> None:
    account.simulator.post("settings", cursor_gone_status=graph_status)
    await account.consent()
    copy = Copy()
    await copy.follow(account)
    account.simulator.post("cursors/drop", email=account.email)

    with pytest.raises(CursorExpired) as caught:
        await copy.follow(account)

    assert caught.value.folder_id in copy.cursors


async def test_an_expired_access_token_is_renewed_once(account: Account) -> None:
    await account.consent()
    account.simulator.post("grants/expire-access", email=account.email)
    copy = Copy()

    await copy.follow(account)

    assert account.renewals == 1
    assert set(copy.messages) == wanted(account)


async def test_a_short_throttling_is_waited_out(account: Account) -> None:
    await account.consent()
    account.simulator.post("faults", match=r"/(users/me/)?messages/|/delta", kind="part", status=429, times=3)
    copy = Copy()

    await copy.follow(account)

    assert set(copy.messages) == wanted(account)


async def test_a_restart_fetches_no_body_twice(account: Account) -> None:
    await account.consent()
    copy = Copy()
    fetched: list[str] = []
    for _ in range(40):
        before = set(copy.messages)
        await copy.follow(account, most_pages=3)
        fetched += set(copy.messages) - before
    account.simulator.requests(reset=True)

    await copy.follow(account)

    assert set(copy.messages) == wanted(account)
    assert len(fetched) == len(set(fetched))
    assert not any("/messages/" in route for route in account.simulator.requests()["by_route"] if "gmail" in route)


@pytest.mark.parametrize("body", [{}, {"value": None}, {"value": [7]}, {"messages": 7}, {"messages": [None]}])
async def test_threat_40_json_of_an_unknown_shape_is_transient(account: Account, body: object) -> None:
    await account.consent()
    text = json.dumps({**body, "historyId": "1"} if isinstance(body, dict) and "messages" in body else body)
    account.simulator.post("faults", match="gmail|graph", status=200, body=text)

    with pytest.raises(ProviderUnavailable):
        await Copy().follow(account)
    # An answer that lacks an empty list is a fair one; anything but a `ProviderError` would escape here.
    with suppress(ProviderError):
        await account.provider.folders(account)
    with suppress(ProviderError):
        await account.provider.find(account, "words")
    with suppress(ProviderError):
        assert [state async for some in account.provider.listing(account, MONTH) for state in some] == []


async def test_threat_39_throttling_names_the_time_to_wait(account: Account) -> None:
    await account.consent()
    account.simulator.post("faults", match="gmail|graph", status=429, headers={"Retry-After": "17"})

    with pytest.raises(RateLimited) as caught:
        await Copy().follow(account)

    assert caught.value.retry_after == 17


FAULTS = [
    {"kind": "html"}, {"kind": "bad_json"}, {"status": 500}, {"status": 503}, {"kind": "reset"}, {"kind": "drop_after"},
]  # fmt: skip


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: str(fault.get("kind", fault.get("status"))))
async def test_threat_40_nonsense_is_transient_when_reading_mail(account: Account, fault: dict[str, object]) -> None:
    await account.consent()
    account.simulator.post("faults", match="gmail|graph", **fault)

    with pytest.raises(ProviderUnavailable):
        await Copy().follow(account)


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: str(fault.get("kind", fault.get("status"))))
async def test_threat_40_nonsense_is_transient_when_refreshing(account: Account, fault: dict[str, object]) -> None:
    granted = await account.consent()
    account.simulator.post("faults", match="oauth2.googleapis.com|/oauth2/v2.0/token", **fault)

    with pytest.raises(ProviderUnavailable):
        await account.provider.refresh(account.config, granted.tokens.refresh_token or "")


async def test_revoking_is_told_honestly(account: Account) -> None:
    granted = await account.consent()
    token = granted.tokens.refresh_token or ""

    outcome = await account.provider.revoke(account.config, token)

    if account.provider.key == "google":
        assert outcome == "revoked"
        assert await account.provider.revoke(account.config, token) == "already revoked"
    else:
        assert outcome == "not offered"


async def test_a_listing_tells_the_messages_of_the_import_and_their_marks(account: Account) -> None:
    await account.consent()
    some = sorted(wanted(account))
    for ident, action in ((some[0], "star"), (some[1], "unread"), (some[2], "read")):
        account.simulator.post("message", email=account.email, id=ident, action=action)

    states = [state async for some in account.provider.listing(account, MONTH) for state in some]

    assert sorted(state.provider_message_id for state in states) == sorted(wanted(account))
    there = account.simulator.importable(account.email)
    for state in states:
        one = there[state.provider_message_id]
        assert (state.unread, state.starred) == (one["unread"], one["starred"])
        if account.provider.key == "google":
            assert ("INBOX" in state.labels) == (one["folder"] == "inbox")


async def test_messages_are_fetched_again_one_by_one(account: Account) -> None:
    await account.consent()
    good, gone, bad, *_ = sorted(wanted(account))
    account.simulator.post("message", email=account.email, id=gone, action="delete")
    account.simulator.post("faults", match=f"messages/{bad}", kind="part", status=500)

    pages = [page async for page in account.provider.again(account, [good, gone, bad], MONTH)]

    assert [one.provider_message_id for page in pages for one in page.messages] == [good]
    assert [one.provider_message_id for page in pages for one in page.removals] == [gone]
    reasons = [(one.provider_message_id, one.reason) for page in pages for one in page.unreadable]
    assert reasons == [(bad, "refused by the provider")]
    assert {page.stream for page in pages} == {""}


async def test_an_original_is_the_message_as_it_was_delivered(account: Account) -> None:
    await account.consent()
    raw = b"From: mara@example.org\r\nSubject: Raw\r\n\r\nAs it was.\r\n"
    import base64

    encoded = base64.urlsafe_b64encode(raw).decode()
    account.simulator.post("deliver", email=account.email, raw=encoded, subject="Raw")
    ident = account.simulator.truth(account.email)[0]["id"]

    assert await account.provider.original(account, ident) == raw


async def test_a_missed_message_is_found_in_spam(account: Account) -> None:
    await account.consent()
    account.simulator.post("deliver", email=account.email, subject="Zanzibar offer", folder="spam")

    found = await account.provider.find(account, "Zanzibar offer")

    assert [(one.subject, one.place) for one in found] == [("Zanzibar offer", "spam")]
    assert found[0].received_at is not None
    assert abs(found[0].received_at.timestamp() - time.time()) < 60
