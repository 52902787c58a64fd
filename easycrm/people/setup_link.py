"""The one-time link that lets the first admin in, printed where only the operator reads it."""

import hashlib
import secrets
from datetime import timedelta

from sqlmodel import col, delete, select

from easycrm.core import wording
from easycrm.core.clock import now
from easycrm.core.db import transaction
from easycrm.core.errors import Refused
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
    with transaction() as session:
        query = select(SetupLink).where(SetupLink.token_hash == _hash(value), col(SetupLink.used_at).is_(None))
        link = session.exec(query).first()
        if link is None or link.expires_at <= now() or accounts.any_admin():
            raise Refused(wording.people.SETUP_LINK_OVER)
        link.used_at = now()
    accounts.create(email=address, role="admin", password=password)


def _hash(value: str) -> str:
    return hashlib.sha256(value.encode()).hexdigest()
