"""The mailbox page: what its address asks for is what it shows."""

from datetime import timedelta

import pytest
from reflex.event import Event

from easycrm import easycrm
from easycrm.core import wording
from easycrm.core.clock import now
from easycrm.core.db import transaction
from easycrm.core.errors import NotFound
from easycrm.mail import marks, thread_rows
from easycrm.mail.connection import Connection
from easycrm.mail.message import Message, MessageBody
from easycrm.mail.thread import Thread
from easycrm.pages.flash import FlashState
from easycrm.pages.fresh_tab import FreshTab
from easycrm.pages.mailbox_state import MailboxState
from easycrm.pages.marks_state import MarksState
from easycrm.pages.refresh import refresh
from easycrm.pages.shell import ShellState
from easycrm.pages.thread_state import ThreadState
from tests.fake_provider import FakeProvider
from tests.unit.pages.conftest import Tab, address_of, user_of

THREADS = 120


@pytest.fixture
def threads(ada: Tab, google: FakeProvider) -> list[int]:
    """Ids of Ada's threads, newest first, with sort keys as large as real ones."""
    with transaction() as session:
        mailbox = Connection(user_id=user_of(ada), provider="google", subject="1", address="ada@example.com")
        session.add(mailbox)
        session.flush()
        newest = int(now().timestamp() * 1000) << 20
        rows = [
            Thread(
                connection_id=mailbox.id,
                provider_thread_id=str(n),
                subject=f"Thread {n}",
                sort_key=newest - n,
                messages=1,
                place="inbox",
            )
            for n in range(THREADS)
        ]
        session.add_all(rows)
        session.flush()
        add_message(session, rows[0])
        return [row.id or 0 for row in rows]


def add_message(session, thread: Thread, number: int = 1) -> None:
    message = Message(
        connection_id=thread.connection_id,
        thread_id=thread.id,
        generation=1,
        provider_message_id=f"{thread.id}-{number}",
        subject="Figures",
        sender_email="grace@example.org",
        received_at=now() - timedelta(minutes=10 - number),
        sort_key=number,
        place="inbox",
    )
    session.add(message)
    session.flush()
    session.add(MessageBody(message_id=message.id))


async def load(tab: Tab, query: str = "") -> MailboxState:
    tab.go(f"/mailbox?{query}")
    await tab.call(MailboxState.load)
    await tab.call(ThreadState.load)
    await tab.call(MarksState.load)
    return tab.state(MailboxState)


async def test_older_leads_through_every_thread_once(ada: Tab, threads: list[int]) -> None:
    shown, query = [], ""
    for _page in range(3):
        state = await load(ada, query)
        shown += [row.id for row in state.rows]
        query = state.older.partition("?")[2]
    assert shown == threads
    assert query == ""


async def test_an_open_thread_keeps_its_place_in_the_list(ada: Tab, threads: list[int]) -> None:
    state = await load(ada, (await load(ada)).older.partition("?")[2])
    first, href = state.rows[0].id, state.rows[0].href
    state = await load(ada, href.partition("?")[2])
    assert (state.rows[0].id, ada.state(ThreadState).open_id) == (first, first)


async def test_a_page_that_is_loaded_anew_shows_no_other_thread_first(ada: Tab, threads: list[int]) -> None:
    await load(ada, f"thread={threads[0]}")
    pane, hydrate = ada.state(ThreadState), Event(name="reflex___state____state.hydrate_and_load")
    await FreshTab().preprocess(easycrm.app, ada.root, hydrate)
    assert pane.loaded
    ada.go(f"/mailbox?thread={threads[1]}")
    await FreshTab().preprocess(easycrm.app, ada.root, hydrate)
    assert not pane.loaded


async def test_new_mail_appears_in_the_thread_that_is_open(ada: Tab, threads: list[int]) -> None:
    await load(ada, f"thread={threads[0]}")
    state = ada.state(ThreadState)
    await ada.call(ThreadState.show_images, state.messages[0].id)
    with transaction() as session:
        add_message(session, session.get_one(Thread, threads[0]), number=2)
    await refresh(ada.state(ShellState), user_of(ada))
    assert [message.last for message in state.messages] == [False, True]
    assert [message.images_shown for message in state.messages] == [True, False]


async def test_threat_23_somebody_elses_thread_is_not_found(ada: Tab, grace: Tab, threads: list[int]) -> None:
    state = await load(grace, f"thread={threads[0]}&mailbox=1")
    assert (state.rows, state.choices) == ([], [])
    assert grace.state(ThreadState).messages == []
    assert grace.state(ThreadState).missing


@pytest.mark.parametrize("junk", ["-1", "0", "1e3", "٣", "9" * 19, "9" * 400, "x'--", "%00"])
async def test_threat_08_junk_in_the_address_shows_the_newest(ada: Tab, threads: list[int], junk: str) -> None:
    state = await load(ada, f"before={junk}&mailbox={junk}&thread={junk}")
    assert [row.id for row in state.rows] == threads[:50]
    assert ada.state(ThreadState).open_id == 0


async def test_every_filter_stands_in_the_address_and_survives_paging(ada: Tab, threads: list[int]) -> None:
    with transaction() as session:
        for ident in threads:
            session.get_one(Thread, ident).has_attachments = True
        thread_rows.note_marks(session, threads)
    query = "view=all&attachments=yes&mailbox=1"
    state = await load(ada, query)
    assert (state.view, state.chosen, state.filters) == ("all", "1", ["attachments"])
    assert {"view=all", "attachments=yes", "mailbox=1"} <= set(state.older.partition("?")[2].split("&"))
    older = await load(ada, state.older.partition("?")[2])
    assert [row.id for row in older.rows] == threads[50:100]
    newest = await load(ada, older.newer.partition("?")[2])
    assert [row.id for row in newest.rows] == threads[:50]
    assert newest.newer == ""
    none = await load(ada, f"{query}&unread=yes")
    assert (none.rows, none.empty_title) == ([], wording.mailbox.EMPTY_FILTERED[0])
    assert "unread" not in none.filter_hrefs["unread"]


async def test_opening_a_thread_reads_it_and_keeps_it_in_its_place(ada: Tab, threads: list[int]) -> None:
    marks.read(user_of(ada), [threads[0]], unread=True)
    state = await load(ada, "view=unread")
    assert [row.id for row in state.rows] == [threads[0]]
    state = await load(ada, state.rows[0].href.partition("?")[2])
    assert [(row.id, row.unread) for row in state.rows] == [(threads[0], False)]
    assert (await load(ada, "view=unread")).rows == []


async def test_selected_threads_are_marked_together(ada: Tab, threads: list[int]) -> None:
    await load(ada)
    await ada.call(MarksState.toggle, threads[0])
    await ada.call(MarksState.toggle, threads[5])
    await ada.call(MarksState.toggle, threads[5])
    await ada.call(MarksState.mark, 0, "star")
    state = ada.state(MailboxState)
    assert [row.starred for row in state.rows[:2]] == [True, False]
    assert ada.state(MarksState).selected == []
    await ada.call(MarksState.toggle_all)
    assert ada.state(MarksState).selected == threads[:50]
    await ada.call(MarksState.toggle_all)
    assert ada.state(MarksState).selected == []


async def test_archiving_the_open_thread_leads_back_to_the_list(ada: Tab, threads: list[int]) -> None:
    await load(ada, f"thread={threads[0]}")
    events = await ada.call(MarksState.mark, threads[0], "archive")
    assert [address_of(event) for event in events] == ["/mailbox"]
    assert ada.state(FlashState).text == wording.mailbox.archived(1)
    state = await load(ada)
    assert threads[0] not in [row.id for row in state.rows]
    state = await load(ada, "view=archived")
    assert [row.id for row in state.rows] == [threads[0]]
    await ada.call(MarksState.put_back)
    assert (ada.state(FlashState).text, state.rows) == (wording.mailbox.put_back(True), [])
    assert threads[0] in [row.id for row in (await load(ada)).rows]
    before = ada.state(FlashState).number
    await ada.call(MarksState.put_back)
    assert ada.state(FlashState).number == before, "it is undone once"


async def test_what_is_selected_stays_when_new_mail_arrives(ada: Tab, threads: list[int]) -> None:
    await load(ada)
    await ada.call(MarksState.toggle, threads[3])
    with transaction() as session:
        old = session.get_one(Thread, threads[60])
        old.sort_key = session.get_one(Thread, threads[0]).sort_key + 1
    await refresh(ada.state(ShellState), user_of(ada))
    assert ada.state(MailboxState).rows[0].id == threads[60]
    assert ada.state(MarksState).selected == [threads[3]]


async def test_threat_23_threads_of_others_are_not_marked(ada: Tab, grace: Tab, threads: list[int]) -> None:
    await load(grace)
    grace.state(MarksState).selected = [threads[0]]
    for thread_id in (threads[0], 0):
        for what in ("read", "unread", "star", "unstar", "archive", "inbox"):
            await grace.call(MarksState.mark, thread_id, what)
            assert grace.state(FlashState).text == NotFound.default_message
    grace.state(MarksState)._moved = [1]
    await grace.call(MarksState.put_back)
    assert grace.state(FlashState).text == NotFound.default_message
    await load(grace, f"thread={threads[0]}")
    assert grace.state(MailboxState).opened.id == 0
    row = (await load(ada)).rows[0]
    assert (row.id, row.starred, row.unread) == (threads[0], False, False)
