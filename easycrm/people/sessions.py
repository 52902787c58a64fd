"""Browser sessions: made at sign-in, looked up on every event, ended at sign-out."""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import Session, col, delete, select

from easycrm.core import wording
from easycrm.core.clock import now
from easycrm.core.db import reading, transaction
from easycrm.core.errors import Refused
from easycrm.core.settings import settings
from easycrm.notices import audit
from easycrm.people import passwords, sign_in_limit
from easycrm.people.user import User, UserSession

LIFETIME = timedelta(days=14)
TOUCH_AFTER = timedelta(minutes=5)


@dataclass(frozen=True)
class SignedIn:
    """Who is behind a request."""

    user_id: int
    session_id: int
    email: str
    name: str
    role: str

    @property
    def is_admin(self) -> bool:
        """Whether they may configure EasyCRM."""
        return self.role == "admin"


def cookie_name() -> str:
    """`__Host-` exactly when people come by https: browsers then refuse it from anywhere else."""
    return "__Host-easycrm_session" if settings().secure else "easycrm_session"


def sign_in(email: str, password: str, *, client: str, replaces: str = "", device: str = "") -> str:
    """A fresh cookie value; the session of `replaces` ends.

    Args:
        client: the caller's network address.
        device: browser and system, for the list of sessions.

    Raises:
        Refused: wrong credentials or too many attempts; the same answer whether the account exists or not.
    """
    address = email.replace("\x00", "").strip().lower()[:320]
    sign_in_limit.check(address, client)
    with reading() as session:
        user = session.exec(select(User).where(User.email == address)).first()
    fits = passwords.fits(password, user.password_hash if user else None)
    if user is None or not fits or not user.active:
        sign_in_limit.failed(address, client, known=user.email if user else "")
        raise Refused(wording.people.WRONG_CREDENTIALS)
    sign_in_limit.succeeded(address)
    with transaction() as session:
        _end(session, replaces)
        return enter(session, user.id or 0, device)


def enter(session: Session, user_id: int, device: str) -> str:
    """Sign somebody in whose right to it was proven, in this transaction; the cookie value."""
    user = session.get_one(User, user_id)
    user.last_sign_in_at = now()
    audit.record(session, "session.signed_in", actor_id=user_id, subject=user.email, detail=device)
    return start(session, user_id, device)


def start(session: Session, user_id: int, device: str = "") -> str:
    """A session for `user_id` in this transaction; the cookie value."""
    value = secrets.token_urlsafe(32)
    session.exec(delete(UserSession).where(col(UserSession.expires_at) < now() - LIFETIME))
    session.add(UserSession(user_id=user_id, token_hash=_hash(value), device=device[:60], expires_at=now() + LIFETIME))
    return value


def resolve(cookie_value: str) -> SignedIn | None:
    """Who holds this cookie, if the session lives and the account is active."""
    if not cookie_value:
        return None
    with reading() as session:
        query = (
            select(UserSession, User)
            .join(User, col(User.id) == col(UserSession.user_id))
            .where(UserSession.token_hash == _hash(cookie_value))
        )
        found = session.exec(query).first()
    if found is None or not found[1].active or found[0].expires_at <= now():
        return None
    row, user = found
    _extend(row.id or 0, row.expires_at)
    return SignedIn(user.id or 0, row.id or 0, user.email, user.name, user.role)


def _extend(session_id: int, expires_at: datetime) -> None:
    if expires_at - now() > LIFETIME - TOUCH_AFTER:
        return
    with transaction() as session:
        if (row := session.get(UserSession, session_id)) is not None:
            row.expires_at = now() + LIFETIME


def sign_out(cookie_value: str) -> None:
    """End the session of this cookie."""
    with transaction() as session:
        _end(session, cookie_value)


def _end(session: Session, cookie_value: str) -> None:
    row = session.exec(select(UserSession).where(UserSession.token_hash == _hash(cookie_value))).first()
    if row is not None:
        audit.record(session, "session.signed_out", actor_id=row.user_id, detail=row.device)
        row.expires_at = now()


def _hash(cookie_value: str) -> str:
    return hashlib.sha256(cookie_value.encode()).hexdigest()
