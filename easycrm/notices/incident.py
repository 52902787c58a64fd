"""A fault of a provider's application that only an admin can mend: one open incident a provider and code."""

from datetime import datetime, timedelta

from sqlalchemy import Column, Index, text
from sqlmodel import Field, Session, col, select, update

from easycrm.core.clock import now
from easycrm.core.db import Table, UtcDateTime, add_unless_there, changed

_FIRST_PROBE = timedelta(minutes=1)
_RAREST_PROBE = timedelta(minutes=15)


class Incident(Table, table=True):
    """An open or closed fault of one provider."""

    __table_args__ = (
        Index(
            "ix_incident_open",
            "provider",
            unique=True,
            sqlite_where=text("resolved_at IS NULL"),
            postgresql_where=text("resolved_at IS NULL"),
        ),
    )
    id: int | None = Field(default=None, primary_key=True)
    provider: str = Field(max_length=20)
    part: str = Field(default="mail", max_length=10, description="what does not work: sign-in or mail")
    code: str = Field(max_length=80)
    explanation: str = ""
    opened_at: datetime = Field(default_factory=now, sa_column=Column(UtcDateTime, nullable=False))
    last_seen_at: datetime = Field(default_factory=now, sa_column=Column(UtcDateTime, nullable=False))
    next_probe_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime))
    resolved_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime))


def open_or_prolong(session: Session, provider: str, *, part: str, code: str, explanation: str) -> bool:
    """Note a fault; whether it is a new incident. A known one is probed ever less often, down to every 15 minutes."""
    moment = now()
    if add_unless_there(
        session,
        Incident(
            provider=provider, part=part, code=code[:80], explanation=explanation, next_probe_at=moment + _FIRST_PROBE
        ),
    ):
        return True
    incident = current(session, provider)
    if incident is not None:
        pause = min(max((moment - incident.opened_at) / 2, _FIRST_PROBE), _RAREST_PROBE)
        incident.last_seen_at, incident.next_probe_at = moment, moment + pause
        session.add(incident)
    return False


def current(session: Session, provider: str) -> Incident | None:
    """The provider's open incident."""
    return session.exec(
        select(Incident).where(Incident.provider == provider, col(Incident.resolved_at).is_(None))
    ).first()


def may_probe(session: Session, provider: str) -> bool:
    """Whether the caller may try the provider: always without an incident, else one caller at each probe's time.

    The right to probe is taken in the caller's transaction, so that of many callers one gets it.
    """
    incident = current(session, provider)
    if incident is None:
        return True
    moment = now()
    take = (
        update(Incident)
        .where(col(Incident.id) == incident.id, col(Incident.next_probe_at) <= moment)
        .values(next_probe_at=moment + _FIRST_PROBE)
        .execution_options(synchronize_session=False)
    )
    return changed(session, take) == 1


def probe_now(session: Session, provider: str) -> None:
    """Let the next caller try at once: the admin has changed something."""
    open_one = (col(Incident.provider) == provider, col(Incident.resolved_at).is_(None))
    session.exec(update(Incident).where(*open_one).values(next_probe_at=now()))


def resolve(session: Session, provider: str, *, part: str) -> bool:
    """Close the provider's incident if it was about this part; whether there was one."""
    close = update(Incident).where(
        col(Incident.provider) == provider, col(Incident.part) == part, col(Incident.resolved_at).is_(None)
    )
    return changed(session, close.values(resolved_at=now())) > 0


def list_open(session: Session) -> list[Incident]:
    """All open incidents, oldest first."""
    return list(session.exec(select(Incident).where(col(Incident.resolved_at).is_(None)).order_by(col(Incident.id))))
