"""Which messages stand in somebody's timeline for a viewer: the conditions, and the newest that meet them."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, literal, union_all
from sqlalchemy import select as rows_of
from sqlalchemy.orm import aliased
from sqlmodel import Session, and_, case, cast, col, func, or_, select
from sqlmodel import String as Text

from easycrm.mail.connection import Connection
from easycrm.mail.internal_mail import hides_internal, internal_domains
from easycrm.mail.message import Message, Participant
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
    for some in _portions([(0, base) for base in sorted(bases)]):
        ranges = union_all(*(_range(scope, seen, 0, base, before, limit) for _, base in some)).subquery()
        newest = rows_of(ranges.c.sort_key, ranges.c.message_id).order_by(
            ranges.c.sort_key.desc(), ranges.c.message_id.desc()
        )
        found += [(key, ident) for key, ident in session.connection().execute(newest.limit(limit))]
    return sorted(found, reverse=True)[:limit]


def summaries(session: Session, viewer_id: int, people: Mapping[int, Collection[str]]) -> dict[int, Summary]:
    """For each of these ids with base addresses, how much mail the viewer has a timeline of."""
    within = scope(session, viewer_id)
    found: dict[int, Summary] = {}
    seen = select(Connection.id).where(seen_by(viewer_id))
    for some in _portions([(ident, base) for ident, bases in people.items() for base in sorted(bases)]):
        ranges = union_all(*(_range(within, seen, ident, base, None, MOST_COUNTED) for ident, base in some)).subquery()
        header, own = col(Message.message_id_header), cast(col(Message.id), Text)
        distinct = func.count(func.distinct(case((header == "", own), else_=header)))
        query = (
            rows_of(ranges.c.ident, distinct, func.max(ranges.c.sort_key))
            .join(Message, col(Message.id) == ranges.c.message_id)
            .group_by(ranges.c.ident)
        )
        for ident, count, key in session.connection().execute(query):
            found[ident] = Summary(min(count, MOST_COUNTED), moment_of(key))
    return found


def _range(scope: Scope, seen: Any, ident: int, base: str, before: int | None, limit: int) -> Any:
    """One person's newest messages: a range of the index, read from its end."""
    key, message_id = col(Participant.sort_key), col(Participant.message_id)
    conditions = [
        col(Participant.base_email) == base,
        col(Participant.role).in_(WRITTEN_IN),
        col(Participant.connection_id).in_(seen),
    ]
    if before is not None:
        conditions.append(key < before)
    if _is_ours(scope, base):
        conditions.append(_external(scope, message_id))
    marked = select(literal(ident).label("ident"), Participant.sort_key, Participant.message_id)
    return rows_of(marked.where(*conditions).order_by(key.desc()).limit(limit).subquery())


def _is_ours(scope: Scope, base: str) -> bool:
    return base.rpartition("@")[2] in scope.hidden_domains


def _external(scope: Scope, message_id: Any) -> ColumnElement[bool]:
    """Somebody outside our own domains is a party to the message."""
    other: type[Participant] = aliased(Participant)
    base = col(other.base_email)
    ours = [base.endswith(f"@{domain}", autoescape=True) for domain in sorted(scope.hidden_domains)]
    outside = (col(other.message_id) == message_id, col(other.role).in_(WRITTEN_IN), ~or_(*ours))
    return select(other.id).where(*outside).exists()


def _portions(ranges: list[tuple[int, str]]) -> Iterable[list[tuple[int, str]]]:
    """Few enough ranges for a statement; those of one id stay together."""
    portion: list[tuple[int, str]] = []
    for place, one in enumerate(ranges):
        portion.append(one)
        last = place + 1 == len(ranges) or ranges[place + 1][0] != one[0] or one[0] == 0
        if last and len(portion) >= _RANGES_AT_ONCE:
            yield portion
            portion = []
    if portion:
        yield portion
