"""The rules by which mail is left out: whom they are about, what they would remove, adding and removing them.

Whoever calls says whose rules are meant: a user's id, or `EVERYBODY` for an admin.
"""

from dataclasses import dataclass

from sqlmodel import Session, col, func, or_, select

from easycrm.core import wording
from easycrm.core.db import add_unless_there, reading, transaction
from easycrm.core.errors import InvalidInput, NotFound
from easycrm.mail.connection import Connection
from easycrm.mail.exclusion_rule import EVERYBODY, ExclusionRule, Kind, RuleState, shown, value_of
from easycrm.mail.internal_mail import hides_internal, internal_domains
from easycrm.mail.message import Message, Participant
from easycrm.mail.sync_run import SkippedMessage
from easycrm.notices import audit

__all__ = ["EVERYBODY", "Kind", "Preview", "RuleRow", "add", "hides_internal", "internal_domains", "listed", "preview"]

MOST = 500
_LEAVING_OUT = (Kind.ADDRESS, Kind.DOMAIN)


@dataclass(frozen=True)
class RuleRow:
    """A rule for the page: `value` as people read it; `busy` while mail that is here is still being looked through."""

    id: int
    kind: str
    value: str
    kept_out: int
    busy: bool


@dataclass(frozen=True)
class Preview:
    """What a rule would do: its value as people read it, and how many stored emails would go."""

    kind: Kind
    value: str
    count: int


def listed(owner_id: int, *, viewer_id: int | None = None) -> list[RuleRow]:
    """The rules of this owner, oldest first; what they keep out counts only the viewer's mailboxes, if one is given."""
    with reading() as session:
        rules = session.exec(_rules(owner_id).where(ExclusionRule.state != RuleState.ENDING)).all()
        counts = _kept_out(session, [rule.id or 0 for rule in rules], viewer_id)
        sweeping = _sweeping(session, owner_id)
    return [
        RuleRow(
            rule.id or 0,
            rule.kind,
            shown(rule.value),
            counts.get(rule.id or 0, 0),
            busy=sweeping or rule.state == RuleState.NEW,
        )
        for rule in rules
    ]


def preview(owner_id: int, kind: Kind, entered: str) -> Preview:
    """What the rule would do now, for the question before it.

    Raises:
        InvalidInput: it cannot be a rule, or is one already.
    """
    value = value_of(kind, entered)
    with reading() as session:
        same = session.exec(_same(owner_id, kind, value)).first()
        if same is not None and same.state != RuleState.ENDING:
            raise InvalidInput(wording.rules.RULE_EXISTS, field="value")
        return Preview(kind, shown(value), _concerned(session, owner_id, kind, value))


def add(owner_id: int, actor_id: int, kind: Kind, entered: str) -> None:
    """Put a rule in force: from now on such mail is not stored. The caller lets the worker remove what is here.

    Raises:
        InvalidInput: it cannot be a rule, is one already, or there are too many.
    """
    value = value_of(kind, entered)
    with transaction() as session:
        if len(session.exec(_rules(owner_id)).all()) >= MOST:
            raise InvalidInput(wording.rules.TOO_MANY_RULES, field="value")
        ending = session.exec(_same(owner_id, kind, value).with_for_update()).first()
        if ending is not None and ending.state == RuleState.ENDING:
            ending.state = RuleState.NEW
        elif not add_unless_there(
            session, ExclusionRule(owner_id=owner_id, kind=kind, value=value, created_by=actor_id)
        ):
            raise InvalidInput(wording.rules.RULE_EXISTS, field="value")
        _record(session, "rule.added", owner_id, actor_id, kind, value)


def remove(owner_id: int, actor_id: int, rule_id: int) -> None:
    """End a rule. The caller lets the worker bring back what it kept out.

    Raises:
        NotFound: there is no such rule of this owner.
    """
    with transaction() as session:
        rule = session.exec(_rules(owner_id).where(ExclusionRule.id == rule_id).with_for_update()).first()
        if rule is None or rule.state == RuleState.ENDING:
            raise NotFound
        rule.state = RuleState.ENDING
        _record(session, "rule.removed", owner_id, actor_id, rule.kind, rule.value)


def _rules(owner_id: int):
    mine = (col(ExclusionRule.owner_id) == owner_id) & col(ExclusionRule.kind).in_(_LEAVING_OUT)
    return select(ExclusionRule).where(mine).order_by(col(ExclusionRule.id))


def _same(owner_id: int, kind: Kind, value: str):
    return select(ExclusionRule).where(
        ExclusionRule.owner_id == owner_id, ExclusionRule.kind == kind, ExclusionRule.value == value
    )


def _record(session: Session, event: str, owner_id: int, actor_id: int, kind: str, value: str) -> None:
    detail = f"{kind}, {'everybody' if owner_id == EVERYBODY else 'own mailboxes'}"
    audit.record(session, event, actor_id=actor_id, subject=value, detail=detail)


def _kept_out(session: Session, rule_ids: list[int], viewer_id: int | None) -> dict[int, int]:
    query = select(SkippedMessage.rule_id, func.count()).where(col(SkippedMessage.rule_id).in_(rule_ids))
    if viewer_id is not None:
        query = query.join(Connection, col(Connection.id) == SkippedMessage.connection_id).where(
            Connection.user_id == viewer_id
        )
    return {rule_id or 0: count for rule_id, count in session.exec(query.group_by(col(SkippedMessage.rule_id)))}


def _sweeping(session: Session, owner_id: int) -> bool:
    query = select(Connection.id).where(col(Connection.sift_wanted) != col(Connection.sift_done))
    if owner_id != EVERYBODY:
        query = query.where(Connection.user_id == owner_id)
    return session.exec(query.limit(1)).first() is not None


def _concerned(session: Session, owner_id: int, kind: Kind, value: str) -> int:
    """How many stored messages have such a participant, the mailbox's own address not counted."""
    email, written = col(Participant.email), {value, shown(value)}
    if kind is Kind.ADDRESS:
        matching = email.in_(written)
    else:
        ends = [f"{joint}{domain}" for joint in "@." for domain in written]
        matching = or_(*(email.endswith(end, autoescape=True) for end in ends))
    query = (
        select(func.count(func.distinct(Message.id)))
        .join(Connection, col(Connection.id) == Message.connection_id)
        .join(Participant, col(Participant.message_id) == Message.id)
        .where(matching, email != func.lower(Connection.address))
    )
    if owner_id != EVERYBODY:
        query = query.where(Connection.user_id == owner_id)
    return session.exec(query).one()
