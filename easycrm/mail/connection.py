"""The connection of one user to one mailbox: its stored status, its generation, its place in the schedule."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import BigInteger, Column, Index, Integer
from sqlmodel import Field, Session, col, select, update

from easycrm.core import wording
from easycrm.core.clock import now
from easycrm.core.db import LARGEST_ID, Table, UtcDateTime, changed
from easycrm.core.errors import EasyCRMError, NotFound
from easycrm.providers.base import Capability


class Status(StrEnum):
    """The three stored statuses; everything else on screen is derived."""

    CONNECTED = "connected"
    REQUIRES_REAUTHENTICATION = "requires_reauthentication"
    NOT_CONNECTED = "not_connected"


class ConnectionEnded(EasyCRMError):
    """The generation that a run or a token belongs to is over: stop, write nothing, tell nobody."""

    default_message = wording.connecting.CONNECTION_ENDED


class Connection(Table, table=True):
    """One user's mailbox. `generation` rises with each connect, reconnect and disconnect: it fences off old runs."""

    __table_args__ = (
        Index("ix_connection_identity", "user_id", "provider", "subject", unique=True),
        # All that is asked when due mailboxes are picked: the rows themselves are not read.
        Index("ix_connection_due", "status", "next_sync_at", "lease_until", "id"),
    )
    id: int | None = Field(default=None, primary_key=True)
    user_id: int = Field(foreign_key="user.id")
    provider: str = Field(max_length=20)
    subject: str = Field(max_length=255)
    address: str = Field(max_length=320)
    name: str = Field(default="", max_length=200)
    status: str = Field(default=Status.CONNECTED, max_length=30)
    reason: str = Field(default="", description="why it is not Connected, or what was switched off", max_length=200)
    generation: int = 1
    capabilities: str = Field(default="", description="granted ones, comma-separated names of Capability")
    is_default_sender: bool = False
    visibility: str = Field(default="metadata", max_length=12)
    creates_contacts_since: datetime | None = Field(
        default=None,
        sa_column=Column(UtcDateTime),
        description="whom its owner has written to since then becomes a contact; None: nobody",
    )
    signature: str = Field(default="", description="clean HTML, put below what is written from this mailbox")
    # The column has no default of its own: SQLAlchemy would put it in the place of None.
    window_days: int | None = Field(default=30, sa_column=Column(Integer), description="None imports everything")
    connected_at: datetime = Field(default_factory=now, sa_column=Column(UtcDateTime, nullable=False))

    # The schedule: when it is due, who works on it, and until when that counts.
    next_sync_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime))
    lease_owner: str = Field(default="", max_length=64)
    lease_until: datetime | None = Field(default=None, sa_column=Column(UtcDateTime))
    last_success_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime))
    last_attempt_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime))
    last_reconciled_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime))
    failures: int = Field(default=0, description="in a row, since the last success")
    wait_until: datetime | None = Field(
        default=None, sa_column=Column(UtcDateTime), description="the provider asked not to be asked earlier"
    )
    failing_since: datetime | None = Field(
        default=None, sa_column=Column(UtcDateTime), description="the first failure since the last success"
    )
    last_error: str = Field(default="", max_length=300)

    # Progress of the import, read by the pages without counting rows.
    import_started_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime))
    import_finished_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime))
    import_done: int = 0
    import_total: int | None = None
    recovered_from: datetime | None = Field(default=None, sa_column=Column(UtcDateTime))
    # Rules and folder choices: how often the stored mail was to be sifted by them, and how often it was.
    sift_wanted: int = 0
    sift_done: int = 0
    folders_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime), description="last listed")
    unsearched_below: int | None = Field(
        default=None,
        sa_column=Column(BigInteger),
        description="stored messages with a smaller sort key are not in the search index yet; None: all are",
    )
    changed_seq: int = Field(default=0, sa_column=Column(BigInteger, nullable=False, default=0))


def beginning(anchor: datetime, days: int | None) -> datetime | None:
    """Where a window of so many days before `anchor` begins; None where it holds everything."""
    return None if days is None else anchor - timedelta(days=days)


def owned(session: Session, user_id: int, connection_id: int) -> Connection:
    """The connection, if it is this user's.

    Raises:
        NotFound: it does not exist or belongs to somebody else.
    """
    found = session.get(Connection, connection_id) if connection_id <= LARGEST_ID else None
    if found is None or found.user_id != user_id:
        raise NotFound
    return found


def of_user(session: Session, user_id: int) -> list[Connection]:
    """All of a user's mailboxes, disconnected ones too, in the order in which they came."""
    return list(session.exec(select(Connection).where(Connection.user_id == user_id).order_by(col(Connection.id))))


def live_of(session: Session, provider: str, subject: str, *, but: int | None = None) -> list[Connection]:
    """Connected rows of one mailbox, of whichever user, leaving out row `but`: at Google they share one grant."""
    rows = select(Connection).where(
        Connection.provider == provider, Connection.subject == subject, Connection.status == Status.CONNECTED
    )
    return [connection for connection in session.exec(rows) if connection.id != but]


def capabilities_of(connection: Connection) -> frozenset[Capability]:
    """What the mailbox's owner granted."""
    return frozenset(Capability[name] for name in connection.capabilities.split(",") if name)


def written(capabilities: Iterable[Capability]) -> str:
    """Capabilities as they stand in the column."""
    return ",".join(sorted(capability.name for capability in capabilities))


def record_capabilities(session: Session, connection_id: int, capabilities: Iterable[Capability]) -> bool:
    """Keep what is granted now; whether that is news."""
    now_granted = written(capabilities)
    statement = (
        update(Connection)
        .where(col(Connection.id) == connection_id, col(Connection.capabilities) != now_granted)
        .values(capabilities=now_granted, changed_seq=Connection.changed_seq + 1)
    )
    return changed(session, statement) == 1
