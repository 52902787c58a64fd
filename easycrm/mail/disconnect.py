"""Disconnect: one transaction after which nothing of the connection works any more; its mail stays."""

from datetime import datetime, timedelta

from sqlmodel import Session

from easycrm.core import wording
from easycrm.core.clock import now
from easycrm.core.db import reading, transaction
from easycrm.core.errors import NotFound
from easycrm.core.key_canary import seal
from easycrm.core.sealed import CannotOpen, ring
from easycrm.mail import outage, sender, token_set
from easycrm.mail.connection import Connection, Status, live_of, of_user, owned
from easycrm.mail.receipt import Receipt, Revocation
from easycrm.mail.revocation import revoke_now, revoke_pending
from easycrm.mail.token_set import PendingRevocation, TokenSet, binding
from easycrm.notices import audit, bell
from easycrm.providers.registry import provider as known

__all__ = ["Receipt", "disconnect", "end_all", "revoke_now", "revoke_pending", "warning"]

PENDING_AT_MOST = timedelta(hours=24)


def warning(user_id: int, connection_id: int) -> str:
    """What to say before a disconnect that touches somebody else's connection; empty when it does not.

    Raises:
        NotFound: the connection is not the user's.
    """
    with reading() as session:
        connection = owned(session, user_id, connection_id)
        return wording.connecting.SHARED_GRANT if _shared(session, connection) else ""


def disconnect(user_id: int, connection_id: int) -> Receipt:
    """Stop syncing at once and for good, and let the permission be revoked afterwards (`revoke_now`, `revoke_pending`).

    Raises:
        NotFound: the connection is not the user's.
    """
    with transaction() as session:
        connection = session.get(Connection, connection_id, with_for_update=True)
        if connection is None or connection.user_id != user_id:
            raise NotFound
        return _end(session, connection, user_id, "")


def end_all(session: Session, user_id: int, *, actor_id: int, reason: str) -> list[Receipt]:
    """End all of a user's connections within the caller's transaction; the mail stays."""
    living = [one for one in of_user(session, user_id) if one.status != Status.NOT_CONNECTED]
    for connection in living:
        session.refresh(connection, with_for_update=True)
    return [_end(session, connection, actor_id, reason) for connection in living]


def _end(session: Session, connection: Connection, actor_id: int, reason: str) -> Receipt:
    ends_at, revocation = None, "nothing to revoke"
    if connection.status != Status.NOT_CONNECTED:
        connection.generation += 1
        ends_at, revocation = _take_tokens(session, connection)
        connection.status, connection.reason, connection.last_error = Status.NOT_CONNECTED, reason, ""
        connection.next_sync_at = connection.lease_until = None
        connection.failing_since = connection.wait_until = None
        connection.lease_owner, connection.failures = "", 0
        connection.changed_seq += 1
        sender.pass_on(session, connection)
        session.add(connection)
        for told in (outage.REAUTHENTICATION, outage.IMPORTING):
            bell.resolve(session, told, outage.subject_key(connection.id or 0))
        audit.record(
            session, "connection.disconnected", actor_id=actor_id, subject=connection.address, detail=revocation
        )
    provider = known(connection.provider)
    return Receipt(connection.id or 0, connection.address, provider.name, revocation, ends_at, provider.consent_page)


def _take_tokens(session: Session, connection: Connection) -> tuple[datetime | None, Revocation]:
    """Destroy the tokens; where the provider revokes, keep the refresh token sealed until it has."""
    stored = session.get(TokenSet, connection.id)
    token_set.destroy(session, connection.id or 0)
    if stored is None:
        return None, "nothing to revoke"
    if not known(connection.provider).revokes:
        return stored.expires_at, "not offered"
    try:
        token = ring().open(stored.refresh_token, binding("refresh_token", stored.connection_id, stored.generation))
    except CannotOpen:
        return stored.expires_at, "nothing to revoke"
    place = binding("refresh_token", stored.connection_id, connection.generation, "pending_revocation")
    session.add(
        PendingRevocation(
            connection_id=stored.connection_id,
            provider=connection.provider,
            generation=connection.generation,
            refresh_token=seal(token, place, session),
            destroy_at=now() + PENDING_AT_MOST,
        )
    )
    # Whether the permission is still needed is asked again before it is revoked.
    return stored.expires_at, "left in place" if _shared(session, connection) else "asked"


def _shared(session: Session, connection: Connection) -> bool:
    twins = live_of(session, connection.provider, connection.subject, but=connection.id)
    return known(connection.provider).revokes and bool(twins)
