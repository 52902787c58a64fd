"""The database's half of the table: storing, the mailbox page, search, picking what is due, and memory.

`rows(databases)` yields a `Row` for each measure and database; `python -m tests.bench.database` prints them.
Times of queries are those of the statements alone, run again by the driver: processor time on SQLite, which works in
this process, and the clock's on PostgreSQL; the note has the clock's time of the whole call.
"""

import random
import resource
import statistics
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson
from sqlalchemy import event, insert, text

from easycrm.core import db
from easycrm.core.clock import now
from easycrm.core.db import transaction
from easycrm.mail import schedule, search, thread_list
from easycrm.mail.connection import Connection
from easycrm.providers import google_message, microsoft_message
from easycrm.providers.pages import Address, FetchedAttachment, FetchedMessage
from tests.bench import bodies
from tests.bench.row import Row, at_most
from tests.bench.world import database
from tests.mailboxes import Mailbox, fetched, mailbox, user

MESSAGES, OTHERS, MESSAGES_OF_OTHERS = 100_000, 100, 250
MAILBOXES = 10_000
ROUNDS, TIMES = 5, 60
PAGE = 250
_LATEST = datetime(2026, 3, 1, tzinfo=UTC)
_WORDS = [f"{start}{end}" for start in ("inv", "meet", "pro", "con", "tra", "acc", "bud", "rep") for end in
          ("oice", "ing", "ject", "tract", "vel", "ount", "get", "ort", "ise", "ant", "ure", "ist")]  # fmt: skip
_PEOPLE = [Address(f"{name}@example.com", name.title()) for name in ("ada", "grace", "alan", "linus", "barbara")]
_SEARCHES = (
    "invoice ", "meeting ", "budget ", "rare7 ", "rare42 ", "nowhere ", '"project meeting" ', "from:ada invoice ",
    "subject:contract ", "travel -meeting ", "has:attachment report ", "to:grace budget account ", "invoic", "contra",
)  # fmt: skip


def rows(databases: Sequence[str] = ("sqlite",), messages: int = MESSAGES) -> Iterator[Row]:
    """A row for each measure and database, with so many messages in the large mailbox."""
    for kind in databases:
        with database(kind, _Nowhere()):  # pyright: ignore[reportArgumentType]
            yield from _storing(kind)
        with database(kind, _Nowhere()):  # pyright: ignore[reportArgumentType]
            yield from _due(kind)
        with database(kind, _Nowhere()):  # pyright: ignore[reportArgumentType]
            yield from _pages(kind, messages)


class _Nowhere:
    """No simulator: nothing is asked of a provider."""

    url = ""


def _storing(kind: str) -> Iterator[Row]:
    """Processor time of decoding and storing, searchable; the database's server has its own."""
    for name, decode, made, limit, at_once in (
        ("Gmail", google_message.decode, bodies.gmail, 900, 50),
        ("Graph", microsoft_message.decode, bodies.graph, 1200, 250),
    ):
        raw, box = list(made(2000)), mailbox(user())
        box.commit(*(decode(orjson.loads(one)) for one in raw[:5]))
        costs: list[float] = []
        for first in range(0, len(raw), 500):
            began = time.process_time()
            for start in range(first, first + 500, at_once):
                box.commit(*(decode(orjson.loads(one)) for one in raw[start : start + at_once]))
            costs.append((time.process_time() - began) / 500 * 1e6)
        note = f"{at_once} a page, {sum(map(len, raw)) // len(raw)} bytes of JSON a message"
        yield at_most(
            f"CPU per message, decoded, stored, searchable: {name}, {kind}", limit, _median(costs), "µs", note
        )


def _due(kind: str) -> Iterator[Row]:
    owner = user()
    some = random.Random(3)
    with transaction() as session:
        row = {"user_id": owner, "provider": "google", "address": "box@example.org", "status": "connected",
               "connected_at": now()}  # fmt: skip
        plain = Connection(user_id=owner, provider="google", subject="", address="").model_dump(exclude={"id"})
        session.connection().execute(
            insert(Connection),
            [
                {**plain, **row, "subject": str(n), "next_sync_at": now() + timedelta(seconds=some.uniform(-60, 3000))}
                for n in range(MAILBOXES)
            ],
        )
    _analyse()
    queries, whole = _timed(lambda: schedule.due(500))
    yield at_most(f"picking due mailboxes out of {MAILBOXES:,}, p95: {kind}", 0.5, queries, "ms", _whole(whole))


def _pages(kind: str, messages: int) -> Iterator[Row]:
    some = random.Random(5)
    others = [mailbox(user()) for _ in range(OTHERS)]
    big = mailbox(user())
    for box in others:
        _fill(box, some, MESSAGES_OF_OTHERS)
    before = _peak()
    began = time.process_time()
    _fill(big, some, messages)
    cost = (time.process_time() - began) / messages * 1e6
    note = f"process peak; {before:.0f} MB before; {cost:.0f} µs of CPU a short message"
    yield at_most(f"peak memory, storing {messages:,} messages: {kind}", 200, _peak(), "MB", note)
    _analyse()
    first = thread_list.page(big.user_id)
    deep = first.rows[0].sort_key
    for _ in range(20):
        deep = thread_list.page(big.user_id, before=deep).rows[-1].sort_key
    on_sqlite = kind == "sqlite"
    acts: tuple[tuple[str, float, Callable[[], object]], ...] = (
        ("mailbox page of 50", 1 if on_sqlite else 5, lambda: thread_list.page(big.user_id)),
        ("mailbox page of 50, the 21st", 1 if on_sqlite else 5, lambda: thread_list.page(big.user_id, before=deep)),
        ("search, newest first", 1 if on_sqlite else 10, lambda: search.page(big.user_id, some.choice(_SEARCHES))),
    )
    for name, limit, act in acts:
        queries, whole = _timed(act)
        yield at_most(f"{name}, at {messages:,} messages, query p95: {kind}", limit, queries, "ms", _whole(whole))
    for asked in _SEARCHES:
        queries, whole = _timed(lambda asked=asked: search.page(big.user_id, asked), times=20)
        yield Row(f"search {asked!r}: {kind}", "", queries, "ms", None, _whole(whole))


def _fill(box: Mailbox, some: random.Random, messages: int) -> None:
    """Newest first, as an import does it; over two years."""
    step = timedelta(days=730) / messages
    for first in range(0, messages, PAGE):
        box.commit(*(_message(some, number, _LATEST - step * number) for number in range(first, first + PAGE)))


def _message(some: random.Random, number: int, at: datetime) -> FetchedMessage:
    chosen = [_WORDS[min(int(some.paretovariate(0.6)) - 1, len(_WORDS) - 1)] for _ in range(60)]
    files = (FetchedAttachment("1", "report.pdf", "application/pdf", 1000),) if number % 9 == 0 else ()
    if number % 1000 == 7:
        chosen.append(f"rare{number // 1000 % 50}")
    return fetched(
        f"m{number}", at, provider_thread_id=f"t{number // 2}", subject=" ".join(chosen[:4]), text=" ".join(chosen),
        sender=some.choice(_PEOPLE), to=(some.choice(_PEOPLE),), attachments=files, unread=number % 7 == 0,
        labels=("INBOX",),
    )  # fmt: skip


def _timed(act: Callable[[], object], times: int = TIMES) -> tuple[float, float]:
    """Milliseconds of the statements and of the whole call, 95th percentiles of the quietest of some rounds."""
    return min(_round(act, times) for _ in range(ROUNDS))


def _round(act: Callable[[], object], times: int) -> tuple[float, float]:
    statements: list[tuple[str, Any]] = []

    def note(_connection: object, _cursor: object, statement: str, parameters: Any, *_: object) -> None:
        statements.append((statement, parameters))

    queries: list[float] = []
    whole: list[float] = []
    for _ in range(times):
        statements.clear()
        event.listen(db.engine(), "before_cursor_execute", note)
        began = time.perf_counter()
        act()
        whole.append((time.perf_counter() - began) * 1000)
        event.remove(db.engine(), "before_cursor_execute", note)
        queries.append(_again(statements))
    return _p95(queries), _p95(whole)


def _again(statements: Sequence[tuple[str, Any]]) -> float:
    clock = time.thread_time if db.engine().dialect.name == "sqlite" else time.perf_counter
    raw = db.engine().raw_connection()
    try:
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


def _analyse() -> None:
    """What autovacuum does on PostgreSQL sooner or later."""
    if db.engine().dialect.name == "postgresql":
        with db.engine().connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("VACUUM ANALYZE"))


def _peak() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1024 if sys.platform == "linux" else 1024 * 1024)


def _median(found: Sequence[float]) -> float:
    return statistics.median(found)


def _p95(found: Sequence[float]) -> float:
    return sorted(found)[int(len(found) * 0.95) - 1]


def _whole(milliseconds: float) -> str:
    return f"{milliseconds:.2f} ms the whole call, p95"


def main() -> None:
    """Measure and print; arguments: a database, and how many messages."""
    kinds, messages = sys.argv[1:2] or ("sqlite",), int((sys.argv[2:] or [MESSAGES])[0])
    for row in rows(kinds, messages):
        told = "" if row.met is None else "met" if row.met else "missed"
        print(f"{row.measure} | {row.goal} | {row.measured:.3g} {row.unit} | {told} | {row.note}", flush=True)


if __name__ == "__main__":
    main()
