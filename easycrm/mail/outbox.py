"""The outbox as its owner uses it: send, undo, send again, look again."""

import secrets
from datetime import datetime, timedelta

from sqlmodel import Session

from easycrm.core import wording
from easycrm.core.clock import now
from easycrm.core.db import transaction
from easycrm.core.errors import InvalidInput, Refused
from easycrm.mail import composing, draft_files, recipients, sender
from easycrm.mail.connection import Connection, owned
from easycrm.mail.outbox_message import ATTENTION, DraftChanged, OutboxMessage, State, own
from easycrm.providers.registry import provider as known

UNDO = timedelta(seconds=10)
_FARTHEST = timedelta(days=366)


def submit(user_id: int, draft_id: int, at: datetime | None = None, *, version: int | None = None) -> datetime:
    """Send the draft in ten seconds, or `at` a time of the person's choice.

    Args:
        version: the one that the person sees; None sends whatever is kept.

    Returns: when it goes. The caller rings the worker afterwards.

    Raises:
        NotFound: the draft is not the user's.
        DraftChanged: another version is kept.
        Refused: it is on its way already, or its mailbox cannot send.
        InvalidInput: recipients, subject, files, size or time cannot be used; the draft stays as it is.
    """
    moment = now()
    if at is not None and at <= moment:
        raise InvalidInput(wording.writing.TIME_IS_PAST, field="at")
    if at is not None and at > moment + _FARTHEST:
        raise InvalidInput(wording.writing.TIME_TOO_FAR, field="at")
    with transaction() as session:
        row = own(session, user_id, draft_id, lock=True)
        if row.state != State.DRAFT:
            raise Refused(wording.writing.NOT_A_DRAFT)
        if version not in (None, row.version):
            raise DraftChanged
        _check(session, row)
        _queue(row, at or moment + UNDO, scheduled=at is not None)
    return at or moment + UNDO


def _check(session: Session, row: OutboxMessage) -> None:
    if row.connection_id is None:
        raise InvalidInput(wording.writing.NO_SENDER, field="from")
    connection = owned(session, row.user_id, row.connection_id)
    cannot = sender.cannot_send(connection)
    if cannot:
        raise Refused(cannot)
    people = [*recipients.parsed(row.to, field="to"), *recipients.parsed(row.cc, field="cc")]
    people += recipients.parsed(row.bcc, field="bcc")
    if not people:
        raise InvalidInput(wording.writing.NO_RECIPIENTS, field="to")
    if len(people) > recipients.MOST:
        raise InvalidInput(wording.writing.too_many_recipients(recipients.MOST), field="to")
    recipients.one_line(row.subject, field="subject")
    _check_size(session, row, connection)


def _check_size(session: Session, row: OutboxMessage, connection: Connection) -> None:
    files = draft_files.of_draft(session, row.id or 0)
    if not all(one.complete for one in files):
        raise InvalidInput(wording.writing.FILE_NOT_COMPLETE, field="file")
    written = len((row.html + row.quoted).encode()) * 2
    provider = known(connection.provider)
    if written + sum(one.size for one in files) * composing.FILE_GROWTH > provider.most_bytes:
        raise InvalidInput(
            wording.writing.too_large_to_send(sender.most_file_bytes(provider.most_bytes), provider.name), field="file"
        )


def _queue(row: OutboxMessage, at: datetime, *, scheduled: bool) -> None:
    if row.handed_over_at is not None:
        # An earlier try may have arrived: from here on it is another message, to be looked for under its own key.
        row.key = secrets.token_hex(16)
    row.state, row.due_at, row.next_at, row.scheduled = State.QUEUED, at, at, scheduled
    row.attempts, row.reason, row.handed_over_at, row.lease_until = 0, "", None, None
    row.provider_message_id, row.updated_at = "", now()


def undo(user_id: int, draft_id: int) -> None:
    """Make a draft again of what has not gone: something queued or scheduled, or something that failed.

    Raises:
        NotFound: it is not the user's.
        Refused: the provider has it, or may have it.
    """
    with transaction() as session:
        row = own(session, user_id, draft_id, lock=True)
        if row.state not in (State.QUEUED, State.FAILED, State.DRAFT):
            raise Refused(wording.writing.TOO_LATE_TO_UNDO)
        row.state, row.next_at, row.due_at, row.lease_owner, row.lease_until = State.DRAFT, None, None, "", None
        row.version, row.updated_at = row.version + 1, now()


def resend(user_id: int, draft_id: int) -> datetime:
    """Send again what failed, or what the person has decided did not arrive; when it goes.

    Raises:
        NotFound: it is not the user's.
        Refused, InvalidInput: as `submit`; or it neither failed nor is its outcome unknown.
    """
    at = now() + UNDO
    with transaction() as session:
        row = own(session, user_id, draft_id, lock=True)
        if row.state not in ATTENTION:
            raise Refused(wording.writing.NOT_RESENDABLE)
        _check(session, row)
        _queue(row, at, scheduled=False)
    return at


def look_again(user_id: int, draft_id: int) -> None:
    """Look once more whether a message of unknown outcome is among the sent ones; the caller rings the worker.

    Raises:
        NotFound: it is not the user's.
        Refused: its outcome is known.
    """
    with transaction() as session:
        row = own(session, user_id, draft_id, lock=True)
        if row.state != State.UNKNOWN:
            raise Refused(wording.writing.NOT_RESENDABLE)
        row.next_at = now()
