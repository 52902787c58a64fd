"""A handler that fails is told once, whatever fails next."""

from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest
from redis.exceptions import ConnectionError as RedisAway

from easycrm.pages import failure, live
from easycrm.pages.failure import something_went_wrong


@pytest.fixture
def event(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """The event that failed, as Reflex tells of it: its own number, and that of the event it came from."""
    told = SimpleNamespace(txid="1", parent_txid=None, token="tab-ada")
    monkeypatch.setattr(failure.EventContext, "get", lambda: told)
    yield told
    failure._told.clear()
    live._astray.clear()


def test_a_failure_is_told(event: Any) -> None:
    assert "failed" in str(something_went_wrong(ValueError()))


def test_telling_that_fails_is_not_told_again(event: Any) -> None:
    """It would fail the same way, and so on for ever; the browser says instead that the connection is lost."""
    something_went_wrong(ValueError())
    event.txid, event.parent_txid = "2", "1"

    assert something_went_wrong(ValueError()) is None
    assert live._astray == {"tab-ada"}


def test_each_failure_is_told_for_itself(event: Any) -> None:
    something_went_wrong(ValueError())
    event.txid, event.parent_txid = "3", "another"

    assert something_went_wrong(ValueError()) is not None


def test_where_states_are_out_of_reach_the_browser_connects_anew(event: Any) -> None:
    assert something_went_wrong(RedisAway()) is None
    assert live._astray == {"tab-ada"}
