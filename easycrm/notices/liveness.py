"""Which worker processes live, and whose turn it is to look for what is due: seen by every process in the database."""

import os
import secrets
import socket
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import Column
from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import Field, col, delete, or_, select, update

from easycrm.core.clock import now
from easycrm.core.db import Table, UtcDateTime, add_unless_there, changed, reading, transaction
from easycrm.core.log import logger

BEAT_SECONDS = 10.0
MISSED_AFTER = timedelta(seconds=45)
FORGOTTEN_AFTER = timedelta(days=1)
# Shorter than the minute between two ticks, so that whoever comes first in the next one has the turn.
TURN = timedelta(seconds=50)
TICK = "tick"
_log = logger(__name__)


class WorkerProcess(Table, table=True):
    """A worker that said it lives, until it said that it ends."""

    id: str = Field(primary_key=True, max_length=32)
    host: str = Field(max_length=255)
    pid: int
    started_at: datetime = Field(default_factory=now, sa_column=Column(UtcDateTime, nullable=False))
    seen_at: datetime = Field(default_factory=now, sa_column=Column(UtcDateTime, nullable=False))


class Turn(Table, table=True):
    """Who has the right to do something that one process at a time does, and until when."""

    name: str = Field(primary_key=True, max_length=40)
    owner: str = Field(default="", max_length=32)
    until: datetime | None = Field(default=None, sa_column=Column(UtcDateTime))


@dataclass(frozen=True)
class WorkerRow:
    """A worker as an admin sees it; `alive` is whether it was heard of lately."""

    host: str
    pid: int
    started_at: datetime
    seen_at: datetime
    alive: bool


def workers() -> list[WorkerRow]:
    """Every worker heard of in the last day that did not take its leave, the latest heard of first."""
    moment = now()
    with reading() as session:
        query = select(WorkerProcess).where(col(WorkerProcess.seen_at) > moment - FORGOTTEN_AFTER)
        rows = session.exec(query.order_by(col(WorkerProcess.seen_at).desc())).all()
    return [
        WorkerRow(row.host, row.pid, row.started_at, row.seen_at, row.seen_at > moment - MISSED_AFTER) for row in rows
    ]


def take_turn(name: str, owner: str) -> bool:
    """Whether it is this process's turn, and nobody else's until it is over."""
    moment = now()
    with transaction() as session:
        add_unless_there(session, Turn(name=name))
        # A turn that ends further away than any lasts was taken by a clock that is off.
        free = or_(
            col(Turn.until).is_(None),
            col(Turn.until) <= moment,
            col(Turn.until) > moment + 2 * TURN,
        )
        take = update(Turn).where(col(Turn.name) == name, free).values(owner=owner, until=moment + TURN)
        return changed(session, take.execution_options(synchronize_session=False)) == 1


@dataclass
class Heartbeat:
    """Says every ten seconds that this process lives; `besides` is done at each beat."""

    besides: Callable[[], None]
    id: str = field(default_factory=lambda: secrets.token_hex(16))
    _ended: threading.Event = field(default_factory=threading.Event)
    _thread: threading.Thread | None = None

    def start(self) -> None:
        """Begin, with a first beat at once."""
        self._thread = threading.Thread(target=self._run, name="heartbeat", daemon=True)
        self._thread.start()

    def end(self) -> None:
        """Take leave: a last beat's work, and no row that would look like a process that vanished."""
        self._ended.set()
        if self._thread is not None:
            self._thread.join(BEAT_SECONDS)
        self._guarded(self._leave)

    def _run(self) -> None:
        while not self._ended.is_set():
            self._guarded(self._beat)
            self._ended.wait(BEAT_SECONDS)

    def _guarded(self, step: Callable[[], None]) -> None:
        try:
            step()
        except SQLAlchemyError as error:  # a database that restarts kills no worker; the next beat may do better
            _log.warning("heartbeat missed", error=type(error).__name__)

    def _beat(self) -> None:
        moment = now()
        with transaction() as session:
            mine = update(WorkerProcess).where(col(WorkerProcess.id) == self.id).values(seen_at=moment)
            if changed(session, mine) == 0:
                session.exec(delete(WorkerProcess).where(col(WorkerProcess.seen_at) < moment - FORGOTTEN_AFTER))
                session.add(WorkerProcess(id=self.id, host=socket.gethostname()[:255], pid=os.getpid()))
        self.besides()

    def _leave(self) -> None:
        self.besides()
        with transaction() as session:
            session.exec(delete(WorkerProcess).where(col(WorkerProcess.id) == self.id))
