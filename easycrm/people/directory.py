"""Everybody, as admins see and change them: who has an account, in which role, and whether it is active."""

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, func, select

from easycrm.core import wording
from easycrm.core.db import reading, transaction
from easycrm.core.errors import NotFound, Refused
from easycrm.notices import audit
from easycrm.people import accounts
from easycrm.people.user import User

PAGE = 50


@dataclass(frozen=True)
class Person:
    """A user as the list shows them."""

    id: int
    email: str
    name: str
    role: str
    active: bool
    being_erased: bool
    last_sign_in_at: datetime | None


@dataclass(frozen=True)
class Page:
    """Some people by address, and the address to go on after; empty where the list ends."""

    people: list[Person]
    after: str


def page(text: str = "", after: str = "") -> Page:
    """The people whose name or address contains `text`, fifty at a time."""
    email = col(User.email)
    query = select(User).where(email > after).order_by(email).limit(PAGE + 1)
    if wanted := text.replace("\x00", "").strip().casefold()[:200]:
        named = func.lower(col(User.name)).contains(wanted, autoescape=True)
        query = query.where(email.contains(wanted, autoescape=True) | named)
    with reading() as session:
        found = [_person(user) for user in session.exec(query)]
    more = len(found) > PAGE
    return Page(found[:PAGE], found[PAGE - 1].email if more else "")


def one(user_id: int) -> Person:
    """One person.

    Raises:
        NotFound: there is none.
    """
    with reading() as session:
        return _person(_existing(session, user_id))


def count() -> int:
    """How many people have an account."""
    with reading() as session:
        return session.exec(select(func.count()).select_from(User)).one()


def change_role(actor_id: int, user_id: int, role: str) -> None:
    """Make somebody an admin or a member; it counts from their next click.

    Raises:
        NotFound: no such user.
        Refused: it is the actor's own role, or the actor is no admin any more.
        InvalidInput: there is no such role.
    """
    accounts.check_role(role)
    if actor_id == user_id:
        raise Refused(wording.people.OWN_ROLE)
    with transaction() as session:
        still_admin(session, actor_id)
        user = _existing(session, user_id)
        if user.role != role:
            audit.record(session, "user.role_changed", actor_id=actor_id, subject=user.email, detail=role)
        user.role = role


def reactivate(actor_id: int, user_id: int) -> None:
    """Let a deactivated user sign in again; mailboxes stay disconnected until the user connects them.

    Raises:
        NotFound: no such user.
        Refused: the person's data is being deleted.
    """
    with transaction() as session:
        still_admin(session, actor_id)
        user = _existing(session, user_id)
        if user.erase_asked_at is not None:
            raise Refused(wording.people.BEING_ERASED)
        if not user.active:
            audit.record(session, "user.reactivated", actor_id=actor_id, subject=user.email)
        user.active = True


def still_admin(session: Session, actor_id: int) -> None:
    """Lock the admins for this transaction: of two who demote or deactivate each other at once, one remains.

    Raises:
        Refused: the actor is no active admin any more.
    """
    query = select(User).where(User.role == "admin", col(User.active)).order_by(col(User.id)).with_for_update()
    if actor_id not in {user.id for user in session.exec(query)}:
        raise Refused(wording.people.NO_LONGER_ADMIN)


def _existing(session: Session, user_id: int) -> User:
    user = session.get(User, user_id)
    if user is None:
        raise NotFound
    return user


def _person(user: User) -> Person:
    return Person(
        id=user.id or 0,
        email=user.email,
        name=user.name,
        role=user.role,
        active=user.active,
        being_erased=user.erase_asked_at is not None,
        last_sign_in_at=user.last_sign_in_at,
    )
