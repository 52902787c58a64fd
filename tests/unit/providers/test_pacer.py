"""The allowance of a minute, kept by whoever asks: never more in any minute, known to the next process."""

from collections.abc import Iterator

import pytest
import time_machine

from easycrm.core.settings import settings
from easycrm.providers import gmail_prices, pacer
from easycrm.providers.fixed_token import FixedToken
from easycrm.providers.pacer import Metered, Spending
from tests.conftest import forget_settings

START = "2026-11-25T12:00:00Z"


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(START, tick=False) as traveller:
        yield traveller


def test_no_minute_has_more_than_the_limit(clock: time_machine.Traveller) -> None:
    spending, spent, second = Spending(lambda: 1000), list[tuple[float, float]](), 0.0
    while second < 600:
        while spending.room() >= 70:
            spending.spend(70)
            spent.append((second, 70))
        wait = spending.wait(70)
        assert wait > 0
        clock.shift(wait)
        second += wait

    assert max(sum(u for at, u in spent if start <= at < start + 60) for start, _ in spent) <= 1000
    assert sum(u for _, u in spent) >= 600 / 60 * 1000 * 0.95


def test_what_was_spent_is_known_to_the_process_that_goes_on(clock: time_machine.Traveller) -> None:
    first = Spending(lambda: 100)
    first.spend(60)
    clock.shift(30)
    second = Spending(lambda: 100, first.log())

    assert second.room() == 40
    assert second.wait(50) == pytest.approx(pacer.WINDOW_SECONDS - 30, abs=0.1)
    clock.shift(31)
    assert second.room() == 100


def test_a_clock_that_was_ahead_holds_up_nothing(clock: time_machine.Traveller) -> None:
    del clock
    assert Spending(lambda: 100, [[4_000_000_000, 100]]).room() == 100


def test_the_project_has_an_allowance_too_shared_by_the_workers(
    database: object, monkeypatch: pytest.MonkeyPatch, clock: time_machine.Traveller
) -> None:
    del database, clock
    monkeypatch.setattr(pacer, "_project", Spending(pacer._project_limit))
    monkeypatch.setenv("EASYCRM_GMAIL_PROJECT_UNITS_PER_MINUTE", "1000")
    monkeypatch.setenv("EASYCRM_WORKER_PROCESSES", "2")
    forget_settings()
    one, other = Metered(FixedToken("one")), Metered(FixedToken("other"))

    pacer.charge(one, 400)

    assert pacer.room(other) == pytest.approx(1000 / 2 * pacer.SHARE - 400)
    assert pacer.room(one) == pacer.room(other)
    assert 0 < pacer.wait(other, 200) <= pacer.WINDOW_SECONDS


@pytest.mark.parametrize(("listed", "per_minute", "message", "thread"), [("new", 6000, 20, 40), ("old", 15000, 5, 10)])
def test_both_of_gmails_price_lists_are_known(
    database: object, monkeypatch: pytest.MonkeyPatch, listed: str, per_minute: int, message: int, thread: int
) -> None:
    del database
    monkeypatch.delenv("EASYCRM_GMAIL_UNITS_PER_MINUTE")
    monkeypatch.setenv("EASYCRM_GMAIL_PRICES", listed)
    forget_settings()

    assert gmail_prices.prices().per_minute == per_minute
    assert settings().gmail_prices == listed
    assert gmail_prices.price("/messages/1a?format=full") == message
    assert gmail_prices.price("/threads/1a?format=full") == thread
    assert gmail_prices.price("/messages/1a/attachments/x") == message
    cheap = [gmail_prices.price(path) for path in ("/messages?q=x", "/history", "/profile", "/labels", "/threads")]
    assert cheap == [5, 2, 1, 1, 10]
