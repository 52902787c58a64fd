"""Drafts: begun, saved as one types, opened again, discarded; kept in EasyCRM until they are sent."""

import secrets
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlmodel import Session, col, select, update

from easycrm.core import wording
from easycrm.core.clock import now
from easycrm.core.db import changed, reading, transaction
from easycrm.core.errors import InvalidInput, Refused
from easycrm.mail import answer, draft_files, draft_list, signature, written_html
from easycrm.mail.connection import Connection, owned
from easycrm.mail.draft_files import DraftFile
from easycrm.mail.message_rows import clean
from easycrm.mail.outbox_message import DraftChanged, OutboxMessage, State, editable, own
from easycrm.mail.plain_text import plain
from easycrm.mail.sender import default_of

_LONGEST_LINE = 50_000


@dataclass(frozen=True)
class DraftFields:
    """What a person can type; recipients as a line of addresses, `html` as the editor makes it."""

    connection_id: int | None
    to: str
    cc: str
    bcc: str
    subject: str
    html: str


@dataclass(frozen=True)
class Draft:
    """A draft, or a message on its way out, as the compose page shows it. `quoted` is plain text."""

    id: int
    version: int
    state: State
    kind: str
    fields: DraftFields
    quoted: str
    files: tuple[DraftFile, ...]
    thread_id: int | None
    due_at: datetime | None
    reason: str
    updated_at: datetime


def begin(
    user_id: int, *, kind: str = "new", message_id: int | None = None, connection_id: int | None = None, to: str = ""
) -> int:
    """Begin a message, or the answer to one: recipients, subject, quotation and signature are filled in.

    Args:
        kind: new, reply, reply_all or forward; all but new need `message_id`, one of the user's own messages.

    Returns: the draft's id; that of the same answer where it was begun before and is still a draft.

    Raises:
        NotFound: the message or the mailbox is not the user's.
    """
    with transaction() as session:
        prefilled = answer.prefilled(session, user_id, kind, message_id) if kind != "new" else answer.Prefilled(to=to)
        begun = _begun(session, user_id, kind, message_id) if kind != "new" else None
        if begun is not None:
            return begun
        draft_list.forget_untouched(session, user_id)
        sender = _sender(session, user_id, connection_id or prefilled.connection_id)
        draft = OutboxMessage(
            user_id=user_id,
            connection_id=sender.id if sender else None,
            key=secrets.token_hex(16),
            kind=kind,
            answers_id=message_id if kind != "new" else None,
            thread_id=prefilled.thread_id,
            to=prefilled.to,
            cc=prefilled.cc,
            subject=prefilled.subject,
            html=signature.beginning(sender),
            quoted=prefilled.quoted,
        )
        session.add(draft)
        session.flush()
        draft_files.forward(session, draft.id or 0, prefilled.attachment_ids)
        return draft.id or 0


def _begun(session: Session, user_id: int, kind: str, message_id: int | None) -> int | None:
    """The answer of this kind that is being written already."""
    query = select(OutboxMessage.id).where(
        OutboxMessage.user_id == user_id,
        OutboxMessage.state == State.DRAFT,
        OutboxMessage.kind == kind,
        OutboxMessage.answers_id == message_id,
    )
    return session.exec(query.order_by(col(OutboxMessage.id).desc())).first()


def _sender(session: Session, user_id: int, connection_id: int | None) -> Connection | None:
    return owned(session, user_id, connection_id) if connection_id else default_of(session, user_id)


def opened(user_id: int, draft_id: int) -> Draft:
    """The draft in full.

    Raises:
        NotFound: it is not the user's.
    """
    with reading() as session:
        row = own(session, user_id, draft_id)
        files = draft_files.of_draft(session, draft_id)
    fields = DraftFields(row.connection_id, row.to, row.cc, row.bcc, row.subject, row.html)
    return Draft(
        id=draft_id,
        version=row.version,
        state=State(row.state),
        kind=row.kind,
        fields=fields,
        quoted=plain(row.quoted),
        files=files,
        thread_id=row.thread_id,
        due_at=row.due_at,
        reason=row.reason,
        updated_at=row.updated_at,
    )


def save(user_id: int, draft_id: int, version: int, fields: DraftFields) -> int:
    """Keep what was typed, whatever it is; it is judged when it is sent.

    Args:
        version: the one that was being edited.

    Returns: the new version.

    Raises:
        NotFound: the draft or the chosen mailbox is not the user's.
        DraftChanged: it was saved elsewhere meanwhile.
        Refused: it is on its way.
        InvalidInput: the text is too long.
    """
    _check_length(fields)
    with transaction() as session:
        row = own(session, user_id, draft_id)
        if fields.connection_id is not None:
            owned(session, user_id, fields.connection_id)
        saving = (
            update(OutboxMessage)
            .where(
                col(OutboxMessage.id) == draft_id,
                col(OutboxMessage.user_id) == user_id,
                col(OutboxMessage.state) == State.DRAFT,
                col(OutboxMessage.version) == version,
            )
            .values(version=version + 1, updated_at=now(), **_columns(fields))
        )
        if changed(session, saving) == 0:
            raise DraftChanged if row.state == State.DRAFT else Refused(wording.writing.NOT_A_DRAFT)
    return version + 1


def keep_apart(user_id: int, draft_id: int, fields: DraftFields) -> int:
    """Keep what was typed as a draft of its own, because the one it was typed into has changed or is gone.

    Returns: the new draft's id. It answers what the other one answers, and has its files, while that is there.

    Raises:
        NotFound: the chosen mailbox is not the user's.
        InvalidInput: the text is too long.
    """
    _check_length(fields)
    with transaction() as session:
        if fields.connection_id is not None:
            owned(session, user_id, fields.connection_id)
        made = OutboxMessage(user_id=user_id, key=secrets.token_hex(16), version=2, **_columns(fields))
        other = session.get(OutboxMessage, draft_id)
        if other is not None and other.user_id == user_id:
            made.kind, made.answers_id, made.thread_id = other.kind, other.answers_id, other.thread_id
            made.quoted = other.quoted
        session.add(made)
        session.flush()
        if other is not None and other.user_id == user_id:
            draft_files.copy(session, draft_id, made.id or 0)
        return made.id or 0


def _check_length(fields: DraftFields) -> None:
    if len(fields.html) > written_html.LONGEST:
        raise InvalidInput(wording.writing.TEXT_TOO_LONG, field="html")


def _columns(fields: DraftFields) -> dict[str, Any]:
    return {
        "connection_id": fields.connection_id,
        "to": clean(fields.to, _LONGEST_LINE),
        "cc": clean(fields.cc, _LONGEST_LINE),
        "bcc": clean(fields.bcc, _LONGEST_LINE),
        "subject": clean(fields.subject, 998),
        "html": written_html.clean(clean(fields.html)),
    }


def drop_quotation(user_id: int, draft_id: int) -> None:
    """Send the answer without the message it answers.

    Raises:
        NotFound: it is not the user's.
        Refused: it is on its way.
    """
    with transaction() as session:
        editable(session, user_id, draft_id).quoted = ""


def discard(user_id: int, draft_id: int) -> None:
    """Throw a draft away, with its files; one that failed, or whose outcome the person has looked up, too.

    Raises:
        NotFound: it is not the user's.
        Refused: it is on its way, or sent.
    """
    with transaction() as session:
        row = own(session, user_id, draft_id, lock=True)
        if row.state not in (State.DRAFT, State.FAILED, State.UNKNOWN):
            raise Refused(wording.writing.NOT_A_DRAFT)
        draft_files.delete_all(session, draft_id)
        session.delete(row)
