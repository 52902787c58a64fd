"""How Gmail is read: in batches, around what is bad, and on from where the last run ended."""

import orjson
import pytest

from easycrm.providers import google_fetch, google_list, http
from easycrm.providers.errors import ProviderUnavailable, RateLimited
from easycrm.providers.google_plan import THREAD_PAYS_FROM
from tests.contract.conftest import Account
from tests.contract.test_providers import MONTH, Copy, wanted

pytestmark = pytest.mark.parametrize("account", ["google"], indirect=True)


@pytest.fixture
async def gmail(account: Account, monkeypatch: pytest.MonkeyPatch) -> Account:
    """A Gmail mailbox, and no long pauses between tries."""
    monkeypatch.setattr(google_fetch, "_PAUSE_SECONDS", 0.01)
    await account.consent()
    return account


def single(account: Account) -> str:
    """A message that is fetched by itself and not with its thread."""
    by_thread: dict[str, list[str]] = {}
    for ident, one in account.simulator.importable(
        account.email, MONTH.since.timestamp() if MONTH.since else 0
    ).items():
        by_thread.setdefault(one["thread_id"], []).append(ident)
    return next(ids[0] for ids in by_thread.values() if len(ids) < THREAD_PAYS_FROM)


@pytest.mark.parametrize("status", [400, 403, 500, 503])
async def test_a_message_that_always_fails_goes_to_the_ledger_and_the_rest_arrives(gmail: Account, status: int) -> None:
    bad = single(gmail)
    gmail.simulator.post("faults", match=f"messages/{bad}", kind="part", status=status)
    copy = Copy()

    await copy.follow(gmail)

    assert copy.unreadable == [bad]
    assert set(copy.messages) == wanted(gmail) - {bad}


async def test_an_outage_puts_nothing_into_the_ledger(gmail: Account) -> None:
    gmail.simulator.post("faults", match="/(messages|threads)/", kind="part", status=500)
    copy = Copy()

    with pytest.raises(ProviderUnavailable):
        await copy.follow(gmail)

    assert copy.unreadable == []


async def test_a_single_new_message_that_fails_for_a_moment_is_waited_for(gmail: Account) -> None:
    copy = Copy()
    await copy.follow(gmail)
    new = gmail.simulator.post("deliver", email=gmail.email, subject="Fresh")["ids"][0]
    gmail.simulator.post("faults", match=f"messages/{new}", kind="part", status=503)
    with pytest.raises(ProviderUnavailable):
        await copy.follow(gmail)
    gmail.simulator.post("faults/clear")

    await copy.follow(gmail)

    assert copy.unreadable == []
    assert new in copy.messages


async def test_a_single_new_message_that_fails_in_many_runs_holds_up_nothing(gmail: Account) -> None:
    copy = Copy()
    await copy.follow(gmail)
    bad = gmail.simulator.post("deliver", email=gmail.email, subject="Bad")["ids"][0]
    gmail.simulator.post("faults", match=f"messages/{bad}", kind="part", status=500)
    for _ in range(google_fetch.MOST_TRIES - 1):
        with pytest.raises(ProviderUnavailable):
            await copy.follow(gmail)
    assert copy.unreadable == []
    history = orjson.loads(copy.cursors["mailbox"])["h"]

    await copy.follow(gmail)

    assert copy.unreadable == [bad]
    assert orjson.loads(copy.cursors["mailbox"])["h"] > history
    assert set(orjson.loads(copy.cursors["mailbox"])) == {"h"}


async def test_throttling_is_waited_for_however_often_it_comes(gmail: Account) -> None:
    copy = Copy()
    await copy.follow(gmail)
    new = gmail.simulator.post("deliver", email=gmail.email, subject="Fresh")["ids"][0]
    gmail.simulator.post("faults", match=f"messages/{new}", kind="part", status=429)
    for _ in range(google_fetch.MOST_TRIES + 1):
        with pytest.raises(RateLimited):
            await copy.follow(gmail)
    gmail.simulator.post("faults/clear")

    await copy.follow(gmail)

    assert (copy.unreadable, new in copy.messages) == ([], True)


async def test_a_first_import_lists_no_marks_and_a_second_one_does(gmail: Account) -> None:
    copy = Copy()
    await copy.follow(gmail)
    assert copy.states == []
    copy.cursors.clear()

    await copy.follow(gmail)

    assert {state.provider_message_id for state in copy.states} == wanted(gmail)


async def test_what_came_before_the_throttling_is_kept(gmail: Account) -> None:
    refused = single(gmail)
    gmail.simulator.post("faults", match=f"messages/{refused}", kind="part", status=429)
    copy = Copy()

    with pytest.raises(RateLimited):
        await copy.follow(gmail)

    assert len(copy.messages) >= 10
    assert copy.unreadable == []
    assert refused not in copy.messages


async def test_threat_42_a_message_too_large_to_hold_costs_only_itself(
    gmail: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    huge = gmail.simulator.post("deliver", email=gmail.email, subject="Huge", text="0123456789abcde\n" * 100_000)[
        "ids"
    ][0]
    monkeypatch.setattr(http, "LARGEST_BYTES", 1_000_000)
    copy = Copy()

    await copy.follow(gmail)

    assert copy.unreadable == [huge]
    assert set(copy.messages) == wanted(gmail) - {huge}


async def test_a_list_whose_place_was_forgotten_is_begun_again(gmail: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(google_list, "LIST", 20)
    copy = Copy()
    while not orjson.loads(copy.cursors.get("mailbox", "{}")).get("p"):
        await copy.follow(gmail, most_pages=copy.pages + 1)
    had = set(copy.messages)
    google_list.forget()  # as in another process
    body = '{"error": {"errors": [{"reason": "invalidArgument"}]}}'
    gmail.simulator.post("faults", match=r"users/me/messages$", status=400, body=body, times=1)

    await copy.follow(gmail)

    assert set(copy.messages) == wanted(gmail) > had


async def test_few_requests_bring_many_messages(gmail: Account) -> None:
    gmail.simulator.requests(reset=True)
    copy = Copy()

    await copy.follow(gmail)

    batches = -(-len(copy.messages) // google_fetch.BATCH) + 1
    assert gmail.simulator.requests()["total"] <= batches + 4
