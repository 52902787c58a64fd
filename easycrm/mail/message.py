"""Stored messages: the row, its body apart and compressed, its participants and attachments."""

from datetime import datetime

from sqlalchemy import BigInteger, Column, Index, Integer, LargeBinary, String
from sqlmodel import Field

from easycrm.core.db import Table, UtcDateTime

# SQLite numbers rows by itself only in a column of type INTEGER; PostgreSQL needs the larger type.
BigId = BigInteger().with_variant(Integer, "sqlite")
Bytewise = String(320).with_variant(String(320, collation="C"), "postgresql")


class Message(Table, table=True):
    """One message of one mailbox, keyed by connection and provider message id.

    `sort_key` is the received time in milliseconds times 2^20, plus a tie-breaker made from the provider's id:
    unique within the mailbox, the newest highest.

    `unread`, `starred` and `place` are what EasyCRM shows; `provider_…` is what the provider said last.
    """

    __table_args__ = (
        Index("ix_message_identity", "connection_id", "provider_message_id", unique=True),
        Index("ix_message_thread", "thread_id", "sort_key"),
        Index("ix_message_time", "connection_id", "sort_key"),
        Index("ix_message_rfc_id", "message_id_header", "connection_id"),
    )
    id: int | None = Field(default=None, sa_column=Column(BigId, primary_key=True))
    connection_id: int = Field(foreign_key="connection.id")
    thread_id: int = Field(sa_column=Column(BigInteger, nullable=False))
    generation: int
    provider_message_id: str = Field(max_length=300)
    message_id_header: str = Field(default="", max_length=998)
    in_reply_to: str = Field(default="", max_length=998)
    references: str = ""
    subject: str = ""
    sender_email: str = Field(default="", max_length=320)
    sender_name: str = Field(default="", max_length=320)
    snippet: str = Field(default="", max_length=300)
    received_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
    sort_key: int = Field(sa_column=Column(BigInteger, nullable=False))
    unread: bool = False
    starred: bool = False
    place: str = Field(default="", max_length=8, description="a `Place`")
    provider_unread: bool = False
    provider_starred: bool = False
    provider_place: str = Field(default="", max_length=8)
    labels: str = Field(default="", description="space-separated folder or label ids, each with a space on both sides")
    has_attachments: bool = False
    size: int = 0
    unseen_since: datetime | None = Field(
        default=None,
        sa_column=Column(UtcDateTime),
        description="left its folder in a run not yet ended: removed with the run unless it turns up elsewhere",
    )


class MessageBody(Table, table=True):
    """Text and HTML as received, zlib-compressed UTF-8; sanitised on view, never before."""

    message_id: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    text: bytes = Field(default=b"", sa_column=Column(LargeBinary, nullable=False))
    html: bytes = Field(default=b"", sa_column=Column(LargeBinary, nullable=False))


class Participant(Table, table=True):
    """One address in one message's header; `role` is from, to, cc, bcc or reply_to.

    `connection_id` and `sort_key` are the message's: the mail with somebody, newest first, is one index range.
    """

    __table_args__ = (
        Index("ix_participant_email", "email", "message_id"),
        Index("ix_participant_timeline", "base_email", "sort_key", "connection_id", "message_id"),
    )
    id: int | None = Field(default=None, sa_column=Column(BigId, primary_key=True))
    message_id: int = Field(sa_column=Column(BigInteger, nullable=False, index=True))
    role: str = Field(max_length=8)
    email: str = Field(max_length=320)
    name: str = Field(default="", max_length=320)
    # Compared byte by byte, so that what begins with some letters is an index range on PostgreSQL too.
    base_email: str = Field(default="", sa_column=Column(Bytewise, nullable=False, default=""))
    connection_id: int = 0
    sort_key: int = Field(default=0, sa_column=Column(BigInteger, nullable=False, default=0))


class Attachment(Table, table=True):
    """An attachment as listed by the provider; its bytes stay there until asked for. `size` in bytes."""

    id: int | None = Field(default=None, sa_column=Column(BigId, primary_key=True))
    message_id: int = Field(sa_column=Column(BigInteger, nullable=False, index=True))
    provider_part_id: str = Field(max_length=500)
    file_name: str = Field(default="", max_length=500)
    media_type: str = Field(default="application/octet-stream", max_length=200)
    size: int = 0
    content_id: str = Field(default="", max_length=300)
    inline: bool = False
