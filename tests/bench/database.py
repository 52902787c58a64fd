"""The database's half of the table: storing, picking what is due, and what the pages ask (`lists`).

`rows(databases)` yields a `Row` for each; `python -m tests.bench.database [sqlite|postgresql] [N]` prints them.
"""

import random
import statistics
import sys
import time
from collections.abc import Iterator, Sequence
from datetime import timedelta

import orjson
from sqlalchemy import insert

from easycrm.core.clock import now
from easycrm.core.db import transaction
from easycrm.mail import health, schedule
from easycrm.mail.connection import Connection
from easycrm.providers import google_message, microsoft_message
from tests.bench import asked, bodies, kept, lists
from tests.bench.row import Row, at_most
from tests.bench.world import database
from tests.mailboxes import mailbox, user

MAILBOXES = 10_000


def rows(databases: Sequence[str] = ("sqlite",), messages: int = lists.MESSAGES) -> Iterator[Row]:
    """A row for each measure and database, with so many messages in the large mailbox."""
    for kind in databases:
        with database(kind):
            yield from _storing(kind)
        with database(kind):
            yield from _due(kind)
        yield from lists.rows(kind, messages)


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
            f"CPU per message, decoded, stored, searchable: {name}, {kind}", limit, statistics.median(costs), "µs", note
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
    asked.analyse()
    yield asked.row(f"picking due mailboxes out of {MAILBOXES:,}: {kind}", 0.5, lambda: schedule.due(500))
    yield asked.row(f"health: counts, of {MAILBOXES:,} mailboxes: {kind}", None, health.counts)
    yield asked.row(f"health: troubled, of {MAILBOXES:,} mailboxes: {kind}", None, health.troubled)


def main() -> None:
    """Measure and print; arguments: a database, and how many messages."""
    kinds, messages = sys.argv[1:2] or ("sqlite",), int((sys.argv[2:] or [lists.MESSAGES])[0])
    for row in rows(kinds, messages):
        print(kept.line(row), flush=True)


if __name__ == "__main__":
    main()
