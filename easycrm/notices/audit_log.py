"""The audit log as admins read it: by person, kind, time and words, the newest first, and as a file."""

import csv
import io
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement
from sqlmodel import col, delete, func, or_, select

from easycrm.core.clock import now
from easycrm.core.db import reading, transaction
from easycrm.core.settings import settings
from easycrm.notices.audit import AuditEvent

PAGE = 50
_AT_ONCE = 500
_COLUMNS = ("id", "at", "actor_id", "actor", "event", "subject", "detail")
# Kinds that people choose from, by what the names of their events begin with.
KINDS: dict[str, tuple[str, ...]] = {
    "sessions": ("session.",),
    "people": ("user.", "invitation.", "password."),
    "mailboxes": ("connection.", "consent.", "revocation.", "folders.", "visibility.", "contact_creation."),
    "contacts": ("contact.", "company.", "contacts."),
    "providers": ("provider.", "incident.", "storage."),
    "rules": ("rule.", "internal_mail."),
    "keys": ("keys.",),
    "data": ("data.", "emails.", "audit."),
}


@dataclass(frozen=True)
class Wanted:
    """What to show; empty fields leave nothing out. Days are in UTC, `until` is included.

    `person` is a user's id, `addresses` that user's account and mailboxes: events by or about them.
    """

    person: int = 0
    addresses: tuple[str, ...] = field(default=())
    kind: str = ""
    since: datetime | None = None
    until: datetime | None = None
    text: str = ""


def page(wanted: Wanted, before: int = 0) -> list[AuditEvent]:
    """The next fifty events below the id `before`, the newest first; one more than fifty says that there are more."""
    return list(_read(wanted, before, PAGE + 1))


def everything(wanted: Wanted) -> Iterator[AuditEvent]:
    """All that fits, the newest first, some at a time."""
    before = 0
    while found := _read(wanted, before, _AT_ONCE):
        yield from found
        before = found[-1].id or 0


def as_csv(wanted: Wanted, names: dict[int, str]) -> Iterator[bytes]:
    """Lines for a spreadsheet, none of whose cells it takes for a formula."""
    yield _line(_COLUMNS)
    for one in everything(wanted):
        yield _line([_cell(value) for value in _values(one, names).values()])


def as_json_lines(wanted: Wanted, names: dict[int, str]) -> Iterator[bytes]:
    """One JSON object a line."""
    for one in everything(wanted):
        yield json.dumps(_values(one, names), ensure_ascii=False).encode() + b"\n"


def forget_old() -> None:
    """Delete what is older than EASYCRM_AUDIT_DAYS, where that is set."""
    if days := settings().audit_days:
        with transaction() as session:
            session.exec(delete(AuditEvent).where(col(AuditEvent.at) < now() - timedelta(days=days)))


def _read(wanted: Wanted, before: int, most: int) -> Sequence[AuditEvent]:
    query = select(AuditEvent).where(*_conditions(wanted))
    if before:
        query = query.where(col(AuditEvent.id) < before)
    with reading() as session:
        return session.exec(query.order_by(col(AuditEvent.id).desc()).limit(most)).all()


def _conditions(wanted: Wanted) -> Iterator[ColumnElement[bool]]:
    at, subject = col(AuditEvent.at), col(AuditEvent.subject)
    if wanted.person:
        yield or_(col(AuditEvent.actor_id) == wanted.person, func.lower(subject).in_(wanted.addresses))
    if wanted.kind:
        yield or_(*(col(AuditEvent.event).startswith(begin, autoescape=True) for begin in KINDS.get(wanted.kind, ())))
    if wanted.since:
        yield at >= wanted.since
    if wanted.until:
        yield at < wanted.until + timedelta(days=1)
    if text := wanted.text.replace("\x00", "").strip().lower()[:200]:
        yield or_(*(
            func.lower(col(column)).contains(text, autoescape=True)
            for column in (AuditEvent.subject, AuditEvent.detail, AuditEvent.event)
        ))  # fmt: skip


def _values(one: AuditEvent, names: dict[int, str]) -> dict[str, str | int | None]:
    return {
        "id": one.id,
        "at": one.at.isoformat(),
        "actor_id": one.actor_id,
        "actor": names.get(one.actor_id or 0, ""),
        "event": one.event,
        "subject": one.subject,
        "detail": one.detail,
    }


def _cell(value: str | int | None) -> str:
    text = "" if value is None else str(value)
    return f"'{text}" if text.startswith(("=", "+", "-", "@", "\t", "\r")) else text


def _line(cells: Sequence[str]) -> bytes:
    line = io.StringIO()
    csv.writer(line).writerow(cells)
    return line.getvalue().encode()
