"""The writing page's handlers: what they open, send and keep, and that nobody reaches what others write."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from reflex.event import Event

from easycrm import easycrm
from easycrm.core import wording
from easycrm.core.clock import now
from easycrm.core.db import reading, transaction
from easycrm.core.errors import NotFound
from easycrm.mail import draft, outbox
from easycrm.mail.connection import Connection, Status
from easycrm.mail.draft import DraftFields
from easycrm.mail.outbox_message import OutboxMessage, State
from easycrm.mail.thread import Thread
from easycrm.pages.answer_buttons import AnswerState
from easycrm.pages.compose_state import ComposeState, DraftItem
from easycrm.pages.email_state import EmailState
from easycrm.pages.flash import FlashState
from easycrm.pages.fresh_tab import FreshTab
from easycrm.pages.outbox_state import OutboxState
from easycrm.pages.refresh import refresh
from easycrm.pages.shell import ShellState
from easycrm.pages.signature import SignatureState
from easycrm.pages.written_here import WrittenState
from easycrm.providers.base import Capability
from tests.fake_provider import FakeProvider
from tests.unit.pages.conftest import Tab, address_of, user_of
from tests.unit.pages.test_mailbox import add_message


@pytest.fixture
def mailbox(ada: Tab, google: FakeProvider) -> int:
    """Ada's connected mailbox."""
    del google
    with transaction() as session:
        made = Connection(
            user_id=user_of(ada), provider="google", subject="1", address="ada@example.com",
            capabilities=",".join(one.name for one in Capability), signature="<p>Ada</p>",
        )  # fmt: skip
        session.add(made)
        session.flush()
        return made.id or 0


@pytest.fixture
def written(ada: Tab, mailbox: int) -> int:
    """A draft of Ada's that can be sent."""
    ident = draft.begin(user_of(ada))
    fields = DraftFields(mailbox, "grace@example.com", "", "", "Hello", "<p>Hi</p>")
    draft.save(user_of(ada), ident, 1, fields)
    return ident


def row(ident: int) -> OutboxMessage:
    with reading() as session:
        return session.get_one(OutboxMessage, ident)


async def opened(tab: Tab, ident: int) -> Any:
    tab.go(f"/compose?draft={ident}")
    await tab.call(ComposeState.load)
    return tab.state(ComposeState)


async def test_a_new_message_gets_an_address_of_its_own(ada: Tab, mailbox: int) -> None:
    ada.go("/compose?to=grace@example.com")
    (event,) = await ada.call(ComposeState.load)
    ada.go(address_of(event))
    await ada.call(ComposeState.load)
    state = ada.state(ComposeState)
    assert (state.letter.fields["to"], state.sender_id) == ("grace@example.com", mailbox)
    assert state.letter.fields["html"].endswith("<p>Ada</p></div>")


async def test_without_a_mailbox_nothing_is_begun(ada: Tab) -> None:
    ada.go("/compose")
    assert await ada.call(ComposeState.load) == []
    assert ada.state(ComposeState).letter.id == 0
    assert ada.state(ComposeState).loaded


async def test_a_page_that_is_loaded_anew_waits_for_the_draft_as_it_is_now(ada: Tab, written: int) -> None:
    state = await opened(ada, written)
    await FreshTab().preprocess(easycrm.app, ada.root, Event(name="reflex___state____state.hydrate_and_load"))
    assert not state.loaded
    assert (await opened(ada, written)).loaded


async def test_send_puts_it_into_the_outbox_and_undo_brings_it_back(ada: Tab, written: int) -> None:
    state = await opened(ada, written)
    (event,) = await ada.call(ComposeState.send, state.letter.version)
    assert address_of(event) == "/mailbox"
    assert row(written).state == State.QUEUED
    state = await opened(ada, written)
    assert (state.letter.id, state.on_its_way) == (0, written)
    (event,) = await ada.call(ComposeState.take_back)
    assert address_of(event) == f"/compose?draft={written}"
    assert (await opened(ada, written)).letter.fields["html"] == "<p>Hi</p>"


async def test_another_tabs_text_is_not_sent_unseen(ada: Tab, written: int) -> None:
    state = await opened(ada, written)
    draft.save(user_of(ada), written, 2, DraftFields(state.sender_id, "x@example.com", "", "", "", ""))
    assert await ada.call(ComposeState.send, 2) == []
    assert ada.state(ComposeState).problem == wording.writing.DRAFT_CHANGED
    assert row(written).state == State.DRAFT


async def test_what_cannot_be_sent_says_why_and_stays(ada: Tab, mailbox: int) -> None:
    ident = draft.begin(user_of(ada))
    draft.save(user_of(ada), ident, 1, DraftFields(mailbox, "grace", "", "", "", "<p>Kept</p>"))
    await opened(ada, ident)
    await ada.call(ComposeState.send, 2)
    assert ada.state(ComposeState).problem == wording.writing.no_recipient("grace")
    assert (await opened(ada, ident)).letter.fields["html"] == "<p>Kept</p>"


async def test_a_mailbox_that_cannot_send_offers_to_reconnect(ada: Tab, mailbox: int, written: int) -> None:
    with transaction() as session:
        session.get_one(Connection, mailbox).status = Status.REQUIRES_REAUTHENTICATION
    state = await opened(ada, written)
    assert [(one.id, one.problem) for one in state.senders] == [(mailbox, wording.NEEDS_REAUTHENTICATION)]
    assert not state.mailbox_refuses
    await ada.call(ComposeState.send, 2)
    assert (state.mailbox_refuses, state.problem) == (True, wording.NEEDS_REAUTHENTICATION)
    with transaction() as session:
        session.get_one(Connection, mailbox).status = Status.NOT_CONNECTED
    await ada.call(ComposeState.send, 2)
    assert (state.mailbox_refuses, state.problem) == (False, wording.writing.SEND_NOT_CONNECTED)
    with transaction() as session:
        session.get_one(Connection, mailbox).status = Status.CONNECTED
    await refresh(ada.state(ShellState), user_of(ada))
    assert [one.problem for one in ada.state(ComposeState).senders] == [""]


@pytest.mark.parametrize("moment", ["", "tomorrow", "2026-01-01T08:00:00", None, 5])
async def test_what_is_no_moment_schedules_nothing(ada: Tab, written: int, moment: Any) -> None:
    await opened(ada, written)
    assert await ada.call(ComposeState.schedule, 2, moment) == []
    assert ada.state(ComposeState).problem == wording.writing.NOT_A_MOMENT
    assert row(written).state == State.DRAFT


async def test_a_moment_in_the_readers_zone_is_kept_and_can_be_cancelled(ada: Tab, written: int) -> None:
    await opened(ada, written)
    at = (now() + timedelta(days=1)).replace(microsecond=0)
    (event,) = await ada.call(ComposeState.schedule, 2, at.astimezone(UTC).isoformat().replace("+00:00", "Z"))
    assert address_of(event) == "/outbox"
    await ada.call(OutboxState.load)
    (item,) = ada.state(OutboxState).scheduled
    assert datetime.fromisoformat(item.at) == at
    await ada.call(OutboxState.cancel, written)
    assert ada.state(OutboxState).scheduled == []
    assert [one.id for one in ada.state(OutboxState).drafts] == [written]


async def test_a_discarded_draft_is_gone_and_a_signature_kept(ada: Tab, mailbox: int, written: int) -> None:
    await opened(ada, written)
    await ada.call(SignatureState.edit, mailbox)
    assert (ada.state(SignatureState).mailbox, ada.state(SignatureState).address) == (mailbox, "ada@example.com")
    await ada.call(SignatureState.keep, "<p>" + "x" * 20_000)
    assert ada.state(SignatureState).wrong == wording.writing.SIGNATURE_TOO_LONG
    await ada.call(SignatureState.keep, "<p>Ada, <script>x()</script>analyst</p>")
    assert ada.state(SignatureState).mailbox == 0
    assert [one.signature for one in ada.state(ComposeState).senders] == ["<p>Ada, analyst</p>"]
    ada.go("/settings/email")
    await ada.call(EmailState.load)
    assert [one.signature for one in ada.state(EmailState).providers[0].mailboxes] == ["Ada, analyst"]
    await ada.call(ComposeState.ask_discard)
    (event,) = await ada.call(ComposeState.discard)
    assert address_of(event) == "/mailbox"
    assert ada.state(ComposeState).discarded == written
    assert (await opened(ada, written)).missing == NotFound.default_message


async def test_answers_stand_in_their_thread_as_draft_and_as_sent(ada: Tab, mailbox: int) -> None:
    with transaction() as session:
        thread = Thread(connection_id=mailbox, provider_thread_id="t", subject="Figures", sort_key=1, messages=1)
        session.add(thread)
        session.flush()
        add_message(session, thread)
        thread_id = thread.id or 0
    (event,) = await ada.call(AnswerState.reply, 1)
    ident = int(address_of(event).rpartition("=")[2])
    draft.save(user_of(ada), ident, 1, DraftFields(mailbox, "grace@example.org", "", "", "Re", "<p>Here</p>"))
    ada.go(f"/mailbox?thread={thread_id}")
    await ada.call(WrittenState.load)
    assert [(one.status, one.text, one.href) for one in ada.state(WrittenState).written] == [
        ("Draft", "Here", f"/compose?draft={ident}")
    ]
    outbox.submit(user_of(ada), ident)
    await refresh(ada.state(ShellState), user_of(ada))
    await ada.call(WrittenState.load)
    assert [(one.status, one.text) for one in ada.state(WrittenState).written] == [("On its way", "Here")]


async def test_threat_23_what_others_write_is_not_found(
    ada: Tab, sign_in: Callable[..., Tab], mailbox: int, written: int
) -> None:
    mallory = sign_in("mallory")
    for kind in (AnswerState.reply, AnswerState.reply_all, AnswerState.forward):
        assert await mallory.call(kind, 1) == []
        assert mallory.state(FlashState).text == NotFound.default_message
    state = await opened(mallory, written)
    assert (state.letter.id, state.missing) == (0, NotFound.default_message)
    # The state is the caller's own: whatever it can be made to hold, the use cases look at whose it is.
    state.letter, state.on_its_way, state.sender_id = DraftItem(id=written, version=2), written, mailbox
    await mallory.call(SignatureState.edit, mailbox)
    assert mallory.state(SignatureState).mailbox == 0
    mallory.state(SignatureState).mailbox = mailbox
    for handler, arguments in (
        (ComposeState.send, (2,)),
        (ComposeState.schedule, (2, "2030-01-01T08:00:00Z")),
        (ComposeState.discard, ()),
        (ComposeState.take_back, ()),
        (SignatureState.keep, ("<p>Mallory</p>",)),
        (OutboxState.undo, (written,)),
        (OutboxState.cancel, (written,)),
        (OutboxState.resend, (written,)),
        (OutboxState.look_again, (written,)),
    ):
        assert await mallory.call(handler, *arguments) == []
    mallory.state(OutboxState).discarding = written
    await mallory.call(OutboxState.discard)
    mallory.go("/mailbox?thread=1")
    await mallory.call(WrittenState.load)
    assert mallory.state(WrittenState).written == []
    assert (row(written).state, row(written).version) == (State.DRAFT, 2)
    with reading() as session:
        assert session.get_one(Connection, mailbox).signature == "<p>Ada</p>"
    assert (await opened(ada, written)).letter.fields["subject"] == "Hello"
