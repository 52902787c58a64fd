"""What is written in EasyCRM: a draft, then a message on its way out, with its files."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import BigInteger, Column, Index, LargeBinary
from sqlmodel import Field, Session

from easycrm.core import wording
from easycrm.core.clock import now
from easycrm.core.db import LARGEST_ID, Table, UtcDateTime
from easycrm.core.errors import NotFound, Refused
from easycrm.mail.message import BigId


class DraftChanged(Refused):
    """It was saved elsewhere meanwhile."""

    default_message = wording.writing.DRAFT_CHANGED


class State(StrEnum):
    """Where a message stands. Once it is `sending`, the provider may have it: nothing but the person sends it again."""

    DRAFT = "draft"
    QUEUED = "queued"
    SENDING = "sending"
    SENT = "sent"
    FAILED = "failed"
    UNKNOWN = "unknown"


# What waits for the person's decision.
ATTENTION = (State.FAILED, State.UNKNOWN)


class OutboxMessage(Table, table=True):
    """A message being written, waiting, or gone. Recipients stand as typed until it is sent."""

    __table_args__ = (
        Index("ix_outbox_message_key", "key", unique=True),
        Index("ix_outbox_message_user", "user_id", "state"),
        Index("ix_outbox_message_next", "next_at"),
        Index("ix_outbox_message_thread", "thread_id"),
    )
    id: int | None = Field(default=None, primary_key=True)
    user_id: int = Field(foreign_key="user.id")
    connection_id: int | None = Field(default=None, foreign_key="connection.id")
    key: str = Field(max_length=32, description="the idempotency key; it travels in the header X-EasyCRM-Id")
    kind: str = Field(default="new", max_length=12, description="new, reply, reply_all or forward")
    answers_id: int | None = Field(default=None, sa_column=Column(BigInteger), description="the message answered")
    thread_id: int | None = Field(default=None, sa_column=Column(BigInteger))
    state: str = Field(default=State.DRAFT, max_length=10)
    version: int = Field(default=1, description="rises with each save: a tab that lags behind is told")
    to: str = ""
    cc: str = ""
    bcc: str = ""
    subject: str = ""
    html: str = ""
    quoted: str = Field(default="", description="the answered message as clean HTML, put below the text")
    created_at: datetime = Field(default_factory=now, sa_column=Column(UtcDateTime, nullable=False))
    updated_at: datetime = Field(default_factory=now, sa_column=Column(UtcDateTime, nullable=False))

    due_at: datetime | None = Field(
        default=None, sa_column=Column(UtcDateTime), description="when it is to go, as the person was told"
    )
    scheduled: bool = Field(default=False, description="the person chose the time")
    next_at: datetime | None = Field(
        default=None, sa_column=Column(UtcDateTime), description="when the worker has to look at it; None: never"
    )
    lease_owner: str = Field(default="", max_length=32)
    lease_until: datetime | None = Field(default=None, sa_column=Column(UtcDateTime))
    attempts: int = Field(default=0, description="times it was certainly not accepted, or was looked for")
    handed_over_at: datetime | None = Field(
        default=None, sa_column=Column(UtcDateTime), description="just before the provider was asked to send it"
    )
    sent_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime))
    message_id_header: str = Field(default="", max_length=998)
    provider_message_id: str = Field(default="", max_length=300)
    reason: str = Field(default="", max_length=300, description="why it failed or what is unknown, for the person")


class OutboxFile(Table, table=True):
    """A file of a draft; a forwarded one names the attachment that its bytes come from. `size` in bytes."""

    id: int | None = Field(default=None, primary_key=True)
    outbox_id: int = Field(foreign_key="outbox_message.id", index=True)
    file_name: str = Field(max_length=500)
    media_type: str = Field(default="application/octet-stream", max_length=200)
    size: int = 0
    source_attachment_id: int | None = Field(default=None, sa_column=Column(BigInteger))
    complete: bool = Field(default=False, description="all of its bytes are here")


class OutboxChunk(Table, table=True):
    """Some bytes of a file, so that none is ever held in memory whole while it is uploaded."""

    id: int | None = Field(default=None, sa_column=Column(BigId, primary_key=True))
    file_id: int = Field(foreign_key="outbox_file.id", index=True)
    data: bytes = Field(sa_column=Column(LargeBinary, nullable=False))


def own(session: Session, user_id: int, draft_id: int, *, lock: bool = False) -> OutboxMessage:
    """The row, if it is this user's.

    Raises:
        NotFound: it does not exist or belongs to somebody else.
    """
    found = session.get(OutboxMessage, draft_id, with_for_update=lock) if draft_id <= LARGEST_ID else None
    if found is None or found.user_id != user_id:
        raise NotFound
    return found


def editable(session: Session, user_id: int, draft_id: int) -> OutboxMessage:
    """The row, locked, if it is this user's and still a draft.

    Raises:
        NotFound: it does not exist or belongs to somebody else.
        Refused: it is on its way.
    """
    found = own(session, user_id, draft_id, lock=True)
    if found.state != State.DRAFT:
        raise Refused(wording.writing.NOT_A_DRAFT)
    return found
