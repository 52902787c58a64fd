"""Warns the admins 30, 14 and 3 days before a client secret runs out, and once more when it has."""

from datetime import UTC

from sqlmodel import Session, col, func, select

from easycrm.core import wording
from easycrm.core.clock import now
from easycrm.core.db import reading, transaction
from easycrm.mail.connection import Connection, Status
from easycrm.mail.provider_setup import ProviderSetup
from easycrm.notices import bell
from easycrm.people.user import User
from easycrm.providers.registry import provider as known

KIND = "secret-expiry"
_WARNINGS = (-1, 3, 14, 30)
"""Days before the end; the last warning comes when it is past."""


def warn() -> None:
    """Tell whom it concerns what has come due; each warning is told once, and takes the place of the one before."""
    ending = select(ProviderSetup).where(col(ProviderSetup.secret_expires_on).is_not(None))
    with reading() as session:
        if session.exec(ending).first() is None:
            return
    with transaction() as session:
        for setup in session.exec(ending).all():
            _judge(session, setup)


def _judge(session: Session, setup: ProviderSetup) -> None:
    expires = setup.secret_expires_on
    if expires is None:
        return
    days = (expires - now().astimezone(UTC).date()).days
    due = next((limit for limit in _WARNINGS if days <= limit), None)
    key = f"{setup.provider}:{expires}:{due}"
    for limit in _WARNINGS:
        if limit != due:
            bell.resolve(session, KIND, f"{setup.provider}:{expires}:{limit}")
    _forget_earlier_secrets(session, setup, f"{setup.provider}:{expires}:")
    if due is None:
        return
    title = wording.setup.secret_expires(known(setup.provider).name, expires, over=days < 0)
    body = wording.setup.secret_affects(affected(session, setup.provider))
    for admin_id in session.exec(select(User.id).where(User.role == "admin", col(User.active))).all():
        bell.open(session, admin_id or 0, KIND, key, title, body)


def affected(session: Session, provider: str) -> int:
    """How many people have a mailbox that lives on this provider's secret."""
    people = select(func.count(func.distinct(Connection.user_id)))
    return session.exec(people.where(Connection.provider == provider, Connection.status == Status.CONNECTED)).one()


def _forget_earlier_secrets(session: Session, setup: ProviderSetup, present: str) -> None:
    for key in bell.open_keys(session, KIND, f"{setup.provider}:"):
        if not key.startswith(present):
            bell.resolve(session, KIND, key)
