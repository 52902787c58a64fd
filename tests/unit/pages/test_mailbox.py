"""The mailbox page: what its address asks for is what it shows."""

from datetime import timedelta

import pytest

from easycrm.core.clock import now
from easycrm.core.db import transaction
from easycrm.mail.connection import Connection
from easycrm.mail.message import Message, MessageBody
from easycrm.mail.thread import Thread
from easycrm.pages.mailbox_state import MailboxState
from easycrm.pages.refresh import refresh
from easycrm.pages.shell import ShellState
from easycrm.pages.thread_state import ThreadState
from tests.fake_provider import FakeProvider
from tests.unit.pages.conftest import Tab, user_of

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
    )
    session.add(message)
    session.flush()
    session.add(MessageBody(message_id=message.id))


async def load(tab: Tab, query: str = "") -> MailboxState:
    tab.go(f"/mailbox?{query}")
    await tab.call(MailboxState.load)
    await tab.call(ThreadState.load)
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
