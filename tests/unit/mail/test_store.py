"""Pages of any size are stored, and marks are told apart from what was not told."""

import pytest

from easycrm.core.clock import now
from easycrm.core.db import reading, transaction
from easycrm.mail import message_rows, schedule, store, sync
from easycrm.mail.message import Message
from easycrm.mail.schedule import Lease
from easycrm.mail.thread import Thread
from easycrm.providers.pages import MessageState, Page, Removal
from tests.connected import Mailbox, prepare
from tests.mailboxes import fetched
from tests.simulator_process import Simulator

# More than SQLite (32,766) and PostgreSQL (65,535) take as values of one statement.
MANY = 70_000


@pytest.fixture
async def lease(simulator: Simulator, database: object) -> Lease:
    """The right to write to an imported mailbox."""
    del database
    mailbox = prepare(simulator, "google", "linus@example.org")
    await mailbox.connect()
    await mailbox.sync()
    mailbox.make_due()
    found = schedule.claim(mailbox.connection_id)
    assert found is not None
    return found


def stored(lease: Lease) -> dict[str, Message]:
    mailbox = Mailbox(None, "google", "", 0, 0, lease.connection_id)  # pyright: ignore[reportArgumentType]
    return mailbox.stored()


def commit(lease: Lease, **what: object) -> store.Stored:
    page = Page("mailbox", "cursor", **what)  # pyright: ignore[reportArgumentType]
    return store.commit_page(lease.connection_id, lease.generation, lease.owner, page)


async def test_a_page_of_very_many_changes_is_stored(lease: Lease) -> None:
    ids = [*stored(lease), *(f"unknown-{number}" for number in range(MANY))]

    commit(lease, states=tuple(MessageState(one, True, True, ("INBOX",)) for one in ids))

    assert {(one.unread, one.starred, one.labels) for one in stored(lease).values()} == {(True, True, " INBOX ")}
    assert sync.known(lease.connection_id, ids) == set(stored(lease))
    assert commit(lease, removals=tuple(Removal(one, certain=True) for one in ids)).removed == len(ids) - MANY
    assert stored(lease) == {}


async def test_labels_that_were_not_told_stay(lease: Lease) -> None:
    one, other, *_ = stored(lease)
    commit(lease, states=(MessageState(one, True, False, ("UNREAD", "INBOX", "Label_1")),))
    told = frozenset(("UNREAD", "STARRED", "INBOX"))

    commit(lease, states=(MessageState(one, False, True, ("STARRED",), told), MessageState(other, False, False, ())))

    now = stored(lease)
    assert (now[one].unread, now[one].starred, now[one].labels) == (False, True, " Label_1 STARRED ")
    assert now[other].labels == ""


async def test_threads_count_the_marks_that_were_followed(lease: Lease) -> None:
    ids = list(stored(lease))
    commit(lease, states=tuple(MessageState(one, True, False, ()) for one in ids))

    with reading() as session:
        threads = {one.thread_id: session.get_one(Thread, one.thread_id) for one in stored(lease).values()}
    assert all(thread.unread == thread.messages for thread in threads.values())


async def test_following_what_is_known_changes_nothing(lease: Lease) -> None:
    states = [
        MessageState(one.provider_message_id, one.unread, one.starred, tuple(one.labels.split()))
        for one in stored(lease).values()
    ]

    with transaction() as session:
        assert store.follow(session, lease.connection_id, states) == 0


@pytest.mark.parametrize(
    ("told", "kept"),
    [
        ("On Monday Ada wrote: > Which room? > > The blue one", "On Monday Ada wrote: Which room? The blue one"),
        (">> Which room?", "Which room?"),
        ("5 > 3, and a->b", "5 > 3, and a->b"),
    ],
)
def test_a_snippet_is_kept_without_marks_of_quotation(told: str, kept: str) -> None:
    message = fetched("1", now(), snippet=told)
    assert message_rows.message_row(1, 1, 1, message)["snippet"] == kept
