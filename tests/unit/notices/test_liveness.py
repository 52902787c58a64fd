"""Workers are seen while they live, and of many processes one at a time has the turn."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import time_machine
from sqlalchemy import Engine

from easycrm import worker
from easycrm.core.clock import now
from easycrm.notices import liveness
from easycrm.notices.liveness import Heartbeat


def nothing() -> None:
    pass


def test_a_worker_is_seen_until_it_takes_its_leave(database: Engine) -> None:
    beat = Heartbeat(nothing)
    beat._beat()  # pyright: ignore[reportPrivateUsage]
    assert [row.alive for row in liveness.workers()] == [True]

    beat.end()

    assert liveness.workers() == []


def test_a_worker_that_vanished_is_shown_as_such_for_a_day(database: Engine) -> None:
    Heartbeat(nothing)._beat()  # pyright: ignore[reportPrivateUsage]

    with time_machine.travel(now() + liveness.MISSED_AFTER + timedelta(seconds=1)):
        assert [row.alive for row in liveness.workers()] == [False]
    with time_machine.travel(now() + timedelta(days=1, seconds=1)):
        assert liveness.workers() == []


def test_of_many_that_want_the_turn_one_has_it(database: Engine) -> None:
    with ThreadPoolExecutor(8) as pool:
        had = list(pool.map(lambda owner: liveness.take_turn("tick", owner), map(str, range(8))))

    assert had.count(True) == 1


def test_the_turn_is_free_again_in_the_next_minute_whoever_had_it(database: Engine) -> None:
    assert liveness.take_turn("tick", "vanished")
    assert not liveness.take_turn("tick", "other")

    with time_machine.travel(now() + timedelta(minutes=1)):
        assert liveness.take_turn("tick", "other")


def test_a_clock_that_was_ahead_keeps_nobody_waiting(database: Engine) -> None:
    with time_machine.travel(now() + timedelta(days=1)):
        assert liveness.take_turn("tick", "ahead")

    assert liveness.take_turn("tick", "right")


def test_the_tick_rings_once_a_minute_however_many_workers_have_one(database: Engine) -> None:
    worker.queue.cache_clear()
    worker.tick()
    rung = worker.queue().depth()
    worker.tick()

    assert rung[0] >= 2
    assert worker.queue().depth() == rung
    worker.queue.cache_clear()
