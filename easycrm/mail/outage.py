"""Whose turn it is when a connection stops working: the user's (consent again) or the admin's (an incident)."""

from sqlmodel import Session, col, select, update

from easycrm.core import counting, wording
from easycrm.core.db import changed, reading, transaction
from easycrm.mail import token_set
from easycrm.mail.connection import Connection, Status
from easycrm.notices import audit, bell, incident
from easycrm.people.user import User
from easycrm.providers.errors import ProviderError
from easycrm.providers.registry import provider as known

REAUTHENTICATION = "reauthentication"
INCIDENT = "incident"
IMPORTING = "import"
IMPORTED = "imported"
SIGN_IN = "sign-in"
MAIL = "mail"
CONTACTS = "contactsNotConfigured"


def subject_key(connection_id: int) -> str:
    """How notices name a connection."""
    return f"connection:{connection_id}"


def requires_reauthentication(connection_id: int, generation: int, reason: str) -> bool:
    """End the connection's tokens and ask its owner to reconnect: once per outage, and only if it is still Connected.

    Args:
        reason: for the page and the notification, as a sentence without its full stop.

    Returns: whether this call was the one that did it.
    """
    with transaction() as session:
        fell = fall(session, connection_id, generation, reason)
    if fell:
        counting.add("reauthentications")
    return fell


def fall(session: Session, connection_id: int, generation: int, reason: str) -> bool:
    """The same within a transaction of the caller's."""
    falling = (
        update(Connection)
        .where(
            col(Connection.id) == connection_id,
            col(Connection.generation) == generation,
            col(Connection.status) == Status.CONNECTED,
        )
        .values(
            status=Status.REQUIRES_REAUTHENTICATION,
            reason=reason[:200],
            next_sync_at=None,
            changed_seq=Connection.changed_seq + 1,
        )
    )
    if changed(session, falling) == 0:
        return False
    token_set.destroy(session, connection_id)
    _tell_owner(session, connection_id, reason)
    return True


def provider_fault(provider: str, error: ProviderError, *, part: str = MAIL) -> None:
    """Open the provider's one incident, or prolong it; the admins are told when it is new.

    Args:
        part: "sign-in" when the token endpoint refused the application, "mail" when an interface did.
    """
    explanation = wording.connecting.incident_explanation(error.code)
    with transaction() as session:
        if not incident.open_or_prolong(session, provider, part=part, code=error.code, explanation=explanation):
            return
        audit.record(session, "incident.opened", subject=provider, detail=error.code)
        for admin_id in session.exec(select(User.id).where(User.role == "admin", col(User.active))):
            title = wording.connecting.incident_title(known(provider).name)
            bell.open(session, admin_id or 0, INCIDENT, provider, title, explanation)


def provider_works(provider: str, *, part: str = MAIL) -> None:
    """End the provider's incident if it was about this part: something just worked there."""
    with reading() as session:
        found = incident.current(session, provider)
    if found is None or found.part != part:
        return
    with transaction() as session:
        if incident.resolve(session, provider, part=part):
            bell.resolve(session, INCIDENT, provider)
            audit.record(session, "incident.resolved", subject=provider)


def paused(session: Session, provider: str) -> bool:
    """Whether an incident keeps the provider's mailboxes waiting.

    When a probe is due, one caller gets False and is the probe: call it in the transaction that claims the mailbox.
    """
    return not incident.may_probe(session, provider)


def _tell_owner(session: Session, connection_id: int, reason: str) -> None:
    connection = session.get_one(Connection, connection_id)
    body = wording.connecting.reauthentication_notice(connection.address, known(connection.provider).name, reason)
    bell.open(
        session,
        connection.user_id,
        REAUTHENTICATION,
        subject_key(connection_id),
        wording.NEEDS_REAUTHENTICATION,
        body,
    )
    audit.record(session, "connection.requires_reauthentication", subject=connection.address, detail=reason)


def contacts_fault(provider: str) -> None:
    """Tell the admins, once, that the provider's interface for contacts is off: mail goes on without it."""
    explanation = wording.connecting.incident_explanation(CONTACTS)
    with transaction() as session:
        news = False
        for admin_id in session.exec(select(User.id).where(User.role == "admin", col(User.active))).all():
            title = wording.connecting.contacts_not_importable(known(provider).name)
            news |= bell.open(session, admin_id or 0, CONTACTS, provider, title, explanation)
        if news:
            audit.record(session, "incident.opened", subject=provider, detail=CONTACTS)


def contacts_work(provider: str) -> None:
    """Take that back: contacts were just read."""
    with reading() as session:
        if not bell.is_open(session, CONTACTS, provider):
            return
    with transaction() as session:
        if bell.resolve(session, CONTACTS, provider):
            audit.record(session, "incident.resolved", subject=provider, detail=CONTACTS)
