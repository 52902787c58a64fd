"""Drafts and answers: what they begin with, what is kept, and who may touch them."""

import base64
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from sqlmodel import func, select, update

from easycrm.core import wording
from easycrm.core.clock import now
from easycrm.core.db import reading, transaction
from easycrm.core.errors import InvalidInput, NotFound, Refused
from easycrm.mail import draft, draft_files, draft_list
from easycrm.mail.connection import Connection
from easycrm.mail.draft import DraftFields
from easycrm.mail.message import Message
from easycrm.mail.outbox_message import OutboxChunk, OutboxFile, OutboxMessage
from tests.connected import Mailbox, prepare
from tests.simulator_process import Simulator
from tests.unit.mail.conftest import Someone

ME = "linus@example.org"


def fields(**changes: object) -> DraftFields:
    values = {"connection_id": None, "to": "", "cc": "", "bcc": "", "subject": "", "html": ""} | changes
    return DraftFields(**values)  # pyright: ignore[reportArgumentType]


async def pieces(*chunks: bytes) -> AsyncIterator[bytes]:
    for chunk in chunks:
        yield chunk


@pytest.fixture
async def mailbox(simulator: Simulator, database: object) -> Mailbox:
    """A connected mailbox with one message to several people, and a file."""
    simulator.post(
        "deliver",
        email=ME,
        raw=_encoded(
            "From: Grace <grace@example.com>\r\nReply-To: Office <office@example.com>\r\n"
            "To: Linus <linus@example.org>, Ada <ada@example.com>\r\nCc: Alan <alan@example.net>, linus@example.org\r\n"
            "Subject: Plans\r\nMessage-ID: <plans@example.com>\r\nMIME-Version: 1.0\r\n"
            'Content-Type: multipart/mixed; boundary="b"\r\n\r\n--b\r\nContent-Type: text/html\r\n\r\n'
            "<p onclick='x()'>Shall we?</p><script>evil()</script>\r\n--b\r\nContent-Type: application/pdf\r\n"
            'Content-Disposition: attachment; filename="plan.pdf"\r\n\r\n%PDF\r\n--b--\r\n'
        ),
    )
    made = prepare(simulator, "google", ME)
    await made.connect()
    await made.sync()
    return made


def _encoded(text: str) -> str:
    return base64.urlsafe_b64encode(text.encode()).decode()


def message_id(mailbox: Mailbox) -> int:
    (found,) = [one.id for one in mailbox.stored().values() if one.subject == "Plans"]
    return found or 0


async def test_a_reply_goes_to_the_address_for_replies_and_quotes_what_is_clean(mailbox: Mailbox) -> None:
    opened = draft.opened(mailbox.user_id, draft.begin(mailbox.user_id, kind="reply", message_id=message_id(mailbox)))
    assert opened.fields.to == "Office <office@example.com>"
    assert (opened.fields.cc, opened.fields.subject) == ("", "Re: Plans")
    assert opened.fields.connection_id == mailbox.connection_id
    assert "Grace wrote:" in opened.quoted
    assert "> Shall we?" in opened.quoted
    with reading() as session:
        stored = session.exec(select(OutboxMessage.quoted)).one()
    assert "evil" not in stored
    assert "onclick" not in stored


async def test_reply_all_reaches_everybody_but_oneself(mailbox: Mailbox) -> None:
    ident = draft.begin(mailbox.user_id, kind="reply_all", message_id=message_id(mailbox))
    found = draft.opened(mailbox.user_id, ident).fields
    assert found.to == "Office <office@example.com>, Ada <ada@example.com>"
    assert found.cc == "Alan <alan@example.net>"


async def test_a_forward_takes_the_files_along_and_leaves_the_thread(mailbox: Mailbox) -> None:
    opened = draft.opened(mailbox.user_id, draft.begin(mailbox.user_id, kind="forward", message_id=message_id(mailbox)))
    assert (opened.fields.to, opened.fields.subject, opened.thread_id) == ("", "Fwd: Plans", None)
    assert [(file.file_name, file.complete) for file in opened.files] == [("plan.pdf", True)]


async def test_an_answer_is_not_marked_twice(mailbox: Mailbox) -> None:
    with transaction() as session:
        session.get_one(Message, message_id(mailbox)).subject = "AW: Plans"
    (ident,) = [one.id for one in mailbox.stored().values() if one.subject == "AW: Plans"]
    opened = draft.opened(mailbox.user_id, draft.begin(mailbox.user_id, kind="reply", message_id=ident))
    assert opened.fields.subject == "AW: Plans"


async def test_the_signature_of_the_mailbox_stands_below(mailbox: Mailbox) -> None:
    with transaction() as session:
        session.get_one(Connection, mailbox.connection_id).signature = "<p>Linus</p>"
    opened = draft.opened(mailbox.user_id, draft.begin(mailbox.user_id))
    assert opened.fields.html == '<p></p><div data-signature=""><p>Linus</p></div>'
    version = draft.save(mailbox.user_id, opened.id, 1, opened.fields)
    assert draft.opened(mailbox.user_id, opened.id).fields == opened.fields
    assert version == 2


def test_what_is_typed_is_kept_clean_and_a_stale_tab_is_told(ada: Someone) -> None:
    ident = draft.begin(ada.user_id)
    version = draft.save(
        ada.user_id, ident, 1, fields(to="half an addr", subject="a\x00b", html='<p onclick="x()">Hi</p><img src=x>')
    )
    kept = draft.opened(ada.user_id, ident)
    assert (kept.version, kept.fields.to, kept.fields.html) == (version, "half an addr", "<p>Hi</p>")
    with pytest.raises(Refused) as refused:
        draft.save(ada.user_id, ident, 1, fields(subject="from the other tab"))
    assert refused.value.user_message == wording.writing.DRAFT_CHANGED
    assert draft.opened(ada.user_id, ident).fields.subject == "a\ufffdb"


def test_a_text_without_end_is_refused_and_the_last_one_kept(ada: Someone) -> None:
    ident = draft.begin(ada.user_id)
    draft.save(ada.user_id, ident, 1, fields(html="<p>kept</p>"))
    with pytest.raises(InvalidInput):
        draft.save(ada.user_id, ident, 2, fields(html="x" * 1_000_001))
    assert draft.opened(ada.user_id, ident).fields.html == "<p>kept</p>"


async def test_an_uploaded_file_is_kept_in_pieces(ada: Someone) -> None:
    ident = draft.begin(ada.user_id)
    big = bytes(range(256)) * 3000
    file = await draft_files.attach(
        ada.user_id, ident, "C:\\dir\\a.bin", "x/y", pieces(big[:5], big[5:600_000], big[600_000:])
    )
    assert (file.file_name, file.size) == ("a.bin", len(big))
    with reading() as session:
        found = session.exec(select(OutboxChunk.data).order_by(OutboxChunk.id)).all()  # pyright: ignore
    assert b"".join(found) == big
    assert max(len(one) for one in found) <= draft_files.CHUNK_BYTES
    draft_files.detach(ada.user_id, ident, file.id)
    assert counts() == (0, 0)


async def test_a_broken_or_oversized_upload_leaves_nothing(ada: Someone, monkeypatch: pytest.MonkeyPatch) -> None:
    ident = draft.begin(ada.user_id)

    async def breaking() -> AsyncIterator[bytes]:
        yield b"x" * 300_000
        raise ConnectionError

    with pytest.raises(ConnectionError):
        await draft_files.attach(ada.user_id, ident, "a.bin", "x/y", breaking())
    monkeypatch.setattr(draft_files, "LARGEST_BYTES", 1000)
    with pytest.raises(InvalidInput):
        await draft_files.attach(ada.user_id, ident, "a.bin", "x/y", pieces(b"x" * 600, b"x" * 600))
    assert counts() == (0, 0)


@pytest.mark.parametrize("name", ["a\r\nX: y.pdf", "a\x00.pdf", "", "dir/"])
async def test_threat_28_a_file_name_with_a_line_break_is_refused(ada: Someone, name: str) -> None:
    ident = draft.begin(ada.user_id)
    with pytest.raises(InvalidInput):
        await draft_files.attach(ada.user_id, ident, name, "x/y", pieces(b"x"))
    assert counts() == (0, 0)


async def test_a_draft_is_listed_once_something_stands_in_it(ada: Someone) -> None:
    empty, typed, with_file = (draft.begin(ada.user_id) for _ in range(3))
    assert draft_list.listed(ada.user_id) == []
    draft.save(ada.user_id, typed, 1, fields(html="<p>Words</p>"))
    await draft_files.attach(ada.user_id, with_file, "a.bin", "x/y", pieces(b"x"))
    assert [row.id for row in draft_list.listed(ada.user_id)] == [typed, with_file]
    with transaction() as session:
        session.exec(update(OutboxMessage).values(updated_at=now() - timedelta(days=8)))
    draft.begin(ada.user_id)
    with pytest.raises(NotFound):
        draft.opened(ada.user_id, empty)
    assert draft.opened(ada.user_id, typed).fields.html == "<p>Words</p>"
    assert draft.opened(ada.user_id, with_file).files


async def test_the_same_answer_is_begun_once(mailbox: Mailbox) -> None:
    ident = draft.begin(mailbox.user_id, kind="reply", message_id=message_id(mailbox))
    draft.save(mailbox.user_id, ident, 1, fields(connection_id=mailbox.connection_id, html="<p>Half a word</p>"))
    assert draft.begin(mailbox.user_id, kind="reply", message_id=message_id(mailbox)) == ident
    assert draft.begin(mailbox.user_id, kind="reply_all", message_id=message_id(mailbox)) != ident
    thread_id = draft.opened(mailbox.user_id, ident).thread_id or 0
    assert [row.snippet for row in draft_list.of_thread(mailbox.user_id, thread_id)] == ["Half a word"]


async def test_what_a_stale_tab_holds_is_kept_apart_with_files_and_thread(mailbox: Mailbox) -> None:
    ident = draft.begin(mailbox.user_id, kind="reply", message_id=message_id(mailbox))
    await draft_files.attach(mailbox.user_id, ident, "a.bin", "x/y", pieces(b"x" * 300_000))
    draft.save(mailbox.user_id, ident, 1, fields(html="<p>first tab</p>"))
    other = draft.opened(
        mailbox.user_id, draft.keep_apart(mailbox.user_id, ident, fields(html="<p>second tab</p>", to="a@example.com"))
    )
    first = draft.opened(mailbox.user_id, ident)
    assert (first.fields.html, other.fields.html) == ("<p>first tab</p>", "<p>second tab</p>")
    assert (other.kind, other.thread_id, other.quoted) == (first.kind, first.thread_id, first.quoted)
    assert [(one.file_name, one.size) for one in other.files] == [("a.bin", 300_000)]
    draft.discard(mailbox.user_id, ident)
    assert counts() == (1, 2)


def test_what_was_typed_outlives_its_draft_and_takes_nothing_of_others(ada: Someone, mallory: Someone) -> None:
    ident = draft.begin(ada.user_id)
    draft.save(ada.user_id, ident, 1, fields(subject="Ada's"))
    kept = draft.opened(mallory.user_id, draft.keep_apart(mallory.user_id, ident, fields(html="<p>mine</p>")))
    assert (kept.fields.subject, kept.fields.html, kept.quoted, kept.kind) == ("", "<p>mine</p>", "", "new")
    draft.discard(ada.user_id, ident)
    assert draft.opened(ada.user_id, draft.keep_apart(ada.user_id, ident, fields(html="<p>x</p>"))).kind == "new"


def test_a_discarded_draft_is_gone(ada: Someone) -> None:
    ident = draft.begin(ada.user_id)
    draft.save(ada.user_id, ident, 1, fields(html="<p>x</p>"))
    assert [row.id for row in draft_list.listed(ada.user_id)] == [ident]
    draft.discard(ada.user_id, ident)
    assert draft_list.listed(ada.user_id) == []


async def test_threat_23_a_strangers_draft_is_not_found(mailbox: Mailbox, mallory: Someone) -> None:
    mine = draft.begin(mailbox.user_id)
    file = await draft_files.attach(mailbox.user_id, mine, "a.bin", "x/y", pieces(b"x"))
    own = draft.begin(mallory.user_id)
    with pytest.raises(NotFound):
        draft.opened(mallory.user_id, mine)
    with pytest.raises(NotFound):
        draft.save(mallory.user_id, mine, 1, fields())
    with pytest.raises(NotFound):
        draft.save(mallory.user_id, own, 1, fields(connection_id=mailbox.connection_id))
    with pytest.raises(NotFound):
        draft.discard(mallory.user_id, mine)
    with pytest.raises(NotFound):
        draft.drop_quotation(mallory.user_id, mine)
    with pytest.raises(NotFound):
        draft.begin(mallory.user_id, kind="reply", message_id=message_id(mailbox))
    with pytest.raises(NotFound):
        draft.begin(mallory.user_id, connection_id=mailbox.connection_id)
    with pytest.raises(NotFound):
        await draft_files.attach(mallory.user_id, mine, "a.bin", "x/y", pieces(b"x"))
    with pytest.raises(NotFound):
        draft_files.detach(mallory.user_id, mine, file.id)
    with pytest.raises(NotFound):
        draft_files.detach(mallory.user_id, own, file.id)
    assert draft.opened(mailbox.user_id, mine).files == (file,)


def counts() -> tuple[int, int]:
    with reading() as session:
        return (
            session.exec(select(func.count()).select_from(OutboxFile)).one(),
            session.exec(select(func.count()).select_from(OutboxChunk)).one(),
        )
