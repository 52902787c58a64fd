"""Storing a consent: connection, tokens, audit and notices in one transaction, on a new row or on the one that was."""

from sqlmodel import Session, col, delete, func, select

from easycrm.core import wording
from easycrm.core.clock import now
from easycrm.core.db import add_unless_there, transaction
from easycrm.mail import consent_attempt, outage, sweep, token_vault
from easycrm.mail.connection import Connection, Status, beginning, written
from easycrm.mail.consent_answer import ConsentRefused
from easycrm.mail.consent_attempt import CONNECTED, ConsentAttempt
from easycrm.mail.message import Message
from easycrm.mail.token_set import PendingRevocation
from easycrm.notices import audit, bell
from easycrm.providers.base import Capability, Granted, Profile


def connect(attempt: ConsentAttempt, granted: Granted, profile: Profile) -> tuple[Connection, bool]:
    """The Connected row of this mailbox, and whether it had been there before.

    Raises:
        ConsentRefused: the session that began the attempt ended meanwhile.
    """
    with transaction() as session:
        new = add_unless_there(session, _first(session, attempt, granted, profile))
        connection = _row(session, attempt, granted)
        if not new:
            _revive(connection, granted, profile)
            if attempt.reconnects is None:
                _choose_window(session, connection, attempt.window_days)
        session.add(connection)
        session.flush()
        _settle(session, attempt, connection, granted, new)
    return connection, not new


def _first(session: Session, attempt: ConsentAttempt, granted: Granted, profile: Profile) -> Connection:
    sender = select(Connection.id).where(Connection.user_id == attempt.user_id, col(Connection.is_default_sender))
    return Connection(
        user_id=attempt.user_id,
        provider=attempt.provider,
        subject=granted.identity.subject,
        address=profile.address,
        name=profile.name or granted.identity.name,
        capabilities=_granted(granted),
        window_days=attempt.window_days,
        is_default_sender=session.exec(sender).first() is None,
        next_sync_at=now(),
        changed_seq=1,
    )


def _row(session: Session, attempt: ConsentAttempt, granted: Granted) -> Connection:
    return session.exec(
        select(Connection)
        .where(
            Connection.user_id == attempt.user_id,
            Connection.provider == attempt.provider,
            Connection.subject == granted.identity.subject,
        )
        .with_for_update()
    ).one()


def _revive(connection: Connection, granted: Granted, profile: Profile) -> None:
    moment = now()
    if connection.status != Status.CONNECTED:
        connection.recovered_from = connection.last_success_at
    elif connection.last_success_at and connection.last_success_at >= connection.connected_at:
        # What the reconnect before this one recovered is no news of this one.
        connection.recovered_from = None
    connection.address = profile.address
    connection.name = profile.name or granted.identity.name
    connection.capabilities = _granted(granted)
    connection.status = Status.CONNECTED
    connection.reason = connection.last_error = connection.lease_owner = ""
    connection.lease_until = None
    connection.failures, connection.failing_since, connection.wait_until = 0, None, None
    connection.generation += 1
    connection.connected_at = connection.next_sync_at = moment
    connection.changed_seq += 1


def _choose_window(session: Session, connection: Connection, days: int | None) -> None:
    """Connected as if for the first time: the chosen period counts, unless it is shorter than what was read."""
    if connection.import_started_at is None:
        connection.window_days = days
        return
    chosen = beginning(connection.connected_at, days)
    read = beginning(connection.import_started_at, connection.window_days)
    if read is None or (chosen is not None and chosen >= read):
        return
    connection.window_days, connection.import_started_at = days, connection.connected_at
    here = select(func.count()).select_from(Message).where(Message.connection_id == connection.id)
    connection.import_done, connection.import_total = session.exec(here).one(), None
    connection.import_finished_at = None
    sweep.read_again(session, connection)


def _settle(session: Session, attempt: ConsentAttempt, connection: Connection, granted: Granted, new: bool) -> None:
    connection_id = connection.id or 0
    if not consent_attempt.end(session, attempt.id or 0, CONNECTED, connection_id):
        raise ConsentRefused("unknown", wording.connecting.CONSENT_UNKNOWN)
    token_vault.store(session, connection_id, connection.generation, granted.tokens)
    _keep_grant(session, connection)
    bell.resolve(session, outage.REAUTHENTICATION, outage.subject_key(connection_id))
    event = "connection.connected" if new else "connection.reconnected"
    audit.record(session, event, actor_id=attempt.user_id, subject=connection.address, detail=connection.provider)


def _keep_grant(session: Session, connection: Connection) -> None:
    """Forget the tokens of this mailbox that wait to be revoked: revoking them would end the new grant too."""
    same = select(Connection.id).where(
        Connection.provider == connection.provider, Connection.subject == connection.subject
    )
    session.exec(delete(PendingRevocation).where(col(PendingRevocation.connection_id).in_(same)))


def _granted(granted: Granted) -> str:
    capabilities = granted.tokens.capabilities
    return written(Capability if capabilities is None else capabilities)
