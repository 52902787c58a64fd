"""Every filter shows what it says and nothing else, alone and with others, page after page, for its owner only."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, event, insert

from easycrm.core.db import transaction
from easycrm.mail import marks, search, thread_list, views
from easycrm.mail.contact import Contact, ContactAddress
from easycrm.mail.folder import MailFolder
from easycrm.mail.thread import ThreadLabel
from easycrm.mail.thread_filter import COLLECTED, Filters, View
from easycrm.providers.pages import Address, FetchedAttachment, FetchedMessage, MessageState
from tests.mailboxes import Mailbox, fetched, mailbox, user

START = datetime(2026, 3, 1, tzinfo=UTC)
KINDS = {"INBOX": "inbox", "SENT": "sent", "L1": "user", "L2": "user", "C": "category"}
FILE = (FetchedAttachment("1", "plan.pdf", "application/pdf", 10),)
ADA, GRACE, LINUS = (
    Address("ada@example.com", "Ada"),
    Address("grace@example.org", "Grace"),
    Address("linus+news@example.org", "Linus"),
)
MAIL: dict[str, dict[str, Any]] = {
    "read": {"labels": ("INBOX",), "sender": GRACE},
    "unread": {"labels": ("INBOX", "L1"), "unread": True, "sender": LINUS},
    "starred": {"labels": ("INBOX", "L1"), "starred": True, "attachments": FILE},
    "archived": {"labels": ("L2",), "unread": True, "sender": GRACE},
    "sent": {"labels": ("SENT",), "to": (GRACE,), "attachments": FILE},
}


@dataclass
class Box:
    """A mailbox with one thread of each kind, by name."""

    mailbox: Mailbox
    folders: dict[str, int] = field(default_factory=dict[str, int])
    names: dict[int, str] = field(default_factory=dict[int, str])

    def shown(self, *args: Any, **more: Any) -> list[str]:
        """Names of the threads that a filter shows, newest first."""
        return [self.names[row.id] for row in thread_list.page(self.mailbox.user_id, Filters(*args, **more)).rows]


def box(user_id: int, later: float = 0) -> Box:
    made = Box(mailbox(user_id))
    with transaction() as session:
        for ident, kind in KINDS.items():
            folder = MailFolder(
                connection_id=made.mailbox.connection_id, provider_folder_id=ident, name=f"Folder {ident}", kind=kind
            )
            session.add(folder)
            session.flush()
            made.folders[ident] = folder.id or 0
    mail = enumerate(MAIL.items())
    made.mailbox.commit(*(written(name, n + later, **what) for n, (name, what) in mail))
    everything = thread_list.page(user_id, Filters(View.ALL, mailbox=made.mailbox.connection_id))
    made.names = {row.id: row.subject for row in everything.rows}
    return made


def written(name: str, hours: float, **what: Any) -> FetchedMessage:
    return fetched(name, START + timedelta(hours=hours), **{"subject": name, "to": (ADA,), **what})


@pytest.fixture
def mine(database: Engine) -> Box:
    del database
    return box(user())


CASES: list[tuple[Filters, list[str]]] = [
    (Filters(), ["starred", "unread", "read"]),
    (Filters(View.UNREAD), ["archived", "unread"]),
    (Filters(View.STARRED), ["starred"]),
    (Filters(View.SENT), ["sent"]),
    (Filters(View.ARCHIVED), ["archived"]),
    (Filters(View.ALL), ["sent", "archived", "starred", "unread", "read"]),
    (Filters(unread=True), ["unread"]),
    (Filters(starred=True, attachments=True), ["starred"]),
    (Filters(starred=True, unread=True), []),
    (Filters(View.ALL, attachments=True), ["sent", "starred"]),
    (Filters(View.SENT, attachments=True), ["sent"]),
    (Filters(View.ALL, address="grace@example.org"), ["sent", "archived", "read"]),
    (Filters(View.ALL, address="linus@example.org"), ["unread"]),
    (Filters(address="Grace@Example.org"), ["read"]),
    (Filters(View.UNREAD, address="grace@example.org"), ["archived"]),
    (Filters(View.ALL, address="nobody@example.org"), []),
    (Filters(mailbox=99), []),
]


@pytest.mark.parametrize(("filters", "expected"), CASES)
def test_a_filter_shows_what_it_says(mine: Box, filters: Filters, expected: list[str]) -> None:
    shown = thread_list.page(mine.mailbox.user_id, filters).rows
    assert [mine.names[row.id] for row in shown] == expected


def test_a_folder_shows_what_lies_in_it_whatever_the_view(mine: Box) -> None:
    assert mine.shown(folder=mine.folders["L1"]) == ["starred", "unread"]
    assert mine.shown(folder=mine.folders["L2"]) == ["archived"]
    assert mine.shown(folder=mine.folders["L1"], unread=True) == ["unread"]
    assert mine.shown(folder=mine.folders["C"]) == []


def test_a_contact_stands_for_all_of_its_addresses(mine: Box) -> None:
    with transaction() as session:
        contact = Contact(name="Grace and Linus", sort_name="grace and linus", created_by=1)
        session.add(contact)
        session.flush()
        for email in ("grace@example.org", "linus@example.org"):
            session.add(ContactAddress(contact_id=contact.id or 0, email=email, base_email=email))
        ident = contact.id or 0
    assert mine.shown(View.ALL, contact=ident) == ["sent", "archived", "unread", "read"]
    assert mine.shown(View.ALL, contact=ident + 1) == []
    assert (views.contact_name(ident), views.contact_name(ident + 1)) == ("Grace and Linus", "")


def test_somebody_with_very_much_mail_is_found_too(mine: Box) -> None:
    much = {"provider_thread_id": "read", "labels": ("INBOX",), "sender": GRACE}
    mine.mailbox.commit(*(written(f"more {n}", -n, **much) for n in range(COLLECTED)))
    assert mine.shown(View.ALL, address="grace@example.org") == ["sent", "archived", "read"]
    assert mine.shown(View.UNREAD, address="grace@example.org") == ["archived"]


def test_a_label_of_very_much_mail_is_narrowed_like_any_other(mine: Box) -> None:
    wanted: dict[str, dict[str, Any]] = {
        "unread": {"unread": True}, "starred": {"starred": True}, "": {"starred": True, "unread": True},
    }  # fmt: skip
    for name, narrowed in wanted.items():
        assert mine.shown(folder=mine.folders["L1"], **narrowed) == ([name] if name else [])
    with transaction() as session:
        theirs = {"label": "L1", "connection_id": mine.mailbox.connection_id, "sort_key": 1}
        rows = [{"thread_id": 10_000 + number, **theirs} for number in range(COLLECTED)]
        session.connection().execute(insert(ThreadLabel), rows)
    for name, narrowed in wanted.items():
        assert mine.shown(folder=mine.folders["L1"], **narrowed) == ([name] if name else [])


def test_marks_made_here_move_threads_between_the_views(mine: Box) -> None:
    ids = {name: ident for ident, name in mine.names.items()}
    me = mine.mailbox.user_id
    marks.archive(me, [ids["unread"], ids["starred"]])
    marks.read(me, [ids["unread"]])
    marks.star(me, [ids["read"]])
    marks.star(me, [ids["starred"]], starred=False)
    assert mine.shown() == ["read"]
    assert mine.shown(View.UNREAD) == ["archived"]
    assert mine.shown(View.STARRED) == ["read"]
    assert mine.shown(View.ARCHIVED) == ["archived", "starred", "unread"]
    assert [mine.names[row.id] for row in search.page(me, "is:starred").rows] == ["read"]
    assert views.unread(me) == 0


def test_new_mail_brings_an_archived_thread_back_to_the_inbox(mine: Box) -> None:
    ids = {name: ident for ident, name in mine.names.items()}
    marks.archive(mine.mailbox.user_id, [ids["read"]])
    more = fetched("more", START + timedelta(days=1), provider_thread_id="read", labels=("INBOX",), unread=True)
    mine.mailbox.commit(more)
    assert mine.shown() == ["read", "starred", "unread"]


def test_labels_that_the_provider_changes_are_followed(mine: Box) -> None:
    state = MessageState("read", False, False, ("INBOX", "L2"))
    mine.mailbox.commit(states=(state,))
    assert mine.shown(folder=mine.folders["L2"]) == ["archived", "read"]
    rows = thread_list.page(mine.mailbox.user_id, Filters(View.ALL)).rows
    labels = {row.subject: row.labels for row in rows}
    assert labels["read"] == ("Folder L2",)
    assert labels["starred"] == ("Folder L1",)
    assert labels["sent"] == ()
    mine.mailbox.remove(["read"])
    assert mine.shown(folder=mine.folders["L2"]) == ["archived"]


def test_pages_lead_through_everything_and_back(mine: Box) -> None:
    other = box(mine.mailbox.user_id, later=0.5)
    names = mine.names | other.names
    all_mail, there, back = Filters(View.ALL), list[str](), list[list[str]]()
    page = thread_list.page(mine.mailbox.user_id, all_mail, limit=3)
    while True:
        there += [names[row.id] for row in page.rows]
        if page.older is None:
            break
        page = thread_list.page(mine.mailbox.user_id, all_mail, before=page.older, limit=3)
    while page.newer is not None:
        page = thread_list.page(mine.mailbox.user_id, all_mail, after=page.newer, limit=3)
        back.append([names[row.id] for row in page.rows])
    assert sorted(there) == sorted([*MAIL, *MAIL])
    assert back[-1] == there[:3]
    assert all(len(some) == 3 for some in back)


def test_a_page_before_the_oldest_leads_back(mine: Box) -> None:
    page = thread_list.page(mine.mailbox.user_id, Filters(View.ALL), before=1)
    assert (page.rows, page.older) == ([], None)
    assert page.newer is not None
    again = thread_list.page(mine.mailbox.user_id, Filters(View.ALL), after=page.newer)
    assert len(again.rows) == len(MAIL)


def test_threat_23_nothing_of_others_is_listed_counted_or_named(mine: Box) -> None:
    mallory = user()
    for view in View:
        assert thread_list.page(mallory, Filters(view, mailbox=mine.mailbox.connection_id)).rows == []
    assert thread_list.page(mallory, Filters(folder=mine.folders["L1"])).rows == []
    box(mallory)
    theirs = thread_list.page(mallory, Filters(folder=mine.folders["L1"])).rows
    assert theirs == []
    assert views.unread(mallory, mine.mailbox.connection_id) == 0
    assert views.folders(mallory, mine.mailbox.connection_id) == []
    assert thread_list.one(mallory, next(iter(mine.names))) is None


def test_folders_are_listed_by_the_names_that_people_know(mine: Box) -> None:
    found = [(one.name, one.address) for one in views.folders(mine.mailbox.user_id)]
    assert [name for name, _ in found] == ["Folder C", "Folder L1", "Folder L2"]
    assert views.unread(mine.mailbox.user_id) == 1


@pytest.fixture
def statements(database: Engine) -> Iterator[list[str]]:
    """What the database was asked."""
    asked: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        asked.append(statement)

    event.listen(database, "before_cursor_execute", note)
    yield asked
    event.remove(database, "before_cursor_execute", note)


def test_a_page_of_any_length_costs_the_same_few_questions(mine: Box, statements: list[str]) -> None:
    counts: set[int] = set()
    for limit in (1, 5):
        statements.clear()
        thread_list.page(mine.mailbox.user_id, Filters(View.ALL), limit=limit)
        counts.add(sum(one.startswith("SELECT") for one in statements))
    assert counts == {3}
