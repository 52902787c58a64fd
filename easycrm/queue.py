"""The queue: one typed wrapper around Huey, whose payloads are signed and carry ids only."""

from collections.abc import Callable
from typing import Any, cast

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from huey import Huey, RedisHuey, SqliteHuey, crontab  # pyright: ignore[reportMissingTypeStubs]
from huey.serializer import SignedSerializer  # pyright: ignore[reportMissingTypeStubs]

from easycrm.core import sealed
from easycrm.core.settings import settings

THREADS = 4
LOOK_EVERY_SECONDS = 0.1
Task = Callable[..., None]


class Queue:
    """Tasks by name, to be enqueued here or there and run by a consumer."""

    def __init__(self) -> None:
        self._huey = _open()
        self._tasks: dict[str, Any] = {}

    def task(self, work: Task) -> None:
        """Register a task under its function's name."""
        self._tasks[work.__name__] = cast("Any", self._huey).task(name=work.__name__)(work)

    def every_minute(self, work: Task) -> None:
        """Register a task that runs at the start of every minute."""
        cast("Any", self._huey).periodic_task(crontab(minute="*"), name=work.__name__)(work)

    def enqueue(self, name: str, *ids: int, delay: float = 0) -> None:
        """Ring the bell; `delay` in seconds."""
        task = self._tasks[name]
        if delay > 0:
            task.schedule(args=ids, delay=delay)
        else:
            task(*ids)

    def consume(self) -> None:
        """Run tasks until told to stop: SIGINT lets running ones finish."""
        cast("Any", self._huey).create_consumer(
            workers=THREADS, initial_delay=LOOK_EVERY_SECONDS, max_delay=LOOK_EVERY_SECONDS, check_worker_health=True
        ).run()

    def empty(self) -> None:
        """Forget everything that waits."""
        cast("Any", self._huey).flush()


def _open() -> Huey:
    more: dict[str, Any] = {"results": False, "serializer": _serializer()}
    if settings().redis_url:
        return cast("Huey", RedisHuey("easycrm", url=settings().redis_url, **more))
    settings().data_dir.mkdir(parents=True, exist_ok=True)
    path = settings().data_dir / "queue.db"
    return cast("Huey", SqliteHuey("easycrm", filename=str(path), journal_mode="wal", timeout=30, **more))


def _serializer() -> SignedSerializer:
    """Huey pickles: an unsigned payload from a foreign hand would be code that runs here."""
    keys = sealed.ring()
    secret = HKDF(hashes.SHA256(), 32, salt=None, info=b"easycrm queue").derive(keys.keys[keys.newest])
    return SignedSerializer(secret=secret.hex(), salt="easycrm")
