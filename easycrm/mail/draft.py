"""Drafts: begun, saved as one types, opened again, discarded; kept in EasyCRM until they are sent."""

import secrets
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, select, update

from easycrm.core import wording
from easycrm.core.clock import now
from easycrm.core.db import changed, reading, transaction
from easycrm.core.errors import InvalidInput, Refused
from easycrm.mail import answer, draft_files, written_html
from easycrm.mail.connection import Connection, owned
from easycrm.mail.draft_files import DraftFile
from easycrm.mail.message_rows import clean
from easycrm.mail.outbox_message import OutboxMessage, State, editable, own
from easycrm.mail.plain_text import plain
from easycrm.mail.sender import default_of

_MOST_LISTED = 100


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


@dataclass(frozen=True)
class DraftRow:
    """A line in the list of drafts."""

    id: int
    to: str
    subject: str
    snippet: str
    updated_at: datetime


def begin(
    user_id: int, *, kind: str = "new", message_id: int | None = None, connection_id: int | None = None, to: str = ""
) -> int:
    """Begin a message, or the answer to one: recipients, subject, quotation and signature are filled in.

    Args:
        kind: new, reply, reply_all or forward; all but new need `message_id`, one of the user's own messages.

    Returns: the draft's id.

    Raises:
        NotFound: the message or the mailbox is not the user's.
    """
    with transaction() as session:
        prefilled = answer.prefilled(session, user_id, kind, message_id) if kind != "new" else answer.Prefilled(to=to)
        sender = _sender(session, user_id, connection_id or prefilled.connection_id)
        signature = f"<p></p><p>--&nbsp;</p>{sender.signature}" if sender and sender.signature else ""
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
            html=signature,
            quoted=prefilled.quoted,
        )
        session.add(draft)
        session.flush()
        draft_files.forward(session, draft.id or 0, prefilled.attachment_ids)
        return draft.id or 0


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
        Refused: it was saved elsewhere meanwhile, or is on its way; nothing was changed.
        InvalidInput: the text is too long.
    """
    if len(fields.html) > written_html.LONGEST:
        raise InvalidInput(wording.writing.TEXT_TOO_LONG, field="html")
    with transaction() as session:
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
            .values(
                version=version + 1,
                connection_id=fields.connection_id,
                to=clean(fields.to, 50_000),
                cc=clean(fields.cc, 50_000),
                bcc=clean(fields.bcc, 50_000),
                subject=clean(fields.subject, 998),
                html=written_html.clean(clean(fields.html)),
                updated_at=now(),
            )
        )
        if changed(session, saving) == 0:
            row = own(session, user_id, draft_id)
            raise Refused(wording.writing.DRAFT_CHANGED if row.state == State.DRAFT else wording.writing.NOT_A_DRAFT)
    return version + 1


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


def listed(user_id: int) -> list[DraftRow]:
    """A user's drafts, the last edited first; 100 at most."""
    with reading() as session:
        query = (
            select(OutboxMessage)
            .where(OutboxMessage.user_id == user_id, OutboxMessage.state == State.DRAFT)
            .order_by(col(OutboxMessage.updated_at).desc())
            .limit(_MOST_LISTED)
        )
        return [_listed(one) for one in session.exec(query)]


def _listed(one: OutboxMessage) -> DraftRow:
    snippet = " ".join(plain(one.html).split())[:200]
    return DraftRow(one.id or 0, one.to, one.subject, snippet, one.updated_at)
