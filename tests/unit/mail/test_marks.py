"""Read, star and archive are EasyCRM's own; a mark made here stays until the provider's value changes."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Engine
from sqlmodel import select

from easycrm.core.clock import now
from easycrm.core.db import reading, transaction
from easycrm.core.errors import InvalidInput, NotFound
from easycrm.mail import marks, schedule, store, thread_rows, told_marks
from easycrm.mail.message import Message
from easycrm.mail.place import Place, Places
from easycrm.mail.thread import Thread
from easycrm.providers.pages import Page
from tests.connected import Mailbox, prepare
from tests.mailboxes import fetched
from tests.simulator_process import Simulator
from tests.unit.mail.team import Member, Team

LABELS = {"INBOX": "inbox", "SENT": "sent", "STARRED": "starred"}
FOLDERS = {"i": "inbox", "s": "sent", "a": "archive"}
ADDRESSES = {"google": "linus@example.org", "microsoft": "katherine@example.net"}
BOTH = pytest.mark.parametrize("provider", ["google", "microsoft"])


@pytest.fixture
def team(database: Engine) -> Team:
    del database
    made = Team()
    made.join("ada")
    made.join("grace")
    return made


def thread(team: Team, name: str, *senders: str) -> int:
    """A thread in somebody's mailbox, with a message of each sender."""
    thread_id = 0
    for sender in senders:
        thread_id = thread_of(team.mail(name, sender, f"{name}@example.com", thread_id=thread_id))
    with transaction() as session:
        thread_rows.refresh(session, [thread_id])
    return thread_id


def thread_of(message_id: int) -> int:
    with reading() as session:
        return session.get_one(Message, message_id).thread_id


def row(thread_id: int) -> Thread:
    with reading() as session:
        return session.get_one(Thread, thread_id)


def ada(team: Team) -> Member:
    return team.members["ada"]


def test_marks_show_on_the_thread_and_can_be_taken_back(team: Team) -> None:
    mine = thread(team, "ada", "grace@example.org", "linus@example.org")
    user = ada(team).user_id

    assert marks.read(user, [mine], unread=True) == 1
    assert marks.star(user, [mine]) == 1
    assert len(marks.archive(user, [mine])) == 2
    assert (row(mine).unread, row(mine).starred, row(mine).place) == (1, 1, Place.ARCHIVE)

    marks.read(user, [mine])
    marks.star(user, [mine], starred=False)
    marks.archive(user, [mine], archived=False)
    assert (row(mine).unread, row(mine).starred, row(mine).place) == (0, 0, Place.INBOX)


def test_marking_what_is_so_already_changes_nothing(team: Team) -> None:
    mine = thread(team, "ada", "grace@example.org")
    assert marks.read(ada(team).user_id, [mine]) == 0
    assert marks.opened(ada(team).user_id, mine) == 0


def test_opening_a_thread_reads_every_message_of_it(team: Team) -> None:
    one = team.mail("ada", "grace@example.org", "ada@example.com")
    other = team.mail("ada", "linus@example.org", "ada@example.com", thread_id=thread_of(one))
    for message in (one, other):
        marks.read_message(ada(team).user_id, message, unread=True)
    assert row(thread_of(one)).unread == 2
    assert marks.opened(ada(team).user_id, thread_of(one)) == 2
    assert row(thread_of(one)).unread == 0


def test_one_message_is_marked_by_itself(team: Team) -> None:
    one = team.mail("ada", "grace@example.org", "ada@example.com")
    team.mail("ada", "linus@example.org", "ada@example.com", thread_id=thread_of(one))
    marks.star_message(ada(team).user_id, one)
    assert row(thread_of(one)).starred == 1
    marks.star_message(ada(team).user_id, one, starred=False)
    assert row(thread_of(one)).starred == 0


def test_what_was_sent_is_not_archived(team: Team) -> None:
    mine = thread(team, "ada", "ada@example.com", "grace@example.org")
    with transaction() as session:
        sent = session.exec(Message.__table__.select()).first()  # pyright: ignore
        session.get_one(Message, sent.id).place = Place.ELSEWHERE
    marks.archive(ada(team).user_id, [mine])
    marks.archive(ada(team).user_id, [mine], archived=False)
    with reading() as session:
        assert session.get_one(Message, sent.id).place == Place.ELSEWHERE


def test_undoing_an_archiving_moves_back_what_it_moved_and_nothing_else(team: Team) -> None:
    user = ada(team).user_id
    before = team.mail("ada", "grace@example.org", "ada@example.com")
    mine = thread_of(before)
    marks.archive(user, [mine])
    later = team.mail("ada", "linus@example.org", "ada@example.com", thread_id=mine)
    moved = marks.archive(user, [mine])
    assert (moved, row(mine).place) == ([later], Place.ARCHIVE)
    assert marks.put_back(user, moved, archived=True) == 1
    with reading() as session:
        places = [session.get_one(Message, one).place for one in (before, later)]
    assert (places, row(mine).place) == ([Place.ARCHIVE, Place.INBOX], Place.INBOX)
    assert marks.put_back(user, moved, archived=True) == 0


def test_threat_23_threads_and_messages_of_others_are_not_found(team: Team) -> None:
    theirs = team.mail("grace", "linus@example.org", "grace@example.com")
    thread_id, mallory = thread_of(theirs), ada(team).user_id
    with transaction() as session:
        thread_rows.refresh(session, [thread_id])
    before = row(thread_id)

    for act in (marks.read, marks.star, marks.archive):
        with pytest.raises(NotFound):
            act(mallory, [thread_id])
    for act in (marks.read_message, marks.star_message):
        with pytest.raises(NotFound):
            act(mallory, theirs)
    with pytest.raises(NotFound):
        marks.opened(mallory, thread_id)
    with pytest.raises(NotFound):
        marks.put_back(mallory, [theirs], archived=False)
    mine = thread(team, "ada", "grace@example.org")
    with reading() as session:
        own = session.exec(select(Message.id).where(Message.thread_id == mine)).one() or 0
    assert marks.put_back(mallory, [own, theirs], archived=False) == 1
    assert marks.star(mallory, [mine, thread_id]) == 1
    assert row(thread_id) == before


def test_more_than_a_page_at_once_is_refused(team: Team) -> None:
    with pytest.raises(InvalidInput):
        marks.read(ada(team).user_id, range(1, marks.MOST + 2))


@pytest.mark.parametrize(
    ("kinds", "by_label", "labels", "place"),
    [
        (LABELS, True, ("INBOX", "UNREAD"), Place.INBOX),
        (LABELS, True, ("SENT", "INBOX"), Place.INBOX),
        (LABELS, True, ("SENT",), Place.ELSEWHERE),
        (LABELS, True, ("Label_1",), Place.ARCHIVE),
        (LABELS, True, (), Place.ARCHIVE),
        (FOLDERS, False, ("i",), Place.INBOX),
        (FOLDERS, False, ("a",), Place.ARCHIVE),
        (FOLDERS, False, ("s",), Place.ELSEWHERE),
        (FOLDERS, False, ("customers",), Place.ELSEWHERE),
        ({}, True, ("INBOX",), Place.INBOX),
    ],
)
def test_labels_and_folders_tell_where_a_message_lies(
    kinds: dict[str, str], by_label: bool, labels: tuple[str, ...], place: Place
) -> None:
    assert Places(kinds, by_label).of(labels) == place


@given(st.lists(st.tuples(st.sampled_from(["here", "there"]), st.booleans())))
def test_a_mark_made_here_stays_until_the_providers_value_changes(acts: list[tuple[str, bool]]) -> None:
    message = Message(unread=False, provider_unread=False)  # pyright: ignore
    shown = told = False
    for who, value in acts:
        if who == "here":
            message.unread = shown = value
        else:
            told_marks.follow(message, unread=value, starred=False, place=Place.ELSEWHERE)
            shown, told = (value if value != told else shown), value
        assert message.unread == shown


@BOTH
async def test_marks_made_here_outlive_the_sync(simulator: Simulator, database: Engine, provider: str) -> None:
    del database
    mailbox = await imported(simulator, provider)
    ident = simulator.post("deliver", email=mailbox.email)["ids"][0]
    await mailbox.sync()
    arrived = of(mailbox, ident)
    marks.read_message(mailbox.user_id, arrived.id or 0)
    marks.star_message(mailbox.user_id, arrived.id or 0)
    marks.archive(mailbox.user_id, [arrived.thread_id])

    simulator.post("message", email=mailbox.email, id=ident, action="label", label="Label_2")
    await mailbox.sync()
    await compare(mailbox)
    assert shown(of(mailbox, ident)) == (False, True, Place.ARCHIVE)

    for action in ("read", "star", "unstar"):
        simulator.post("message", email=mailbox.email, id=ident, action=action)
        await mailbox.sync()
    assert shown(of(mailbox, ident)) == (False, False, Place.ARCHIVE)

    simulator.post("message", email=mailbox.email, id=ident, action="unread")
    simulator.post("message", email=mailbox.email, id=ident, action="move", folder="archive")
    await mailbox.sync()
    simulator.post("message", email=mailbox.email, id=ident, action="move", folder="inbox")
    await mailbox.sync()
    assert shown(of(mailbox, ident)) == (True, False, Place.INBOX)


async def test_a_message_read_again_keeps_the_marks_made_here(simulator: Simulator, database: Engine) -> None:
    del database
    mailbox = await imported(simulator, "google")
    mailbox.make_due()
    lease = schedule.claim(mailbox.connection_id)
    assert lease is not None
    told = fetched("again", now(), unread=True, labels=("INBOX", "UNREAD"))

    def tell(**what: object) -> Message:
        page = Page("mailbox", "cursor", messages=(replace(told, **what),))  # pyright: ignore
        store.commit_page(lease.connection_id, lease.generation, lease.owner, page)
        return mailbox.stored()["again"]

    first = tell()
    marks.read_message(mailbox.user_id, first.id or 0)
    marks.archive(mailbox.user_id, [first.thread_id])
    assert shown(tell(subject="Another")) == (False, False, Place.ARCHIVE)
    assert shown(tell(unread=False, starred=True)) == (False, True, Place.ARCHIVE)
    assert shown(tell(unread=True, labels=("Label_1",))) == (True, False, Place.ARCHIVE)
    assert shown(tell(unread=True, labels=("INBOX",))) == (True, False, Place.INBOX)


async def imported(simulator: Simulator, provider: str) -> Mailbox:
    mailbox = prepare(simulator, provider, ADDRESSES[provider])
    await mailbox.connect()
    await mailbox.sync()
    return mailbox


async def compare(mailbox: Mailbox) -> None:
    """Let the daily comparison follow every mark as the provider lists it."""
    with transaction() as session:
        session.merge(mailbox.row()).last_reconciled_at = None
    await mailbox.sync()


def of(mailbox: Mailbox, ident: str) -> Message:
    return next(message for key, message in mailbox.stored().items() if ident in key)


def shown(message: Message) -> tuple[bool, bool, str]:
    return message.unread, message.starred, message.place
