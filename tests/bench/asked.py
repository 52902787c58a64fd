"""What an act asks of the database: how often, and how long the statements alone take when the driver runs them again.

Times are of the processor: this process's, and that of PostgreSQL's for the connection; the clock's where that
cannot be seen.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import event, text

from easycrm.core import db
from tests.bench.row import Row, at_most

ROUNDS, TIMES = 3, 40


@dataclass(frozen=True, order=True)
class Asked:
    """Milliseconds of the statements, of the whole call and of this process in it, 95th percentiles; the most asked."""

    queries: float
    whole: float
    own: float
    statements: int


def row(measure: str, limit: float | None, act: Callable[[], object], times: int = TIMES) -> Row:
    """A row of the table; without a limit it has no goal."""
    found = asked(act, times)
    note = (
        f"{found.statements} statements; the whole call {found.whole:.2f} ms, {found.own:.2f} ms of this process, p95"
    )
    if limit is None:
        return Row(f"{measure}, query p95", "", found.queries, "ms", None, note)
    return at_most(f"{measure}, query p95", limit, found.queries, "ms", note)


def asked(act: Callable[[], object], times: int = TIMES) -> Asked:
    """The quietest of some rounds."""
    return min(_round(act, times) for _ in range(ROUNDS))


def _round(act: Callable[[], object], times: int) -> Asked:
    statements: list[tuple[str, Any]] = []

    def note(_connection: object, _cursor: object, statement: str, parameters: Any, *_: object) -> None:
        statements.append((statement, parameters))

    queries, whole, own, counts = list[float](), list[float](), list[float](), list[int]()
    for _ in range(times):
        statements.clear()
        event.listen(db.engine(), "before_cursor_execute", note)
        began, busy = time.perf_counter(), time.thread_time()
        act()
        own.append((time.thread_time() - busy) * 1000)
        whole.append((time.perf_counter() - began) * 1000)
        event.remove(db.engine(), "before_cursor_execute", note)
        counts.append(sum("BEGIN" not in statement for statement, _ in statements))
        queries.append(_again(statements))
    return Asked(_p95(queries), _p95(whole), _p95(own), max(counts))


def _again(statements: Sequence[tuple[str, Any]]) -> float:
    raw = db.engine().raw_connection()
    try:
        clock = _clock(raw)
        began = clock()
        for statement, parameters in statements:
            cursor = raw.cursor()
            cursor.execute(statement, parameters)
            if cursor.description:
                cursor.fetchall()
            cursor.close()
        return (clock() - began) * 1000
    finally:
        raw.close()


def _clock(raw: Any) -> Callable[[], float]:
    """Seconds that are spent on a connection."""
    if db.engine().dialect.name == "sqlite":
        return time.thread_time
    server = Path(f"/proc/{raw.driver_connection.info.backend_pid}")
    try:
        seen = (server / "comm").read_text().startswith("postgres")
    except OSError:
        seen = False
    if not seen:
        return time.perf_counter
    return lambda: time.thread_time() + int((server / "schedstat").read_text().split()[0]) / 1e9


def _p95(found: Sequence[float]) -> float:
    return sorted(found)[int(len(found) * 0.95) - 1]


def analyse() -> None:
    """What autovacuum does on PostgreSQL sooner or later."""
    if db.engine().dialect.name == "postgresql":
        with db.engine().connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("VACUUM ANALYZE"))
