"""A page asks the database as often for much as for little."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import Engine, event

from easycrm.core.clock import now
from easycrm.core.db import transaction
from easycrm.mail import (
    contact_edit,
    contact_list,
    contact_view,
    health,
    overview,
    reading,
    schedule,
    search,
    thread_list,
    views,
)  # fmt: skip
from easycrm.mail.connection import Connection, Status
from easycrm.mail.contact_edit import ContactFields
from easycrm.mail.folder import MailFolder
from easycrm.mail.sync_run import SyncRun
from easycrm.mail.thread_filter import Filters, View
from easycrm.notices.incident import Incident
from easycrm.providers.pages import Address, FetchedAttachment
from tests.mailboxes import Mailbox, fetched, mailbox, user

START = datetime(2026, 3, 1, tzinfo=UTC)
FILE = FetchedAttachment("1", "figures.pdf", "application/pdf", 10)


@dataclass(frozen=True)
class World:
    """A mailbox with one thread, and two contacts of one company; all of it can become more."""

    box: Mailbox
    thread: int
    contact: int
    company: int
    folder: int

    @property
    def me(self) -> int:
        """Whose the mailbox is."""
        return self.box.user_id


PAGES: dict[str, tuple[int, Callable[[World], object]]] = {
    "inbox": (3, lambda world: thread_list.page(world.me)),
    "label and unread": (5, lambda world: thread_list.page(world.me, Filters(folder=world.folder, unread=True))),
    "contact and unread": (5, lambda world: thread_list.page(world.me, Filters(contact=world.contact, unread=True))),
    "everything": (3, lambda world: thread_list.page(world.me, Filters(View.ALL))),
    "an open thread's line": (2, lambda world: thread_list.one(world.me, world.thread)),
    "thread": (7, lambda world: reading.messages(world.me, world.thread)),
    "mailboxes": (2, lambda world: overview.mailboxes(world.me)),
    "folders": (1, lambda world: views.folders(world.me)),
    "unread": (2, lambda world: views.unread(world.me)),
    "search": (10, lambda world: search.page(world.me, "figures ")),
    "search for a beginning": (10, lambda world: search.page(world.me, "figur")),
    # One in each of the three mailboxes.
    "search by marks": (6, lambda world: search.page(world.me, "is:unread after:2020 ")),
    "contact": (3, lambda world: contact_view.contact(world.contact)),
    "timeline of a contact": (9, lambda world: contact_view.contact_timeline(world.me, world.contact)),
    "timeline of a company": (9, lambda world: contact_view.company_timeline(world.me, world.company)),
    "contacts": (6, lambda world: contact_list.contacts(world.me)),
    "search of contacts": (6, lambda world: contact_list.contacts(world.me, text="person")),
    "company": (7, lambda world: contact_view.company(world.me, world.company)),
    "companies": (1, lambda _: contact_list.companies()),
    "names of companies": (1, lambda _: contact_list.company_names()),
    "health: counts": (2, lambda _: health.counts()),
    "health: troubled": (4, lambda _: health.troubled()),
    "health: imports": (1, lambda _: health.importing()),
    "health: incidents": (2, lambda _: health.incidents()),
    "health: hours": (1, lambda _: health.hours()),
    "health: runs": (1, lambda world: health.runs(world.box.connection_id)),
    "due": (1, lambda _: schedule.due(500)),
}


def test_a_page_asks_no_more_for_much_than_for_little(database: Engine) -> None:
    world = _little()
    little = {page: _questions(database, world, act) for page, (_, act) in PAGES.items()}
    _more(world)
    much = {page: _questions(database, world, act) for page, (_, act) in PAGES.items()}
    most = {page: number for page, (number, _) in PAGES.items()}
    assert {page: len(asked) for page, asked in little.items() if len(asked) > most[page]} == {}
    assert {page: asked for page, asked in much.items() if len(asked) > most[page]} == {}


def _questions(engine: Engine, world: World, act: Callable[[World], object]) -> list[str]:
    """What the database was asked; to begin a transaction is no question."""
    asked: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        if "BEGIN" not in statement:
            asked.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    act(world)
    event.remove(engine, "before_cursor_execute", note)
    return asked


def _little() -> World:
    box = mailbox(user())
    with transaction() as session:
        session.add(_label(box, "L1"))
    contact = contact_edit.create(box.user_id, ContactFields("Person 0", "p0@example.net", company="Org"))
    contact_edit.create(box.user_id, ContactFields("Person 1", "p1@example.net", company="Org"))
    _mail(box, range(2))
    _trouble(box, 1)
    (company,) = contact_list.companies().rows
    (folder,) = views.folders(box.user_id)
    thread = thread_list.page(box.user_id, Filters(View.ALL)).rows[0].id
    return World(box, thread, contact, company.id, folder.id)


def _more(world: World) -> None:
    for number in range(2, 22):
        name = f"Person {number}"
        emails = f"p{number}@example.net\np{number}@example.org"
        contact_edit.create(world.me, ContactFields(name, emails, company="Org" if number % 2 else f"Org {number}"))
    _mail(world.box, range(2, 60))
    for _ in range(6):
        colleague = mailbox(user())
        _mail(colleague, range(6))
        _trouble(colleague, 5)
    with transaction() as session:
        for number in range(2, 12):
            session.add(_label(world.box, f"L{number}"))


def _label(box: Mailbox, ident: str) -> MailFolder:
    return MailFolder(connection_id=box.connection_id, provider_folder_id=ident, name=ident, kind="user")


def _mail(box: Mailbox, numbers: range) -> None:
    """Many messages in the first thread, two in others, from two people, with labels and a file; half are unread."""
    box.commit(*(
        fetched(
            f"m{number}", START + timedelta(hours=number), provider_thread_id=f"t{number // 2 if number % 5 else 0}",
            message_id_header=f"<{number}@example.org>", subject="Figures", text="Here are the figures",
            sender=Address(f"p{number % 2}@example.net"), to=(Address("me@example.org"),), attachments=(FILE,),
            labels=("INBOX", "L1", f"L{number % 12}"), unread=number % 2 == 0,
        )
        for number in numbers
    ))  # fmt: skip


def _trouble(box: Mailbox, runs: int) -> None:
    """A mailbox that waits for its owner, one that is late, one that is imported, an incident, and some runs."""
    with transaction() as session:
        long_ago = now() - timedelta(days=1)
        for status in (Status.CONNECTED, Status.REQUIRES_REAUTHENTICATION):
            session.add(
                Connection(
                    user_id=box.user_id, provider="google", subject=str(status), address="box@example.org",
                    status=status, connected_at=long_ago, next_sync_at=long_ago, last_success_at=long_ago, failures=1,
                )
            )  # fmt: skip
        session.add(Incident(provider="google", code="invalid_client", explanation="", resolved_at=now()))
        session.flush()
        session.add_all(
            SyncRun(connection_id=box.connection_id, generation=1, kind="sync", stored=1, finished_at=now())
            for _ in range(runs)
        )
