"""The tokens of a Connected mailbox, sealed; and those that wait to be revoked."""

from datetime import datetime

from sqlalchemy import Column
from sqlmodel import Field, Session, col, delete

from easycrm.core.clock import now
from easycrm.core.db import Table, UtcDateTime
from easycrm.core.sealed import Binding


class TokenSet(Table, table=True):
    """The tokens of one connection; there is none unless the connection is Connected.

    `version` rises with every stored change: a refresh is stored by compare-and-swap on it.
    """

    connection_id: int = Field(primary_key=True, foreign_key="connection.id", sa_column_kwargs={"autoincrement": False})
    generation: int
    version: int = 1
    access_token: str
    refresh_token: str
    expires_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
    refreshed_at: datetime = Field(default_factory=now, sa_column=Column(UtcDateTime, nullable=False))
    refresh_owner: str = Field(default="", max_length=64)
    refresh_until: datetime | None = Field(default=None, sa_column=Column(UtcDateTime))


class PendingRevocation(Table, table=True):
    """A refresh token that still has to be revoked at its provider; gone after 24 hours whatever happens."""

    id: int | None = Field(default=None, primary_key=True)
    connection_id: int = Field(foreign_key="connection.id", index=True)
    provider: str = Field(max_length=20)
    generation: int
    refresh_token: str
    attempts: int = 0
    next_attempt_at: datetime = Field(default_factory=now, sa_column=Column(UtcDateTime, nullable=False, index=True))
    destroy_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))


def binding(column: str, connection_id: int, generation: int, table: str = "token_set") -> Binding:
    """Where a token of this connection and generation lives."""
    return Binding(table, column, str(connection_id), generation)


def destroy(session: Session, connection_id: int) -> None:
    """Delete the connection's tokens."""
    session.exec(delete(TokenSet).where(col(TokenSet.connection_id) == connection_id))
