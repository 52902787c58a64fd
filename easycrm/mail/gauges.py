"""How things stand, in numbers: for the metrics, and for whoever draws them."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime

from sqlmodel import Session, col, func, or_, select

from easycrm.core.clock import now
from easycrm.core.db import reading
from easycrm.mail.connection import Connection, Status
from easycrm.mail.lateness import late
from easycrm.mail.outbox_message import OutboxMessage, State
from easycrm.mail.token_set import PendingRevocation
from easycrm.notices import liveness
from easycrm.notices.incident import Incident


@dataclass(frozen=True)
class Gauge:
    """One number; `name` as Prometheus knows it, without `easycrm_`."""

    name: str
    meaning: str
    value: float
    labels: dict[str, str] = field(default_factory=dict[str, str])


def all_gauges() -> list[Gauge]:
    """Everything that can be counted in the database now."""
    with reading() as session:
        found = [
            *_connections(session),
            *_lag(session),
            *_due(session),
            *_outbox(session),
            *_incidents(session),
            _revocations(session),
        ]
    alive = [worker for worker in liveness.workers() if worker.alive]
    return [*found, Gauge("workers", "Worker processes heard of lately", len(alive))]


def _connections(session: Session) -> Iterator[Gauge]:
    key = (col(Connection.provider), col(Connection.status))
    for provider, status, count in session.exec(select(*key, func.count()).group_by(*key)):
        labels = {"provider": provider, "status": status}
        yield Gauge("connections", "Mailboxes by provider and status", count, labels)


def _lag(session: Session) -> Iterator[Gauge]:
    provider = col(Connection.provider)
    connected = Connection.status == Status.CONNECTED
    imported = col(Connection.import_finished_at).is_not(None)
    oldest = select(provider, func.min(Connection.last_success_at)).where(connected, imported).group_by(provider)
    for key, moment in session.exec(oldest):
        yield Gauge("sync_lag_seconds", "Age of the oldest last success", _age(moment), {"provider": key})
    overdue = select(func.count()).select_from(Connection).where(late())
    yield Gauge("sync_overdue", "Mailboxes that missed three intervals", session.exec(overdue).one())
    importing = select(func.count()).where(connected, col(Connection.import_finished_at).is_(None))
    yield Gauge("imports_running", "Mailboxes whose first import has not ended", session.exec(importing).one())


def _due(session: Session) -> Iterator[Gauge]:
    moment = now()
    free = or_(col(Connection.lease_until).is_(None), col(Connection.lease_until) < moment)
    due = (Connection.status == Status.CONNECTED, col(Connection.next_sync_at) <= moment)
    count, oldest = session.exec(select(func.count(), func.min(Connection.next_sync_at)).where(*due, free)).one()
    yield Gauge("sync_due", "Mailboxes that wait for a worker", count)
    yield Gauge("sync_due_seconds", "How long the first of them has waited", _age(oldest))


def _outbox(session: Session) -> Iterator[Gauge]:
    state = col(OutboxMessage.state)
    counts = dict(session.exec(select(state, func.count()).group_by(state)).all())
    for one in State:
        yield Gauge(
            "outbox_messages", "Messages written here, by state", counts.get(one.value, 0), {"state": one.value}
        )
    waiting = select(func.min(OutboxMessage.next_at)).where(col(OutboxMessage.next_at) <= now())
    yield Gauge("outbox_due_seconds", "How long the first due message has waited", _age(session.exec(waiting).one()))


def _incidents(session: Session) -> Iterator[Gauge]:
    counts = select(Incident.provider, func.count()).where(col(Incident.resolved_at).is_(None))
    for provider, count in session.exec(counts.group_by(Incident.provider)):
        yield Gauge("incidents_open", "Faults that an admin has to mend", count, {"provider": provider})


def _revocations(session: Session) -> Gauge:
    count = session.exec(select(func.count()).select_from(PendingRevocation)).one()
    return Gauge("revocations_pending", "Grants that wait to be revoked at the provider", count)


def _age(moment: datetime | None) -> float:
    return max((now() - moment).total_seconds(), 0) if moment else 0
