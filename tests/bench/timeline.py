"""How long a page of contacts and of their timelines takes with 1,000 contacts and 100,000 messages.

`python -m tests.bench.timeline` measures on SQLite, and on PostgreSQL where EASYCRM_TEST_DATABASE_URL names one.
"""

import os
import random
import secrets
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import quote

from sqlalchemy import create_engine, insert, text
from sqlmodel import Session

from easycrm.core import db, sealed
from easycrm.core.settings import settings
from easycrm.mail import contact_list, contact_view
from easycrm.mail.company import Company
from easycrm.mail.connection import Connection
from easycrm.mail.contact import Contact, ContactAddress
from easycrm.mail.message import Message, Participant
from easycrm.mail.message_rows import sort_key
from easycrm.people.user import User
from easycrm.tables import metadata
from tests.bench.row import Row, at_most

CONTACTS, MESSAGES, MAILBOXES, COMPANIES = 1_000, 100_000, 20, 50
BUSIEST = 1
"""The contact with every fifth message."""
ROUNDS = 60
LIMIT_MS = 200.0
_START = datetime(2026, 1, 1, tzinfo=UTC)
_LEVELS = ("metadata", "subject", "everything", "private")


def main() -> None:
    """Measure and print."""
    for row in rows(("sqlite", *(["postgresql"] if os.environ.get("EASYCRM_TEST_DATABASE_URL") else []))):
        print(f"{row.measure:58} {row.goal:>8} {row.measured:8.1f} {row.unit}  {'met' if row.met else 'MISSED'}")


def rows(databases: Sequence[str]) -> Iterator[Row]:
    """A row for each page and database."""
    for name in databases:
        with filled(name):
            yield from measure(name)


def measure(name: str) -> list[Row]:
    """A row for each page; the figure is the 95th percentile."""
    some = random.Random(7)
    page = contact_view.contact_timeline(1, BUSIEST)
    deep = page.next_before
    for _ in range(40):
        deep = contact_view.contact_timeline(1, BUSIEST, before=deep).next_before
    acts: dict[str, Callable[[], object]] = {
        "timeline of any contact": lambda: contact_view.contact_timeline(1, some.randint(2, CONTACTS)),
        "timeline of the busiest contact": lambda: contact_view.contact_timeline(1, BUSIEST),
        "the same, 40 pages on": lambda: contact_view.contact_timeline(1, BUSIEST, before=deep),
        "timeline of a company": lambda: contact_view.company_timeline(1, some.randint(1, COMPANIES)),
        "page of contacts with counts": lambda: contact_list.contacts(
            1, after=(f"person {some.randint(0, 900):04}", 0)
        ),
        "search of contacts": lambda: contact_list.contacts(1, text=f"person 0{some.randint(0, 9)}"),
    }
    return [_row(f"{what}, {name}, p95", act) for what, act in acts.items()]


def _row(what: str, act: Callable[[], object]) -> Row:
    times: list[float] = []
    used: list[float] = []
    for _ in range(ROUNDS):
        start, busy = time.perf_counter(), time.thread_time()
        act()
        times.append((time.perf_counter() - start) * 1000)
        used.append((time.thread_time() - busy) * 1000)
    note = f"median {statistics.median(times):.1f}, of these {statistics.median(used):.1f} of this process's own time"
    return at_most(what, LIMIT_MS, statistics.quantiles(times, n=20)[-1], "ms", note)


@contextmanager
def filled(name: str) -> Iterator[None]:
    """A database of its own with the team's contacts and mail, for the time of the block."""
    base = os.environ.get("EASYCRM_TEST_DATABASE_URL", "")
    schema = f"bench_{secrets.token_hex(6)}"
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{Path(folder) / 'easycrm.db'}"
        if name == "postgresql":
            _on_postgresql(base, f"CREATE SCHEMA {schema}")
            url = f"{base}{'&' if '?' in base else '?'}options={quote(f'-csearch_path={schema}')}"
        own = {"ENV": "development", "DATA_DIR": folder, "DATABASE_URL": url, "KEYS": sealed.new_key("bench")}
        os.environ.update({f"EASYCRM_{key}": value for key, value in own.items()})
        settings.cache_clear()
        db.engine.cache_clear()
        metadata.create_all(db.engine())
        _fill()
        yield
        db.engine().dispose()
        if name == "postgresql":
            _on_postgresql(base, f"DROP SCHEMA {schema} CASCADE")


def _on_postgresql(url: str, statement: str) -> None:
    engine = create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(statement))
    engine.dispose()


def _fill() -> None:
    some = random.Random(1)
    with db.transaction() as session:
        _people(session)
        for start in range(0, MESSAGES, 5_000):
            _mail(session, some, range(start, start + 5_000))
    with db.engine().connect() as connection:
        connection.execute(text("ANALYZE"))
        connection.commit()


def _people(session: Session) -> None:
    for number in range(1, MAILBOXES + 1):
        session.add(User(id=number, email=f"m{number}@example.com", name=f"Member {number}", password_hash="unused"))
    session.flush()
    for number in range(1, MAILBOXES + 1):
        address, level = f"m{number}@example.com", _LEVELS[number % len(_LEVELS)]
        session.add(Connection(id=number, user_id=number, provider="google", subject=address, address=address,
                               visibility=level))  # fmt: skip
    for number in range(1, COMPANIES + 1):
        name = f"org {number}"
        session.add(Company(id=number, name=name, sort_name=name, created_by=1))
    session.flush()
    for number in range(1, CONTACTS + 1):
        name = f"person {number:04}"
        session.add(Contact(id=number, name=name, sort_name=name, company_id=number % COMPANIES + 1, created_by=1))
    session.flush()
    for number in range(1, CONTACTS + 1):
        email = f"p{number}@example.org"
        session.add(ContactAddress(contact_id=number, email=email, base_email=email))


def _mail(session: Session, some: random.Random, numbers: range) -> None:
    """Every third message lies in a colleague's mailbox too, under the same Message-ID."""
    messages, parties = [], []
    for number in numbers:
        box = some.randint(1, MAILBOXES)
        person = BUSIEST if number % 5 == 0 else some.randint(2, CONTACTS)
        header = f"<{number - number % 3 if number % 3 == 1 else number}@example.org>"
        at = _START + timedelta(minutes=number - (number % 3 == 1))
        sender, to = (f"p{person}@example.org", f"m{box}@example.com")[:: 1 if number % 2 else -1]
        key = sort_key(at, str(number))
        ident = number + 1
        messages.append({
            "id": ident, "connection_id": box, "thread_id": ident, "generation": 1, "provider_message_id": str(number),
            "message_id_header": header, "in_reply_to": "", "references": "", "subject": "Figures", "snippet": "Here",
            "sender_email": sender, "sender_name": "", "received_at": at, "sort_key": key, "unread": False,
            "starred": False, "labels": "", "has_attachments": False, "size": 0,
        })  # fmt: skip
        for role, email in (("from", sender), ("to", to)):
            parties.append({"message_id": ident, "role": role, "email": email, "name": "", "base_email": email,
                            "connection_id": box, "sort_key": key})  # fmt: skip
    session.connection().execute(insert(Message), messages)
    session.connection().execute(insert(Participant), parties)


if __name__ == "__main__":
    main()
