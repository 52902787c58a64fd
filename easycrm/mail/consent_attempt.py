"""A consent that was begun: what must come back from the provider, bound to session, user and provider."""

from datetime import datetime

from sqlalchemy import Column
from sqlmodel import Field

from easycrm.core.clock import now
from easycrm.core.db import Table, UtcDateTime


class ConsentAttempt(Table, table=True):
    """One trip to a consent screen; usable once, for ten minutes. Only the SHA-256 of `state` is kept."""

    id: int | None = Field(default=None, primary_key=True)
    state_hash: str = Field(unique=True, max_length=64)
    provider: str = Field(max_length=20)
    user_id: int = Field(foreign_key="user.id", index=True)
    session_id: int = Field(foreign_key="user_session.id", ondelete="CASCADE", index=True)
    flow: str = Field(default="", description="sealed PKCE verifier and nonce, erased when the attempt ends")
    reconnects: int | None = Field(default=None, foreign_key="connection.id")
    window_days: int | None = 30
    return_path: str = Field(default="/settings/email", max_length=300)
    created_at: datetime = Field(default_factory=now, sa_column=Column(UtcDateTime, nullable=False))
    expires_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
    claimed_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime))
    outcome: str = Field(default="", description="empty while open; connected, or the failure's kind", max_length=40)
    connection_id: int | None = Field(default=None, foreign_key="connection.id")
