"""One person's data as a ZIP file, made as it is downloaded; for an admin without what only the person may read."""

import json
import re
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, cast

from sqlmodel import Session, col, or_, select

from easycrm.core import wording
from easycrm.core.clock import now
from easycrm.core.db import reading, transaction
from easycrm.core.errors import NotFound
from easycrm.mail import exclusion, export, rebuilt, sent_files
from easycrm.mail.connection import Connection, of_user
from easycrm.mail.folder import STREAM, MailFolder
from easycrm.mail.imported import ImportedAddress, ImportedContact
from easycrm.mail.message import Message
from easycrm.mail.outbox_message import OutboxFile, OutboxMessage
from easycrm.mail.sync_run import SyncRun
from easycrm.mail.trusted_sender import TrustedSender
from easycrm.notices import audit
from easycrm.notices.audit import AuditEvent
from easycrm.notices.notice import Notice
from easycrm.people.user import User, UserSession

_AT_ONCE = 200
_PROFILE = {"id", "email", "name", "role", "active", "created_at", "last_sign_in_at", "theme"}
_MAILBOX = {"provider", "address", "name", "status", "visibility", "window_days", "connected_at", "last_success_at",
            "import_done", "signature"}  # fmt: skip
_WRITTEN = {"state", "kind", "to", "cc", "bcc", "subject", "html", "created_at", "updated_at", "due_at", "sent_at"}
_TOLD = {"title", "body", "created_at"}
_TRUSTED = {"email", "created_at"}
_SESSION = {"device", "created_at"}
_FOLDER = {"name", "kind", "excluded"}
_RUN = {"kind", "started_at", "finished_at", "stored", "removed", "skipped", "error"}
_EVENT = {"at", "event", "subject", "detail", "actor_id"}


def file_name(email: str) -> str:
    """A name for the file that every system takes."""
    return f"easycrm-{_plain(email)}.zip"


def own(user_id: int) -> tuple[str, Iterator[bytes]]:
    """Everything about the user, for the user: file name and chunks."""
    return _begin(user_id, user_id, whole=True)


def for_admin(actor_id: int, user_id: int) -> tuple[str, Iterator[bytes]]:
    """Profile, mailboxes by name, and the audit log about the user: file name and chunks.

    Raises:
        NotFound: no such user.
    """
    return _begin(actor_id, user_id, whole=False)


def _begin(actor_id: int, user_id: int, *, whole: bool) -> tuple[str, Iterator[bytes]]:
    with transaction() as session:
        user = session.get(User, user_id)
        if user is None:
            raise NotFound
        told = "everything" if whole else "without emails, contacts and drafts"
        audit.record(session, "data.exported", actor_id=actor_id, subject=user.email, detail=told)
    return file_name(user.email), _chunks(user, whole)


def _chunks(user: User, whole: bool) -> Iterator[bytes]:
    sink = _Sink()
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, parts in _files(user, whole):
            with archive.open(zipfile.ZipInfo(name, now().timetuple()[:6]), "w", force_zip64=True) as file:
                for part in parts:
                    file.write(part)
                    yield sink.taken()
    yield sink.taken()


def _files(user: User, whole: bool) -> Iterator[tuple[str, Iterable[bytes]]]:
    """Names and contents; each is read when its turn comes."""
    user_id = user.id or 0
    with reading() as session:
        mailboxes = of_user(session, user_id)
        put_to_drafts = _files_written(session, user_id) if whole else ()
        yield "README.txt", [(wording.people.EXPORT_OWN if whole else wording.people.EXPORT_BY_ADMIN).encode()]
        yield "profile.json", _json([_only(user, _PROFILE)])
        yield (
            "sessions.json",
            _json(_rows(session, select(UserSession).where(UserSession.user_id == user_id), _SESSION)),
        )
        yield "mailboxes.json", _json([_only(one, _MAILBOX - (set() if whole else {"signature"})) for one in mailboxes])
        if whole:
            written = select(OutboxMessage).where(OutboxMessage.user_id == user_id)
            yield "written.json", _json(_rows(session, written, _WRITTEN))
            yield "notices.json", _json(_rows(session, select(Notice).where(Notice.user_id == user_id), _TOLD))
            yield "rules.json", _json([{"kind": one.kind, "value": one.value} for one in exclusion.listed(user_id)])
            trusted = select(TrustedSender).where(TrustedSender.user_id == user_id)
            yield "trusted_senders.json", _json(_rows(session, trusted, _TRUSTED))
            yield "contacts.json", _json(_contacts(session, mailboxes))
            folders = _by_mailbox(session, mailboxes, MailFolder, _FOLDER)
            yield "folders.json", _json(one for one in folders if one["kind"] != STREAM)
            yield "syncs.json", _json(_by_mailbox(session, mailboxes, SyncRun, _RUN))
    yield "audit.jsonl", _audit(user_id, [user.email, *(one.address for one in mailboxes)])
    for file_id, name in put_to_drafts:
        yield f"files/{file_id}-{_plain(name)}", sent_files.chunks(file_id or 0)
    for number, mailbox in enumerate(mailboxes if whole else (), 1):
        yield f"mail/{number}-{_plain(mailbox.address)}.mbox", _mbox(mailbox)


def _files_written(session: Session, user_id: int) -> Sequence[tuple[int | None, str]]:
    """Files that were put to what the user wrote; those of forwarded messages are in the mailbox they came from."""
    query = select(OutboxFile.id, OutboxFile.file_name).join(
        OutboxMessage, col(OutboxMessage.id) == col(OutboxFile.outbox_id)
    )
    mine = (OutboxMessage.user_id == user_id, col(OutboxFile.complete), col(OutboxFile.source_attachment_id).is_(None))
    return session.exec(query.where(*mine).order_by(col(OutboxFile.id))).all()


def _contacts(session: Session, mailboxes: Sequence[Connection]) -> Iterator[dict[str, Any]]:
    ids = [one.id for one in mailboxes]
    query = select(ImportedContact).where(col(ImportedContact.connection_id).in_(ids)).order_by(col(ImportedContact.id))
    addresses = select(ImportedAddress.email)
    for one in session.exec(query).all():
        emails = session.exec(addresses.where(ImportedAddress.imported_contact_id == one.id)).all()
        yield {**_only(one, {"name", "company", "title", "phones"}), "emails": list(emails)}


def _by_mailbox(
    session: Session, mailboxes: Sequence[Connection], table: Any, fields: set[str]
) -> Iterator[dict[str, Any]]:
    for mailbox in mailboxes:
        rows = select(table).where(table.connection_id == mailbox.id).order_by(table.id)
        yield from ({"mailbox": mailbox.address, **one} for one in _rows(session, rows, fields))


def _audit(user_id: int, subjects: Sequence[str]) -> Iterator[bytes]:
    about = or_(col(AuditEvent.actor_id) == user_id, col(AuditEvent.subject).in_(subjects))
    after = 0
    while True:
        with reading() as session:
            query = select(AuditEvent).where(about, col(AuditEvent.id) > after).order_by(col(AuditEvent.id))
            found = session.exec(query.limit(_AT_ONCE)).all()
        if not found:
            return
        after = found[-1].id or 0
        yield "".join(json.dumps(_only(one, _EVENT), default=str, ensure_ascii=False) + "\n" for one in found).encode()


def _mbox(mailbox: Connection) -> Iterator[bytes]:
    after = -1
    while True:
        with reading() as session:
            query = select(Message).where(Message.connection_id == mailbox.id, col(Message.sort_key) > after)
            found = session.exec(query.order_by(col(Message.sort_key)).limit(_AT_ONCE)).all()
        if not found:
            return
        after = found[-1].sort_key
        for message in found:
            yield export.entry(message, rebuilt.message(message))


def _plain(name: str) -> str:
    return re.sub(r"[^A-Za-z0-9@._-]", "_", name)[-150:]


def _rows(session: Session, query: Any, fields: set[str]) -> list[dict[str, Any]]:
    found = cast("list[Any]", cast("Any", session.exec(query)).all())
    return [_only(one, fields) for one in found]


def _only(row: Any, fields: set[str]) -> dict[str, Any]:
    return row.model_dump(include=fields)


def _json(rows: Iterable[dict[str, Any]]) -> Iterator[bytes]:
    yield json.dumps(list(rows), default=str, ensure_ascii=False, indent=1).encode()


class _Sink:
    """Where the archive is written: bytes that wait to be sent on. It cannot seek, so the archive never looks back."""

    def __init__(self) -> None:
        self._waiting: list[bytes] = []

    def write(self, data: bytes) -> int:
        self._waiting.append(bytes(data))
        return len(data)

    def flush(self) -> None:
        """Nothing lies elsewhere."""

    close = flush

    def taken(self) -> bytes:
        """What has come since the last call."""
        data, self._waiting = b"".join(self._waiting), []
        return data
