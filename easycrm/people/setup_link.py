"""The one-time link that lets the first admin in, printed where only the operator reads it."""

import hashlib
import secrets
from datetime import timedelta

from sqlmodel import Session, col, delete, select

from easycrm.core import wording
from easycrm.core.clock import now
from easycrm.core.db import reading, transaction
from easycrm.core.errors import InvalidInput, Refused
from easycrm.core.settings import settings
from easycrm.people import accounts, passwords
from easycrm.people.user import SetupLink

LIFETIME = timedelta(hours=24)


def issue() -> str:
    """The link, or an empty string where an admin exists; an earlier link stops working."""
    if accounts.any_admin():
        return ""
    value = secrets.token_urlsafe(32)
    with transaction() as session:
        session.exec(delete(SetupLink))
        session.add(SetupLink(token_hash=_hash(value), expires_at=now() + LIFETIME))
    return f"{settings().public_url}/setup?token={value}"


def use(value: str, *, email: str, password: str) -> None:
    """Create the first admin.

    Raises:
        Refused: the link is unknown, used, expired, or there is an admin already.
        InvalidInput: address or password cannot be used; the link stays good.
    """
    address = accounts.normalised(email)
    passwords.check(password, address)
    with reading() as session:
        _good(session, value)
    stored = passwords.hashed(password)
    with transaction() as session:
        link = _good(session, value)
        if accounts.by_email(session, address):
            raise InvalidInput(wording.people.ADDRESS_TAKEN, field="email")
        link.used_at = now()
        accounts.add(session, address, "", "admin", stored)


def _good(session: Session, value: str) -> SetupLink:
    """The link; of two who use it at a time, the second waits here and finds it used."""
    query = select(SetupLink).where(SetupLink.token_hash == _hash(value), col(SetupLink.used_at).is_(None))
    link = session.exec(query.with_for_update()).first()
    if link is None or link.expires_at <= now() or accounts.any_admin():
        raise Refused(wording.people.SETUP_LINK_OVER)
    return link


def _hash(value: str) -> str:
    return hashlib.sha256(value.encode(errors="replace")).hexdigest()
