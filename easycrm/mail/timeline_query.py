"""Which messages stand in somebody's timeline for a viewer: the conditions, and the newest that meet them."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, union_all
from sqlalchemy import select as rows_of
from sqlalchemy.orm import Mapped, aliased
from sqlmodel import Session, and_, case, cast, col, func, or_, select
from sqlmodel import String as Text

from easycrm.mail.connection import Connection
from easycrm.mail.contact import Contact, ContactAddress
from easycrm.mail.internal_mail import hides_internal, internal_domains
from easycrm.mail.message import Bytewise, Message, Participant
from easycrm.mail.message_rows import moment_of
from easycrm.mail.visibility import SHOWN, WRITTEN_IN

MOST_COUNTED = 1000
_RANGES_AT_ONCE = 100


@dataclass(frozen=True)
class Scope:
    """Who looks, and our own domains where mail among ourselves is left out; else none."""

    viewer_id: int
    hidden_domains: frozenset[str]


@dataclass(frozen=True)
class Summary:
    """How much mail there is with somebody, and when the last came; at MOST_COUNTED there may be more."""

    count: int
    last_at: datetime


def scope(session: Session, viewer_id: int) -> Scope:
    """The scope of one look at timelines."""
    return Scope(viewer_id, internal_domains(session) if hides_internal(session) else frozenset())


def seen_by(viewer_id: int) -> ColumnElement[bool]:
    """Mailboxes that a viewer sees something of: one's own, and those that are not private."""
    return or_(col(Connection.user_id) == viewer_id, col(Connection.visibility).in_(SHOWN))


def involves(scope: Scope, bases: Collection[str]) -> ColumnElement[bool]:
    """The message is with one of these people, and stands in their timeline."""
    party: type[Participant] = aliased(Participant)
    mine = (
        col(party.message_id) == col(Message.id),
        col(party.base_email).in_(bases),
        col(party.role).in_(WRITTEN_IN),
    )
    known = select(party.id).where(*mine).exists()
    if not any(_is_ours(scope, base) for base in bases):
        return known
    return and_(known, _external(scope, col(Message.id)))


def candidates(
    session: Session, scope: Scope, bases: Iterable[str], before: int | None, limit: int
) -> list[tuple[int, int]]:
    """The newest messages with these people older than the key `before`: keys and ids, copies and all."""
    found: list[tuple[int, int]] = []
    seen = select(Connection.id).where(seen_by(scope.viewer_id))
    people = sorted(bases)
    for start in range(0, len(people), _RANGES_AT_ONCE):
        some = people[start : start + _RANGES_AT_ONCE]
        ranges = union_all(*(_range(scope, seen, base, before, limit) for base in some)).subquery()
        newest = rows_of(ranges.c.sort_key, ranges.c.message_id).order_by(
            ranges.c.sort_key.desc(), ranges.c.message_id.desc()
        )
        found += [(key, ident) for key, ident in session.connection().execute(newest.limit(limit))]
    return sorted(found, reverse=True)[:limit]


def summaries(session: Session, viewer_id: int, contact_ids: Sequence[int], most_addresses: int) -> dict[int, Summary]:
    """For each of these contacts with mail, how much of it the viewer has a timeline of.

    Args:
        most_addresses: how many the one with the most of them has.
    """
    newest = _ranges(scope(session, viewer_id), most_addresses)
    header, own = col(Message.message_id_header), cast(col(Message.id), Text)
    count = func.count(func.distinct(case((header == "", own), else_=header)))
    # Both in one value, so that the messages are gone through once.
    told = (
        rows_of(cast(count, Text).concat(" ").concat(cast(func.max(newest.c.sort_key), Text)))
        .select_from(newest)
        .join(Message, col(Message.id) == newest.c.message_id)
    )
    query = rows_of(col(Contact.id), told.scalar_subquery()).where(col(Contact.id).in_(contact_ids))
    # Without mail there is no newest, and nothing to put together with it.
    both = {ident or 0: one.split() for ident, one in session.connection().execute(query) if one}
    return {ident: Summary(min(int(found), MOST_COUNTED), moment_of(int(key))) for ident, (found, key) in both.items()}


def _ranges(scope: Scope, addresses: int) -> Any:
    """The newest messages with each of so many addresses of the contact of the query around it."""
    mine = rows_of(cast(col(ContactAddress.base_email), Bytewise)).where(
        col(ContactAddress.contact_id) == col(Contact.id)
    )
    each = (
        mine.order_by(col(ContactAddress.id)).limit(1).offset(place).correlate(Contact) for place in range(addresses)
    )
    seen = select(Connection.id).where(seen_by(scope.viewer_id))
    return union_all(*(_range(scope, seen, one.scalar_subquery(), None, MOST_COUNTED) for one in each)).subquery()


def _range(scope: Scope, seen: Any, base: Any, before: int | None, limit: int) -> Any:
    """One person's newest messages: a range of the index, read from its end."""
    key, message_id = col(Participant.sort_key), col(Participant.message_id)
    conditions = [
        col(Participant.base_email) == base,
        col(Participant.role).in_(WRITTEN_IN),
        col(Participant.connection_id).in_(seen),
    ]
    if before is not None:
        conditions.append(key < before)
    if not isinstance(base, str) and scope.hidden_domains:
        conditions.append(or_(~_ours(scope, col(Participant.base_email)), _external(scope, message_id)))
    elif isinstance(base, str) and _is_ours(scope, base):
        conditions.append(_external(scope, message_id))
    some = rows_of(key, message_id).where(*conditions).order_by(key.desc()).limit(limit)
    return rows_of(some.correlate(Contact).subquery())


def _is_ours(scope: Scope, base: str) -> bool:
    return base.rpartition("@")[2] in scope.hidden_domains


def _ours(scope: Scope, base: Mapped[str]) -> ColumnElement[bool]:
    return or_(*(base.endswith(f"@{domain}", autoescape=True) for domain in sorted(scope.hidden_domains)))


def _external(scope: Scope, message_id: Any) -> ColumnElement[bool]:
    """Somebody outside our own domains is a party to the message."""
    other: type[Participant] = aliased(Participant)
    outside = (
        col(other.message_id) == message_id, col(other.role).in_(WRITTEN_IN), ~_ours(scope, col(other.base_email)),
    )  # fmt: skip
    return select(other.id).where(*outside).exists()
