"""A database as it is after years: a large mailbox beside many others, the team's contacts, companies and runs."""

import random
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import insert
from sqlmodel import col, select

from easycrm.core.clock import now
from easycrm.core.db import reading, transaction
from easycrm.mail.company import Company
from easycrm.mail.connection import Connection
from easycrm.mail.contact import Contact, ContactAddress
from easycrm.mail.folder import MailFolder
from easycrm.mail.sync_run import SyncRun
from easycrm.mail.thread import ThreadLabel
from easycrm.providers.pages import Address, FetchedAttachment, FetchedMessage
from tests.mailboxes import Mailbox, fetched, mailbox, user

OTHERS, MESSAGES_OF_OTHERS = 100, 250
CONTACTS, COMPANIES, RUNS = 1_000, 50, 5_000
FREQUENT, RARE, NOBODY = 1, 2, 3
"""Contacts: with every fifth message, with every two-hundredth of the older half, and with no mail at all."""
PAGE = 250
_LATEST = datetime(2026, 3, 1, tzinfo=UTC)
_WORDS = [f"{start}{end}" for start in ("inv", "meet", "pro", "con", "tra", "acc", "bud", "rep") for end in
          ("oice", "ing", "ject", "tract", "vel", "ount", "get", "ort", "ise", "ant", "ure", "ist")]  # fmt: skip
_PEOPLE = [Address(f"{name}@example.com", name.title()) for name in ("ada", "grace", "alan", "linus", "barbara")]
_LEVELS = ("metadata", "subject", "everything", "private")
_BIG_LABEL, _SMALL_LABEL = "Label_1", "Label_2"


@dataclass(frozen=True)
class World:
    """Whose the large mailbox is, and its labels by id: on half of its mail, and on every five-hundredth message."""

    big: Mailbox
    big_label: int
    small_label: int


def prepare() -> World:
    """Everything but the mail."""
    some = random.Random(4)
    boxes = [mailbox(user()) for _ in range(OTHERS)]
    big = mailbox(user())
    with transaction() as session:
        for number, box in enumerate(boxes):
            session.get_one(Connection, box.connection_id).visibility = _LEVELS[number % len(_LEVELS)]
        for label in (_BIG_LABEL, _SMALL_LABEL):
            session.add(MailFolder(connection_id=big.connection_id, provider_folder_id=label, name=label, kind="user"))
        names = [f"org {number}" for number in range(1, COMPANIES + 1)]
        session.add_all(Company(name=name, sort_name=name, created_by=big.user_id) for name in names)
        session.flush()
        for number in range(1, CONTACTS + 1):
            name, email = f"person {number:04}", _email(number)
            company = number % COMPANIES + 1
            session.add(Contact(name=name, sort_name=name, company_id=company, created_by=big.user_id))
            session.flush()
            session.add(ContactAddress(contact_id=number, email=email, base_email=email))
        session.connection().execute(insert(SyncRun), [
            {"connection_id": box.connection_id, "generation": 1, "kind": "incremental",
             "finished_at": now() - timedelta(minutes=some.randint(0, 3 * 24 * 60)), "stored": 1, "removed": 0,
             "skipped": 0, "error": "", "started_at": now()}
            for box in some.choices(boxes, k=RUNS)
        ])  # fmt: skip
    for box in boxes:
        _fill(box, some, MESSAGES_OF_OTHERS)
    with reading() as session:
        folders = {one.name: one.id or 0 for one in session.exec(select(MailFolder).where(MailFolder.kind == "user"))}
    return World(big, folders[_BIG_LABEL], folders[_SMALL_LABEL])


def fill(world: World, messages: int) -> None:
    """The mail of the large mailbox, and what is known only when all is there."""
    _fill(world.big, random.Random(5), messages)


def labelled_thread(world: World) -> int:
    """A thread of the large mailbox."""
    with reading() as session:
        query = select(ThreadLabel.thread_id).where(
            ThreadLabel.connection_id == world.big.connection_id, ThreadLabel.label == _SMALL_LABEL
        )
        return session.exec(query.order_by(col(ThreadLabel.sort_key))).first() or 0


def _fill(box: Mailbox, some: random.Random, messages: int) -> None:
    """Newest first, as an import does it; over two years."""
    step = timedelta(days=730) / messages
    for first in range(0, messages, PAGE):
        last = min(first + PAGE, messages)
        numbers = range(first, last)
        box.commit(*(_message(box, some, number, messages, _LATEST - step * number) for number in numbers))


def _message(box: Mailbox, some: random.Random, number: int, messages: int, at: datetime) -> FetchedMessage:
    thread = number // 2
    chosen = [_WORDS[min(int(some.paretovariate(0.6)) - 1, len(_WORDS) - 1)] for _ in range(60)]
    files = (FetchedAttachment("1", "report.pdf", "application/pdf", 1000),) if number % 9 == 0 else ()
    if number % 1000 == 7:
        chosen.append(f"rare{number // 1000 % 50}")
    labels = ["INBOX", *([_BIG_LABEL] if thread % 2 else []), *([_SMALL_LABEL] if thread % 250 == 0 else [])]
    # The hardest case: much is unread, and none of it is the frequent contact's or has the big label.
    unread = thread % 7 == 0 and thread % 5 > 0 and thread % 2 == 0
    # Every third message lies in a few mailboxes.
    shared = box.connection_id // 5 if number % 3 == 0 else f"{box.connection_id}.only"
    return fetched(
        f"m{number}", at, message_id_header=f"<{number}.{shared}@example.org>", provider_thread_id=f"t{thread}",
        subject=" ".join(chosen[:4]), text=" ".join(chosen), sender=_sender(some, number, messages),
        to=(some.choice(_PEOPLE),), attachments=files, unread=unread, starred=number % 301 == 0, labels=tuple(labels),
    )  # fmt: skip


def _sender(some: random.Random, number: int, messages: int) -> Address:
    if number // 2 % 5 == 0:
        return Address(_email(FREQUENT), "Frequent")
    if number % 200 == 3 and number > messages // 2:
        return Address(_email(RARE), "Rare")
    return some.choice(_PEOPLE) if number % 2 else Address(_email(some.randint(NOBODY + 1, CONTACTS)), "Somebody")


def _email(contact: int) -> str:
    return f"p{contact}@example.net"
