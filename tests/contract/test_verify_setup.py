"""Verify setup says the right thing for each wrong input, and a test with one's own mailbox leaves nothing behind."""

from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from sqlalchemy import Engine
from sqlmodel import select

from easycrm.core import wording
from easycrm.core.db import reading
from easycrm.mail import consent, contact_import, provider_setup, setup_test, verify_setup
from easycrm.mail.connection import Connection
from easycrm.mail.token_set import PendingRevocation, TokenSet
from tests.conftest import forget_settings
from tests.connected import APPLICATIONS, Mailbox, prepare
from tests.simulator_process import Simulator

EMAILS = {"google": "ada@example.com", "microsoft": "katherine@example.net"}
Outcomes = dict[str, str]


@pytest.fixture(params=["google", "microsoft"])
def mailbox(request: pytest.FixtureRequest, simulator: Simulator, database: Engine) -> Mailbox:
    """An admin, and the provider set up as in the demo."""
    del database
    return prepare(simulator, request.param, EMAILS[request.param])


@pytest.fixture
def google(simulator: Simulator, database: Engine) -> Mailbox:
    del database
    return prepare(simulator, "google", EMAILS["google"])


@pytest.fixture
def microsoft(simulator: Simulator, database: Engine) -> Mailbox:
    del database
    return prepare(simulator, "microsoft", EMAILS["microsoft"])


def enter(mailbox: Mailbox, **fields: Any) -> None:
    client_id, secret = APPLICATIONS[mailbox.provider]
    entered = {"client_id": client_id, "client_secret": secret, "enabled": True, **fields}
    provider_setup.save(actor_id=mailbox.user_id, provider=mailbox.provider, **entered)


async def outcomes(mailbox: Mailbox) -> Outcomes:
    return {check.key: check.outcome for check in await verify_setup.verify(mailbox.provider)}


async def hint(mailbox: Mailbox, key: str) -> str:
    return next(check.hint for check in await verify_setup.verify(mailbox.provider) if check.key == key)


async def test_what_is_right_passes_and_the_rest_is_known_later(mailbox: Mailbox) -> None:
    enter(mailbox, tenant="example.net")
    found = await outcomes(mailbox)
    later = {key for key, outcome in found.items() if outcome == "later"}
    assert later == {"registered", "permissions", "api", "contacts"}
    assert {outcome for key, outcome in found.items() if key not in later} == {"passed"}
    assert await hint(mailbox, "api") == wording.setup.KNOWN_AFTER_FIRST_CONNECTION


async def test_of_many_tenants_nothing_is_claimed_that_is_not_known(microsoft: Mailbox) -> None:
    found = await outcomes(microsoft)
    assert (found["tenant"], found["client"], found["secret"]) == ("passed", "later", "later")


async def test_an_answer_that_says_nothing_of_the_application_is_not_put_down_to_many_tenants(
    microsoft: Mailbox,
) -> None:
    enter(microsoft, tenant="example.net")
    microsoft.simulator.post("faults", match="oauth2/v2.0/token", kind="status", status=400)
    for step in ("client", "secret"):
        assert await hint(microsoft, step) == wording.setup.HINTS["not_understood"]


WRONG = [
    ("google", {"client_id": "other.apps.googleusercontent.com"}, {}, "client", "google_invalid_client"),
    ("google", {"client_secret": "not-the-secret"}, {}, "client", "google_invalid_client"),
    ("google", {}, {"disabled": True}, "client", "google_disabled_client"),
    ("google", {}, {"deleted": True}, "client", "google_deleted_client"),
    ("microsoft", {"client_id": "00000000-0000-4000-8000-000000000001"}, {}, "client", "microsoft_not_found"),
    ("microsoft", {"client_secret": "not-the-secret"}, {}, "secret", "microsoft_wrong_secret"),
    ("microsoft", {}, {"secret_expired": True}, "secret", "microsoft_expired_secret"),
    ("microsoft", {}, {"disabled": True}, "client", "microsoft_disabled"),
    ("microsoft", {"tenant": "nowhere.example.com"}, {}, "tenant", "microsoft_no_tenant"),
]


@pytest.mark.parametrize(("provider", "entered", "client", "step", "code"), WRONG)
async def test_threat_17_each_wrong_input_fails_its_own_step(
    provider: str, entered: Any, client: Any, step: str, code: str, simulator: Simulator, database: Engine
) -> None:
    del database
    mailbox = prepare(simulator, provider, EMAILS[provider])
    enter(mailbox, **({"tenant": "example.net"} if provider == "microsoft" else {}) | entered)
    simulator.post("clients", client_id=APPLICATIONS[provider][0], **client)
    found = await outcomes(mailbox)
    assert [key for key, outcome in found.items() if outcome == "failed"] == [step]
    assert await hint(mailbox, step) == wording.setup.HINTS[code]


async def test_a_provider_that_cannot_be_reached_fails_the_first_step_alone(mailbox: Mailbox) -> None:
    mailbox.simulator.post("faults", match="openid-configuration", kind="html")
    found = await outcomes(mailbox)
    assert [key for key, outcome in found.items() if outcome == "failed"] == ["reachable"]
    assert found["client"] == "later"


@pytest.mark.parametrize(
    ("url", "outcome"),
    [
        ("https://crm.example.com", "passed"),
        ("http://localhost:3000", "passed"),
        ("http://crm.example.com", "failed"),
        ("https://192.0.2.7", "failed"),
        ("https://[2001:db8::7]", "failed"),
        ("https://crm", "failed"),
    ],
)
def test_threat_18_a_redirect_uri_that_no_provider_takes_is_told(
    url: str, outcome: str, monkeypatch: pytest.MonkeyPatch, database: Engine
) -> None:
    del database
    monkeypatch.setenv("EASYCRM_PUBLIC_URL", url)
    forget_settings()
    assert verify_setup.redirect_step().outcome == outcome


async def try_out(mailbox: Mailbox, **wishes: Any) -> consent.Completed:
    """A test with the admin's own mailbox."""
    url = await consent.begin(
        user_id=mailbox.user_id, session_id=mailbox.session_id, provider=mailbox.provider,
        return_path=setup_test.ADMIN_PAGE, tests_setup=True,
    )  # fmt: skip
    back = urlsplit(mailbox.simulator.approve(url, mailbox.email, **wishes))
    return await consent.complete(
        user_id=mailbox.user_id, session_id=mailbox.session_id, provider=mailbox.provider, answer=parse_qsl(back.query)
    )


def left_behind() -> list[Any]:
    with reading() as session:
        return [row for table in (Connection, TokenSet, PendingRevocation) for row in session.exec(select(table)).all()]


async def test_a_test_with_ones_own_mailbox_answers_the_rest_and_keeps_nothing(mailbox: Mailbox) -> None:
    enter(mailbox, enabled=False)
    done = await try_out(mailbox)
    assert (done.connection_id, done.return_path) == (0, setup_test.ADMIN_PAGE)
    found = await outcomes(mailbox)
    assert {found[key] for key in verify_setup.PROVED} == {"passed"}
    assert left_behind() == []
    if mailbox.provider == "google":
        grants = mailbox.simulator.get("state")["grants"]
        assert [grant["live"] for grant in grants if grant["email"] == mailbox.email] == [False]


async def test_a_test_leaves_a_connected_mailbox_of_the_same_account_working(google: Mailbox) -> None:
    await google.connect()
    await try_out(google)
    google.simulator.post("grants/expire-access", email=google.email)
    await google.sync()
    assert google.row().status == "connected"
    google.assert_equal()


@pytest.mark.parametrize(
    ("change", "step", "code"),
    [
        ({"api_enabled": False}, "api", "accessNotConfigured"),
        ({"people_api_enabled": False}, "contacts", "contactsNotConfigured"),
    ],
)
async def test_an_interface_that_is_not_enabled_is_named(google: Mailbox, change: Any, step: str, code: str) -> None:
    google.simulator.post("clients", client_id=APPLICATIONS["google"][0], **change)
    await try_out(google)
    found = await outcomes(google)
    assert found[step] == "failed"
    assert await hint(google, step) == wording.setup.HINTS[code]


async def test_permissions_that_were_left_out_are_told(google: Mailbox) -> None:
    google.simulator.post("consent", drop_scopes=["gmail.send"])
    await try_out(google)
    assert (await outcomes(google))["permissions"] == "failed"


async def test_a_working_connection_proves_what_a_test_would(mailbox: Mailbox) -> None:
    await mailbox.connect()
    await mailbox.sync()
    found = await outcomes(mailbox)
    assert (found["registered"], found["permissions"], found["api"]) == ("passed", "passed", "passed")
    assert found["contacts"] == "later"
    await contact_import.import_contacts(mailbox.connection_id)
    assert (await outcomes(mailbox))["contacts"] == "passed"


async def test_another_application_asks_its_owners_to_reconnect_and_nobody_else(
    google: Mailbox, simulator: Simulator
) -> None:
    await google.connect()
    await google.sync()
    simulator.post(
        "clients",
        client_id="second.apps.googleusercontent.com",
        provider="google",
        client_secret="second-secret",
        redirect_uris=[provider_setup.redirect_uri("google")],
    )
    assert provider_setup.affected("google", "second.apps.googleusercontent.com", "organizations") == [google.email]
    enter(google, client_id="second.apps.googleusercontent.com", client_secret="second-secret")
    row = google.row()
    assert (row.status, row.reason) == ("requires_reauthentication", wording.setup.APPLICATION_CHANGED)
    assert (await outcomes(google))["registered"] == "later"
    await google.connect()
    await google.sync()
    google.assert_equal()
    assert (await outcomes(google))["registered"] == "passed"
