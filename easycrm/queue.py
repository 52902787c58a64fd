"""The queue: one typed wrapper around Huey, whose payloads are signed and carry ids only."""

import functools
import inspect
import sqlite3
import time
from collections.abc import Callable
from typing import Any, cast

from huey import Huey, RedisHuey, SqliteHuey, crontab  # pyright: ignore[reportMissingTypeStubs]
from huey.serializer import SignedSerializer  # pyright: ignore[reportMissingTypeStubs]
from redis.exceptions import RedisError

from easycrm.core import counting, key_canary
from easycrm.core.log import bound, logger
from easycrm.core.settings import settings

THREADS = 4
LOOK_EVERY_SECONDS = 0.1
# Redis tells of a task by itself: there only a queue that is away is asked again, each time with a line in the log.
MOST_WAIT_FOR_REDIS_SECONDS = 5
FAULTS = (RedisError, sqlite3.Error, OSError)
Task = Callable[..., None]
_log = logger(__name__)


class Queue:
    """Tasks by name, to be enqueued here or there and run by a consumer."""

    def __init__(self) -> None:
        self._huey = _open()
        self._tasks: dict[str, Any] = {}

    def task(self, work: Task) -> None:
        """Register a task under its function's name."""
        self._tasks[work.__name__] = cast("Any", self._huey).task(name=work.__name__)(_watched(work))

    def every_minute(self, work: Task) -> None:
        """Register a task that runs at the start of every minute."""
        cast("Any", self._huey).periodic_task(crontab(minute="*"), name=work.__name__)(_watched(work))

    def enqueue(self, name: str, *ids: int, delay: float = 0) -> None:
        """Ring the bell; `delay` in seconds. Where the queue is away, the tick finds what is due in the database."""
        task = self._tasks[name]
        try:
            if delay > 0:
                task.schedule(args=ids, delay=delay)
            else:
                task(*ids)
        except FAULTS as error:
            _log.warning("queue away", task=name, error=type(error).__name__)

    def consume(self) -> None:
        """Run tasks until told to stop: SIGTERM lets running ones finish, SIGINT does not wait for them."""
        cast("Any", self._huey).create_consumer(
            workers=THREADS,
            initial_delay=LOOK_EVERY_SECONDS,
            max_delay=MOST_WAIT_FOR_REDIS_SECONDS if settings().redis_url else LOOK_EVERY_SECONDS,
            check_worker_health=True,
            graceful_signal="TERM",
        ).run()

    def depth(self) -> tuple[int, int]:
        """How many tasks wait for a worker, and how many for their time.

        Raises:
            any of FAULTS: the queue is away.
        """
        huey = cast("Any", self._huey)
        return int(huey.pending_count()), int(huey.scheduled_count())

    def answers(self) -> bool:
        """Whether it can be asked; Redis keeps the states of pages too."""
        try:
            self.depth()
        except FAULTS:
            return False
        return True

    def empty(self) -> None:
        """Forget everything that waits."""
        cast("Any", self._huey).flush()


def _watched(work: Task) -> Task:
    """The task, its lines in the log bound to what it works on, and counted."""
    names = list(inspect.signature(work).parameters)

    @functools.wraps(work)
    def watched(*ids: int) -> None:
        began, outcome = time.monotonic(), "failed"
        with bound(task=work.__name__, **dict(zip(names, ids, strict=False))):
            try:
                work(*ids)
                outcome = "done"
            finally:
                counting.add("tasks", task=work.__name__, outcome=outcome)
                counting.add("task_seconds", time.monotonic() - began, task=work.__name__)

    return watched


def _open() -> Huey:
    more: dict[str, Any] = {"results": False, "serializer": _serializer()}
    if settings().redis_url:
        return cast("Huey", RedisHuey("easycrm", url=settings().redis_url, **more))
    settings().data_dir.mkdir(parents=True, exist_ok=True)
    path = settings().data_dir / "queue.db"
    return cast("Huey", SqliteHuey("easycrm", filename=str(path), journal_mode="wal", timeout=30, **more))


def _serializer() -> SignedSerializer:
    """Huey pickles: an unsigned payload from a foreign hand would be code that runs here."""
    return SignedSerializer(secret=key_canary.queue_secret(), salt="easycrm")
