"""Links that let somebody in once: invitations, and new passwords. An admin hands them over; no mail server is needed.

The secret stands behind the address's #: browsers send that part to nobody, so no log and no Referer holds it.
"""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import Session, col, delete, select

from easycrm.core import wording
from easycrm.core.clock import now
from easycrm.core.db import reading, transaction
from easycrm.core.errors import InvalidInput, NotFound, Refused
from easycrm.core.settings import settings
from easycrm.notices import audit, bell
from easycrm.people import accounts, passwords, sessions
from easycrm.people.user import AccessLink, User

INVITATION_LIFETIME = timedelta(days=7)
RESET_LIFETIME = timedelta(hours=24)
RESET_NOTICE = "password-reset"


@dataclass(frozen=True)
class Invited:
    """An invitation that waits for its answer."""

    id: int
    email: str
    role: str
    expires_at: datetime
    expired: bool


@dataclass(frozen=True)
class Welcome:
    """Whom a good link is for."""

    email: str
    name: str
    invitation: bool


def invite(actor_id: int, email: str, role: str) -> str:
    """The link for somebody who has no account yet; an earlier one for the same address stops working.

    Raises:
        InvalidInput: address or role cannot be used, or the address has an account.
    """
    address = accounts.normalised(email)
    accounts.check_role(role)
    with transaction() as session:
        if accounts.by_email(session, address):
            raise InvalidInput(wording.people.has_account(address), field="email")
        session.exec(delete(AccessLink).where(col(AccessLink.email) == address))
        audit.record(session, "invitation.created", actor_id=actor_id, subject=address, detail=role)
        return _issue(session, actor_id, INVITATION_LIFETIME, email=address, role=role)


def reset(actor_id: int, user_id: int) -> str:
    """The link by which a user chooses a new password; the present one works until then, and the user is told.

    Raises:
        NotFound: no such user.
        Refused: the account is deactivated.
    """
    with transaction() as session:
        user = session.get(User, user_id)
        if user is None:
            raise NotFound
        if not user.active:
            raise Refused(wording.people.REACTIVATE_FIRST)
        withdraw_resets(session, user_id)
        audit.record(session, "password.reset_link", actor_id=actor_id, subject=user.email)
        bell.open(session, user_id, RESET_NOTICE, "", wording.people.RESET_TOLD, wording.people.RESET_TOLD_MORE)
        return _issue(session, actor_id, RESET_LIFETIME, email=user.email, role=user.role, user_id=user_id)


def _issue(session: Session, actor_id: int, lifetime: timedelta, **fields: object) -> str:
    value = secrets.token_urlsafe(32)
    link = AccessLink.model_validate({
        **fields, "token_hash": _hash(value), "created_by": actor_id, "expires_at": now() + lifetime
    })  # fmt: skip
    session.add(link)
    page = "reset-password" if link.user_id else "invitation"
    return f"{settings().public_url}/{page}#token={value}"


def pending() -> list[Invited]:
    """Invitations that were not taken up, the newest first."""
    with reading() as session:
        query = select(AccessLink).where(col(AccessLink.user_id).is_(None)).order_by(col(AccessLink.id).desc())
        return [
            Invited(one.id or 0, one.email, one.role, one.expires_at, not _stands(session, one))
            for one in session.exec(query)
        ]


def withdraw(actor_id: int, link_id: int) -> None:
    """Make an invitation void.

    Raises:
        NotFound: there is none, or it was taken up.
    """
    with transaction() as session:
        link = session.get(AccessLink, link_id)
        if link is None or link.user_id is not None:
            raise NotFound
        session.delete(link)
        audit.record(session, "invitation.withdrawn", actor_id=actor_id, subject=link.email)


def look(value: str) -> Welcome:
    """Whom a link is for, before anything is entered.

    Raises:
        Refused: it is unknown, used, withdrawn or too old, or its maker is no admin any more.
    """
    with reading() as session:
        link = _good(session, value)
        user = session.get(User, link.user_id) if link.user_id else None
        return Welcome(link.email, user.name if user else "", user is None)


def use(value: str, *, name: str, password: str, device: str = "") -> str:
    """Create the account or set its new password, and sign in; the session's cookie value.

    Raises:
        Refused: the link is no good, whoever used it first.
        InvalidInput: name or password cannot be used; the link stays good.
    """
    with reading() as session:
        link = _good(session, value)
    passwords.check(password, link.email)
    written = accounts.usable_name(name) if link.user_id is None else ""
    stored = passwords.hashed(password)
    with transaction() as session:
        link = _good(session, value)
        session.delete(link)
        session.flush()
        if link.user_id is None:
            user = accounts.add(session, link.email, written, link.role, stored, link.created_by)
        else:
            user = _reset(session, link.user_id, stored)
        return sessions.enter(session, user.id or 0, device)


def withdraw_resets(session: Session, user_id: int) -> None:
    """Make the links void by which somebody could choose a new password."""
    session.exec(delete(AccessLink).where(col(AccessLink.user_id) == user_id))


def _reset(session: Session, user_id: int, stored: str) -> User:
    user = session.get_one(User, user_id, with_for_update=True)
    if not user.active:
        raise Refused(wording.people.LINK_OVER)
    user.password_hash = stored
    accounts.end_sessions(session, user_id)
    bell.resolve(session, RESET_NOTICE, "", user_id=user_id)
    audit.record(session, "password.reset", actor_id=user_id, subject=user.email)
    return user


def _good(session: Session, value: str) -> AccessLink:
    query = select(AccessLink).where(AccessLink.token_hash == _hash(value)).with_for_update()
    link = session.exec(query).first()
    if link is None or not _stands(session, link):
        raise Refused(wording.people.LINK_OVER)
    return link


def _stands(session: Session, link: AccessLink) -> bool:
    """Whether it is not too old, and whoever made it could make it today: nobody who left comes back by their own."""
    maker = session.get(User, link.created_by)
    return link.expires_at > now() and maker is not None and maker.active and maker.role == "admin"


def _hash(value: str) -> str:
    return hashlib.sha256(value.encode(errors="replace")).hexdigest()
