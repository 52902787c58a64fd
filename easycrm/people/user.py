"""Users, their browser sessions, and the links that let somebody in without a password."""

from datetime import datetime
from typing import Literal

from sqlalchemy import Column
from sqlmodel import Field

from easycrm.core.clock import now
from easycrm.core.db import Table, UtcDateTime

Role = Literal["member", "admin"]


class User(Table, table=True):
    """Somebody who may sign in."""

    id: int | None = Field(default=None, primary_key=True)
    email: str = Field(unique=True, max_length=320)
    name: str = Field(default="", max_length=200)
    role: str = Field(default="member", max_length=16)
    password_hash: str
    active: bool = True
    created_at: datetime = Field(default_factory=now, sa_column=Column(UtcDateTime, nullable=False))
    last_sign_in_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime))
    theme: str = Field(default="", max_length=8, description="system, light or dark; empty: never chosen")
    erase_asked_at: datetime | None = Field(
        default=None, sa_column=Column(UtcDateTime), description="an admin decided that all data of this person goes"
    )
    erase_asked_by: int | None = None


class UserSession(Table, table=True):
    """A signed-in browser; only the SHA-256 of its cookie is kept."""

    id: int | None = Field(default=None, primary_key=True)
    user_id: int = Field(foreign_key="user.id", index=True)
    token_hash: str = Field(unique=True, max_length=64)
    device: str = Field(default="", max_length=60, description="browser and system, as people call them")
    created_at: datetime = Field(default_factory=now, sa_column=Column(UtcDateTime, nullable=False))
    expires_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))


class AccessLink(Table, table=True):
    """A link that works once: an invitation, or with `user_id` a new password; only the SHA-256 of it is kept."""

    id: int | None = Field(default=None, primary_key=True)
    email: str = Field(max_length=320, index=True)
    role: str = Field(default="member", max_length=16)
    user_id: int | None = Field(default=None, foreign_key="user.id", index=True)
    token_hash: str = Field(unique=True, max_length=64)
    created_by: int
    created_at: datetime = Field(default_factory=now, sa_column=Column(UtcDateTime, nullable=False))
    expires_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))


class SetupLink(Table, table=True):
    """The one-time link that lets the first admin in; only its SHA-256 is kept."""

    id: int | None = Field(default=None, primary_key=True)
    token_hash: str = Field(unique=True, max_length=64)
    expires_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
    used_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime))
