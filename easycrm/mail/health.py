"""How the installation is, for admins: connections, imports, incidents, runs; never what a message says."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func
from sqlalchemy import select as rows_of
from sqlmodel import Session, col, or_, select

from easycrm.core import wording
from easycrm.core.clock import now
from easycrm.core.db import reading
from easycrm.mail.connection import Connection, Status
from easycrm.mail.lateness import late
from easycrm.mail.sync_run import FAILED, SyncRun
from easycrm.notices import incident
from easycrm.people.user import User
from easycrm.providers.registry import PROVIDERS
from easycrm.providers.registry import provider as known

HOURS = 24
MOST_TROUBLED = 100
MOST_RUNS = 50


@dataclass(frozen=True)
class ProviderCount:
    """How many mailboxes of one provider there are, by status, and how many of them are late."""

    provider: str
    name: str
    connected: int
    waiting: int
    disconnected: int
    late: int


@dataclass(frozen=True)
class Troubled:
    """A mailbox that needs somebody: `turn` says whom."""

    connection_id: int
    address: str
    owner: str
    provider_name: str
    status_text: str
    problem: str
    turn: str
    since: datetime | None


@dataclass(frozen=True)
class Importing:
    """An import under way."""

    address: str
    owner: str
    done: int
    total: int | None


@dataclass(frozen=True)
class IncidentRow:
    """A provider's fault, and how many people it keeps waiting."""

    provider_name: str
    code: str
    explanation: str
    opened_at: datetime
    resolved_at: datetime | None
    people: int


@dataclass(frozen=True)
class RunRow:
    """One run that brought or failed something."""

    kind: str
    finished_at: datetime | None
    stored: int
    removed: int
    skipped: int
    error: str


@dataclass(frozen=True)
class Hours:
    """The last 24 hours, oldest first: messages stored and runs failed in each; `first` is the start of the first."""

    first: datetime
    stored: tuple[int, ...]
    failed: tuple[int, ...]


def counts() -> list[ProviderCount]:
    """One row a provider that has mailboxes."""
    with reading() as session:
        query = rows_of(col(Connection.provider), col(Connection.status), func.count()).group_by(
            col(Connection.provider), col(Connection.status)
        )
        found = {(provider, status): count for provider, status, count in session.connection().execute(query)}
        overdue = rows_of(col(Connection.provider), func.count()).where(late()).group_by(col(Connection.provider))
        behind = {str(provider): int(count) for provider, count in session.connection().execute(overdue)}
    return [
        ProviderCount(
            key,
            PROVIDERS[key].name,
            found.get((key, Status.CONNECTED), 0),
            found.get((key, Status.REQUIRES_REAUTHENTICATION), 0),
            found.get((key, Status.NOT_CONNECTED), 0),
            behind.get(key, 0),
        )
        for key in PROVIDERS
        if any(provider == key for provider, _ in found)
    ]


def troubled() -> list[Troubled]:
    """Mailboxes that wait for their owner or are late, 100 at most, the longest waiting first."""
    with reading() as session:
        faulty = {one.provider for one in incident.list_open(session)}
        asking = (
            select(Connection)
            .where(Connection.status == Status.REQUIRES_REAUTHENTICATION)
            .order_by(col(Connection.last_success_at))
            .limit(MOST_TROUBLED)
        )
        proof = func.coalesce(col(Connection.last_success_at), col(Connection.connected_at))
        waiting = select(Connection).where(late()).order_by(proof).limit(MOST_TROUBLED)
        found = [*session.exec(asking).all(), *session.exec(waiting).all()][:MOST_TROUBLED]
        owners = _emails(session, {connection.user_id for connection in found})
    return [_trouble(connection, owners, connection.provider in faulty) for connection in found]


def importing() -> list[Importing]:
    """Imports under way, the newest 20."""
    with reading() as session:
        query = select(Connection, User.email).where(
            Connection.status == Status.CONNECTED,
            col(Connection.import_finished_at).is_(None),
            col(User.id) == col(Connection.user_id),
        )
        found = session.exec(query.order_by(col(Connection.connected_at).desc()).limit(20)).all()
    return [Importing(one.address, email, one.import_done, one.import_total) for one, email in found]


def incidents() -> list[IncidentRow]:
    """Open incidents, and those resolved in the last week, the newest first."""
    with reading() as session:
        recent = or_(
            col(incident.Incident.resolved_at).is_(None), col(incident.Incident.resolved_at) > now() - timedelta(days=7)
        )
        found = session.exec(select(incident.Incident).where(recent).order_by(col(incident.Incident.id).desc())).all()
        people = func.count(func.distinct(col(Connection.user_id)))
        query = rows_of(col(Connection.provider), people).where(col(Connection.status) == Status.CONNECTED)
        rows = session.connection().execute(query.group_by(col(Connection.provider))).all()
    affected = {str(key): int(count) for key, count in rows}
    return [
        IncidentRow(
            known(one.provider).name, one.code, one.explanation, one.opened_at, one.resolved_at,
            affected.get(one.provider, 0),
        )
        for one in found
    ]  # fmt: skip


def hours() -> Hours:
    """Mail stored and runs failed, hour by hour."""
    first = now().replace(minute=0, second=0, microsecond=0) - timedelta(hours=HOURS - 1)
    with reading() as session:
        hour = _hour(session)
        query = (
            rows_of(hour, func.sum(col(SyncRun.stored)), func.count().filter(col(SyncRun.kind) == FAILED))
            .where(col(SyncRun.finished_at) >= first)
            .group_by(hour)
        )
        rows = session.connection().execute(query).all()
    found = {str(when): (int(stored or 0), int(failed)) for when, stored, failed in rows}
    names = [f"{first + timedelta(hours=offset):%Y-%m-%d %H}" for offset in range(HOURS)]
    return Hours(
        first,
        tuple(found.get(name, (0, 0))[0] for name in names),
        tuple(found.get(name, (0, 0))[1] for name in names),
    )


def runs(connection_id: int) -> list[RunRow]:
    """The last runs of one mailbox, the newest first."""
    with reading() as session:
        query = select(SyncRun).where(SyncRun.connection_id == connection_id).order_by(col(SyncRun.id).desc())
        return [
            RunRow(one.kind, one.finished_at, one.stored, one.removed, one.skipped, one.error)
            for one in session.exec(query.limit(MOST_RUNS))
        ]


def _emails(session: Session, ids: set[int]) -> dict[int, str]:
    found = session.exec(select(User.id, User.email).where(col(User.id).in_(ids)))
    return {ident or 0: email for ident, email in found}


def _trouble(connection: Connection, owners: dict[int, str], faulty: bool) -> Troubled:
    asks = connection.status == Status.REQUIRES_REAUTHENTICATION
    owner = owners.get(connection.user_id, "")
    turn = owner if asks else wording.health.ADMINS_TURN if faulty else wording.health.NOBODYS_TURN
    return Troubled(
        connection_id=connection.id or 0,
        address=connection.address,
        owner=owner,
        provider_name=known(connection.provider).name,
        status_text=wording.REQUIRES_REAUTHENTICATION if asks else wording.syncing.SYNC_DELAYED,
        problem=connection.reason if asks else connection.last_error,
        turn=turn,
        since=connection.last_success_at,
    )


def _hour(session: Session) -> Any:
    """The hour of `finished_at` in UTC as text, YYYY-MM-DD HH, in the words of either database."""
    moment = col(SyncRun.finished_at)
    if session.get_bind().dialect.name == "postgresql":
        return func.to_char(func.timezone("UTC", moment), "YYYY-MM-DD HH24")
    return func.strftime("%Y-%m-%d %H", moment)
