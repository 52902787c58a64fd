"""A consent that was begun: what must come back from the provider, bound to session, user and provider."""

import hashlib
from datetime import datetime, timedelta

from sqlalchemy import Column, Integer
from sqlmodel import Field, Session, col, delete, select, update

from easycrm.core.clock import now
from easycrm.core.db import Table, UtcDateTime, changed
from easycrm.core.sealed import Binding

LIFETIME = timedelta(minutes=10)
CONNECTED = "connected"
TESTED = "tested"
_KEPT = timedelta(days=1)


class ConsentAttempt(Table, table=True):
    """One trip to a consent screen; usable once, for ten minutes. Only the SHA-256 of `state` is kept."""

    id: int | None = Field(default=None, primary_key=True)
    state_hash: str = Field(unique=True, max_length=64)
    provider: str = Field(max_length=20)
    user_id: int = Field(foreign_key="user.id", index=True)
    session_id: int = Field(foreign_key="user_session.id", ondelete="CASCADE", index=True)
    flow: str = Field(default="", description="sealed PKCE verifier and nonce, erased when the attempt ends")
    reconnects: int | None = Field(default=None, foreign_key="connection.id")
    window_days: int | None = Field(default=30, sa_column=Column(Integer), description="None imports everything")
    tests_setup: bool = Field(default=False, description="an admin's test: nothing is connected")
    return_path: str = Field(default="/settings/email", max_length=300)
    created_at: datetime = Field(default_factory=now, sa_column=Column(UtcDateTime, nullable=False))
    expires_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
    claimed_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime))
    outcome: str = Field(default="", description="empty while open; connected, or the failure's kind", max_length=40)
    connection_id: int | None = Field(default=None, foreign_key="connection.id")


def state_hash(state: str) -> str:
    """How an attempt is found by its state, without keeping the state."""
    return hashlib.sha256(state.encode()).hexdigest()


def binding(state_hash: str) -> Binding:
    """Where the sealed flow of an attempt lives."""
    return Binding("consent_attempt", "flow", state_hash)


def find(session: Session, state: str) -> ConsentAttempt | None:
    """The attempt that this state belongs to."""
    return session.exec(select(ConsentAttempt).where(ConsentAttempt.state_hash == state_hash(state))).first()


def claim(session: Session, attempt_id: int) -> bool:
    """Use the attempt up; of any number of callers one gets True."""
    moment = now()
    statement = (
        update(ConsentAttempt)
        .where(
            col(ConsentAttempt.id) == attempt_id,
            col(ConsentAttempt.claimed_at).is_(None),
            col(ConsentAttempt.expires_at) > moment,
        )
        .values(claimed_at=moment)
    )
    return changed(session, statement) == 1


def end(session: Session, attempt_id: int, outcome: str, connection_id: int | None = None) -> bool:
    """Write down how the attempt ended and forget its flow; False when it, or its session, has ended already."""
    statement = (
        update(ConsentAttempt)
        .where(col(ConsentAttempt.id) == attempt_id, col(ConsentAttempt.outcome) == "")
        .values(outcome=outcome[:40], flow="", connection_id=connection_id)
    )
    return changed(session, statement) == 1


def in_progress(session: Session, provider: str, user_id: int) -> bool:
    """Whether the user may be at the provider's consent screen at this moment."""
    return (
        session.exec(
            select(ConsentAttempt.id).where(
                ConsentAttempt.provider == provider,
                ConsentAttempt.user_id == user_id,
                ConsentAttempt.outcome == "",
                col(ConsentAttempt.expires_at) > now(),
            )
        ).first()
        is not None
    )


def forget_old(session: Session) -> None:
    """Delete attempts that expired a day ago, and the flows of all that expired."""
    moment = now()
    session.exec(delete(ConsentAttempt).where(col(ConsentAttempt.expires_at) < moment - _KEPT))
    session.exec(
        update(ConsentAttempt)
        .where(col(ConsentAttempt.expires_at) < moment, col(ConsentAttempt.flow) != "")
        .values(flow="")
    )
