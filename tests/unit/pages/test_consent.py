"""The buttons that lead to a provider, and the page it leads back to."""

import pickle

import pytest

from easycrm import worker
from easycrm.core import wording
from easycrm.core.db import reading
from easycrm.mail.connection import Connection
from easycrm.pages.consent import ConsentState
from easycrm.pages.email_state import EmailState
from easycrm.pages.flash import FlashState
from easycrm.pages.privacy import keep_secrets_out_of_stored_states
from tests.fake_provider import FakeProvider, state_of
from tests.unit.pages.conftest import Tab, address_of

CALLBACK = "/settings/email/callback/google"


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The mailboxes that were handed to the queue."""
    enqueued: list[int] = []
    monkeypatch.setattr(worker, "sync_mailbox", enqueued.append)
    return enqueued


async def connect(tab: Tab, **form: str) -> str:
    (redirect,) = await tab.call(ConsentState.connect, {"provider": "google", **form})
    return address_of(redirect)


async def come_back(tab: Tab, answer: str) -> str:
    tab.go(f"{CALLBACK}?{answer}")
    (redirect,) = await tab.call(ConsentState.finish_consent, "google")
    return address_of(redirect)


async def test_connect_account_leads_to_the_provider_once(ada: Tab, google: FakeProvider) -> None:
    assert (await connect(ada)).startswith("https://accounts.google.com/")
    assert await ada.call(ConsentState.connect, {"provider": "google"}) == []
    assert google.count("authorize") == 1


async def test_a_consent_ends_on_the_settings_page_with_one_import(
    ada: Tab, google: FakeProvider, asked: list[int]
) -> None:
    answer = f"state={state_of(await connect(ada))}&code=good"
    assert await come_back(ada, answer) == "/settings/email"
    assert await come_back(ada, answer) == "/settings/email"

    await ada.call(EmailState.load)
    (mailbox,) = ada.state(EmailState).providers[0].mailboxes
    assert mailbox.status_text == wording.connected_as("ada@example.com")
    assert ada.state(FlashState).text.startswith(wording.connected_as("ada@example.com"))
    assert asked == [mailbox.id]
    assert google.count("exchange") == 1


async def test_threat_10_a_refusal_is_named_with_a_way_on(ada: Tab, google: FakeProvider, asked: list[int]) -> None:
    state = state_of(await connect(ada))
    assert await come_back(ada, f"state={state}&error=access_denied") == "/settings/email"
    await ada.call(ConsentState.arrive)

    shown = ada.state(ConsentState)
    assert (shown.problem, shown.problem_action) == (wording.CONSENT_DENIED, wording.TRY_AGAIN)
    assert asked == []
    (again,) = await ada.call(ConsentState.try_again)
    assert address_of(again).startswith("https://accounts.google.com/")


async def test_a_reconnect_returns_to_the_draft_that_needs_it(ada: Tab, google: FakeProvider, asked: list[int]) -> None:
    await come_back(ada, f"state={state_of(await connect(ada))}&code=good")

    async def leave(tab_at: str) -> str:
        ada.go(tab_at)
        await ada.call(ConsentState.arrive)
        (redirect,) = await ada.call(ConsentState.reconnect, "google", asked[0])
        return f"state={state_of(address_of(redirect))}"

    for here, there in (("/compose?draft=7", "/compose?draft=7"), ("/outbox", "/outbox"), ("/compose?draft=x", None)):
        assert await come_back(ada, f"{await leave(here)}&code=good") == (there or "/settings/email")

    assert await come_back(ada, f"{await leave('/compose?draft=7')}&error=access_denied") == "/settings/email"
    await ada.call(ConsentState.arrive)
    (again,) = await ada.call(ConsentState.try_again)
    assert await come_back(ada, f"state={state_of(address_of(again))}&code=good") == "/compose?draft=7"


async def test_a_reason_is_gone_when_the_page_is_visited_again(ada: Tab, google: FakeProvider) -> None:
    await come_back(ada, "state=forged&code=good")
    await ada.call(ConsentState.arrive)
    assert ada.state(ConsentState).problem == wording.connecting.CONSENT_UNKNOWN
    assert ada.state(ConsentState).problem_action == "Start again"
    await ada.call(ConsentState.arrive)
    assert ada.state(ConsentState).problem == ""


async def test_threat_07_duplicate_parameters_reach_the_check(ada: Tab, google: FakeProvider) -> None:
    state = state_of(await connect(ada))
    await come_back(ada, f"state={state}&code=good&code=other")
    assert ada.state(ConsentState).problem == wording.connecting.CONSENT_MALFORMED
    assert google.count("exchange") == 0


async def test_a_queue_that_is_down_does_not_keep_the_code_in_the_address(
    ada: Tab, google: FakeProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    def down(_connection_id: int) -> None:
        raise OSError("queue")

    monkeypatch.setattr(worker, "sync_mailbox", down)
    assert await come_back(ada, f"state={state_of(await connect(ada))}&code=good") == "/settings/email"


async def test_threat_29_a_stored_state_holds_neither_code_nor_cookie(
    ada: Tab, google: FakeProvider, asked: list[int]
) -> None:
    keep_secrets_out_of_stored_states()
    ada.go(f"{CALLBACK}?state=canary-state&code=canary-code")
    await ada.call(ConsentState.finish_consent, "google")

    stored = pickle.dumps([ada.root, ada.state(ConsentState), ada.state(EmailState)])
    assert b"canary" not in stored
    assert ada.cookie.encode() not in stored
    assert CALLBACK.encode() in stored


@pytest.mark.parametrize(
    ("address", "kept"),
    [("/mailbox/?q=canary", True), ("/contacts?contact=canary", True), ("/setup?token=canary", False),
     ("/mailbox/callback?code=canary", False), (f"{CALLBACK}?code=canary", False)],
)  # fmt: skip
def test_a_stored_state_keeps_the_query_only_where_it_says_what_is_shown(ada: Tab, address: str, kept: bool) -> None:
    keep_secrets_out_of_stored_states()
    ada.go(address)

    again = pickle.loads(pickle.dumps(ada.root))  # noqa: S301 (our own)

    assert ("canary" in str(again.router.url)) is kept
    assert (b"canary" in pickle.dumps(ada.root)) is kept


@pytest.mark.parametrize(
    ("chosen", "days"), [("7", 7), ("180", 180), ("everything", None), ("", 30), ("9999", 30), ("-1", 30)]
)
async def test_the_window_is_one_of_those_on_offer(
    ada: Tab, google: FakeProvider, asked: list[int], chosen: str, days: int | None
) -> None:
    await come_back(ada, f"state={state_of(await connect(ada, window=chosen))}&code=good")
    assert _window_of(asked[0]) == days


def _window_of(connection_id: int) -> int | None:
    with reading() as session:
        return session.get_one(Connection, connection_id).window_days
