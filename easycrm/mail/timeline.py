"""The mail with some people across the team's mailboxes, newest first: to each viewer what each owner lets them see."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, or_, select

from easycrm.core import wording
from easycrm.mail import timeline_query
from easycrm.mail.base_email import base_email
from easycrm.mail.connection import Connection
from easycrm.mail.message import Message, Participant
from easycrm.mail.visibility import LEVELS, WRITTEN_IN, Visibility
from easycrm.people.user import User

PAGE = 25


@dataclass(frozen=True)
class Entry:
    """One message, from the copy that shows most; what its owner does not share is empty.

    `direction` is "from" the people, "to" them, or "beside" where somebody else wrote and they got it too. `thread_id`
    is set where it lies in the viewer's own mailbox, `message_id` where a colleague's may be opened; else they are 0.
    """

    key: int
    at: datetime
    direction: str
    who: str
    level: Visibility
    subject: str
    snippet: str
    has_attachments: bool
    thread_id: int
    message_id: int
    owner: str


@dataclass(frozen=True)
class TimelinePage:
    """Some entries, and the key of the next page: None where there is none."""

    entries: list[Entry]
    next_before: int | None


@dataclass(frozen=True)
class _Copy:
    """A message as it lies in one mailbox that the viewer sees something of."""

    message: Message
    owner_id: int
    owner: str
    address: str
    level: Visibility

    @property
    def group(self) -> tuple[str, str]:
        """What the copies of one message have in common. A forged Message-ID hides nothing: the sender differs."""
        header = self.message.message_id_header or f"at {self.message.sort_key}"
        return header, base_email(self.message.sender_email)

    @property
    def place(self) -> tuple[int, int]:
        """Where it stands in time."""
        return self.message.sort_key, self.message.id or 0


def page(
    session: Session, viewer_id: int, people: Mapping[str, str], *, before: int | None = None, limit: int = PAGE
) -> TimelinePage:
    """The mail with these people older than the key `before`.

    Args:
        people: names by base address.
    """
    scope = timeline_query.scope(session, viewer_id)
    entries: list[Entry] = []
    while len(entries) <= limit:
        found = timeline_query.candidates(session, scope, people, before, limit + 1)
        entries += _entries(session, scope, people, [message_id for _, message_id in found])
        if len(found) <= limit:
            break
        before = found[-1][0]
    shown = entries[:limit]
    return TimelinePage(shown, shown[-1].key if len(entries) > limit else None)


def _entries(
    session: Session, scope: timeline_query.Scope, people: Mapping[str, str], message_ids: Sequence[int]
) -> list[Entry]:
    """One entry for each message whose newest copy is among these."""
    wanted = dict.fromkeys(message_ids)
    if not wanted:
        return []
    groups: dict[tuple[str, str], list[_Copy]] = {}
    for copy in _copies(session, scope, people, wanted):
        groups.setdefault(copy.group, []).append(copy)
    newest = {max(copies, key=lambda one: one.place).message.id or 0: copies for copies in groups.values()}
    chosen = {ident: _best(newest[ident], scope.viewer_id) for ident in wanted if ident in newest}
    parties = _parties(session, people, [copy.message.id or 0 for copy in chosen.values()])
    return [
        _entry(scope, max(one.place for one in newest[ident])[0], copy, newest[ident], people, parties)
        for ident, copy in chosen.items()
    ]


def _copies(
    session: Session, scope: timeline_query.Scope, people: Mapping[str, str], message_ids: Collection[int]
) -> Iterable[_Copy]:
    """These messages, and what else the viewer's mailboxes have under the same Message-IDs with the same people."""
    headers = select(Message.message_id_header).where(
        col(Message.id).in_(message_ids), col(Message.message_id_header) != ""
    )
    shared = set(session.exec(headers))
    query = (
        select(Message, User, Connection.address, Connection.visibility)
        .join(Connection, col(Connection.id) == col(Message.connection_id))
        .join(User, col(User.id) == col(Connection.user_id))
        .where(
            or_(col(Message.id).in_(message_ids), col(Message.message_id_header).in_(shared)),
            timeline_query.seen_by(scope.viewer_id),
            timeline_query.involves(scope, people),
        )
    )
    for message, user, address, level in session.exec(query):
        mine = user.id == scope.viewer_id
        shown = Visibility.EVERYTHING if mine else Visibility(level)
        yield _Copy(message, user.id or 0, user.name or user.email, address, shown)


def _best(copies: Sequence[_Copy], viewer_id: int) -> _Copy:
    """The copy that shows most; one's own before a colleague's."""
    return max(copies, key=lambda one: (LEVELS.index(one.level), one.owner_id == viewer_id, one.place))


def _parties(session: Session, people: Mapping[str, str], message_ids: Sequence[int]) -> dict[int, list[str]]:
    """Which of the people each message is with, by name."""
    query = select(Participant.message_id, Participant.base_email).where(
        col(Participant.message_id).in_(message_ids),
        col(Participant.base_email).in_(people),
        col(Participant.role).in_(WRITTEN_IN),
    )
    found: dict[int, list[str]] = {}
    for message_id, base in session.exec(query.order_by(col(Participant.id))):
        found.setdefault(message_id, []).append(people[base])
    return {message_id: list(dict.fromkeys(names)) for message_id, names in found.items()}


def _entry(
    scope: timeline_query.Scope,
    key: int,
    copy: _Copy,
    copies: Sequence[_Copy],
    people: Mapping[str, str],
    parties: Mapping[int, list[str]],
) -> Entry:
    message, rank = copy.message, LEVELS.index(copy.level)
    mine, everything = copy.owner_id == scope.viewer_id, copy.level is Visibility.EVERYTHING
    direction, who = _who(scope, copy, copies, people, parties.get(message.id or 0, []))
    return Entry(
        key=key,
        at=message.received_at,
        direction=direction,
        who=who,
        level=copy.level,
        subject=message.subject or wording.NO_SUBJECT if rank >= LEVELS.index(Visibility.SUBJECT) else "",
        snippet=message.snippet if everything else "",
        has_attachments=everything and message.has_attachments,
        thread_id=message.thread_id if mine else 0,
        message_id=message.id or 0 if everything and not mine else 0,
        owner=wording.contacts.YOU if mine else copy.owner,
    )


def _who(
    scope: timeline_query.Scope, copy: _Copy, copies: Sequence[_Copy], people: Mapping[str, str], names: list[str]
) -> tuple[str, str]:
    """The direction, and a line such as "Grace Hopper to you, Ada"."""
    ordered = sorted(copies, key=lambda one: (one.owner_id != scope.viewer_id, one.owner))
    owners = list(
        dict.fromkeys(wording.contacts.YOU if one.owner_id == scope.viewer_id else one.owner for one in ordered)
    )
    sender = base_email(copy.message.sender_email)
    if sender in people:
        return "from", wording.contacts.wrote(people[sender], owners)
    if sender == base_email(copy.address):
        owner = wording.contacts.YOU if copy.owner_id == scope.viewer_id else copy.owner
        return "to", wording.contacts.wrote(owner, names)
    return "beside", wording.contacts.wrote(copy.message.sender_name or copy.message.sender_email, [*owners, *names])
