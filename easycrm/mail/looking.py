"""Looks at mailboxes that are due and were read to the end: many at once, in two transactions for all of them.

Most looks find nothing new. A mailbox where something is new, or anything out of the ordinary, is left to `sync`.
"""

import asyncio
import secrets
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import bindparam
from sqlalchemy import select as columns
from sqlmodel import Session, col, or_, update

from easycrm.core.clock import now
from easycrm.core.db import portions, transaction
from easycrm.core.errors import EasyCRMError
from easycrm.core.log import logger
from easycrm.mail import reconcile, schedule, token_vault
from easycrm.mail.connection import Connection, Status
from easycrm.mail.folder import MailFolder
from easycrm.mail.store import LEASE
from easycrm.notices import incident
from easycrm.providers.base import TokenSource
from easycrm.providers.registry import PROVIDERS

AT_ONCE = 250
_WIDE = 50
# A lease lasts longer, so that what is found still counts.
_SECONDS_EACH = 45
_log = logger(__name__)


@dataclass(frozen=True)
class Looked:
    """What a round brought: how many had nothing new, and the ids of those to be synced."""

    quiet: int
    to_sync: tuple[int, ...]

    @property
    def whole(self) -> bool:
        """Whether as many were due as fit into a round: there may be more."""
        return self.quiet + len(self.to_sync) >= AT_ONCE


@dataclass(frozen=True)
class _Look:
    """One mailbox of a round, and what is needed to ask its provider."""

    connection_id: int
    generation: int
    provider: str
    due_at: datetime
    succeeded_at: datetime
    cursors: Mapping[str, str]
    left_out: frozenset[str]
    access: TokenSource | None


async def look() -> Looked:
    """One round over the mailboxes that have waited longest."""
    owner = secrets.token_hex(16)
    looks = await asyncio.to_thread(_claim, owner)
    waiting, quiet = iter(looks), list[_Look]()

    async def work() -> None:
        for one in waiting:
            if await _is_quiet(one):
                quiet.append(one)

    if looks:
        await asyncio.gather(*(work() for _ in range(min(_WIDE, len(looks)))))
        await asyncio.to_thread(_finish, owner, looks, quiet)
    idents = {one.connection_id for one in quiet}
    return Looked(len(quiet), tuple(one.connection_id for one in looks if one.connection_id not in idents))


async def _is_quiet(one: _Look) -> bool:
    """Whether nothing is new. What goes wrong is left to the sync, which knows whose turn it is."""
    if one.access is None:
        return False
    try:
        async with asyncio.timeout(_SECONDS_EACH):
            return await PROVIDERS[one.provider].quiet(one.access, one.cursors, one.left_out)
    except (EasyCRMError, TimeoutError) as error:
        _log.info("a look failed", connection=one.connection_id, reason=type(error).__name__)
        return False


def _claim(owner: str) -> list[_Look]:
    """Take mailboxes that are due, whose last run came to its end, and that need nothing but a look."""
    moment = now()
    with transaction() as session:
        paused = [key for key in PROVIDERS if incident.current(session, key) is not None]
        query = (
            columns(
                col(Connection.id), col(Connection.generation), col(Connection.provider),
                col(Connection.next_sync_at), col(Connection.last_success_at),
            )
            .where(
                col(Connection.status) == Status.CONNECTED,
                col(Connection.next_sync_at) <= moment,
                or_(col(Connection.lease_until).is_(None), col(Connection.lease_until) < moment),
                col(Connection.lease_owner) == "",
                col(Connection.failures) == 0,
                col(Connection.import_finished_at).is_not(None),
                col(Connection.last_success_at) >= col(Connection.last_attempt_at),
                col(Connection.last_reconciled_at) > moment - reconcile.EVERY,
                col(Connection.sift_done) >= col(Connection.sift_wanted),
                col(Connection.provider).not_in(paused),
            )
            .order_by(col(Connection.next_sync_at))
            .limit(AT_ONCE)
            .with_for_update(skip_locked=True)
        )  # fmt: skip
        rows = session.connection().execute(query).all()
        ids = [row.id or 0 for row in rows]
        _hold(session, ids, owner, moment)
        cursors, left_out = _folders(session, ids)
    access = token_vault.ready({row.id or 0: row.generation for row in rows})
    return [
        _Look(
            ident or 0, generation, provider, due_at or moment, succeeded_at or moment,
            cursors.get(ident or 0, {}), frozenset(left_out.get(ident or 0, ())), access.get(ident or 0),
        )
        for ident, generation, provider, due_at, succeeded_at in rows
    ]  # fmt: skip


def _hold(session: Session, ids: Sequence[int], owner: str, moment: datetime) -> None:
    for some in portions(ids):
        taking = update(Connection).where(col(Connection.id).in_(some))
        taking = taking.values(lease_owner=owner, lease_until=moment + LEASE, last_attempt_at=moment)
        session.exec(taking.execution_options(synchronize_session=False))


def _folders(session: Session, ids: Sequence[int]) -> tuple[dict[int, dict[str, str]], dict[int, set[str]]]:
    """By connection, cursors by stream, and the folders that its owner left out."""
    cursors, left_out = dict[int, dict[str, str]](), dict[int, set[str]]()
    for some in portions(ids):
        query = columns(
            col(MailFolder.connection_id),
            col(MailFolder.provider_folder_id),
            col(MailFolder.cursor),
            col(MailFolder.excluded),
        ).where(col(MailFolder.connection_id).in_(some), or_(col(MailFolder.cursor) != "", col(MailFolder.excluded)))
        for connection_id, stream, cursor, excluded in session.connection().execute(query):
            if cursor:
                cursors.setdefault(connection_id, {})[stream] = cursor
            if excluded:
                left_out.setdefault(connection_id, set()).add(stream)
    return cursors, left_out


def _finish(owner: str, looks: Sequence[_Look], quiet: Collection[_Look]) -> None:
    """Note the successes, and let go of the others, which stay due, as do those that were asked for meanwhile."""
    moment = now()
    values = [
        {
            "its_id": one.connection_id,
            "its_generation": one.generation,
            "due_at": moment + timedelta(seconds=schedule.next_look(one.due_at, one.succeeded_at, quiet=True)),
        }
        for one in quiet
    ]
    mine = update(Connection).where(col(Connection.lease_owner) == owner)
    mine = mine.values(lease_owner="", lease_until=None).execution_options(synchronize_session=False)
    finished = mine.where(
        col(Connection.id) == bindparam("its_id"),
        col(Connection.generation) == bindparam("its_generation"),
        col(Connection.next_sync_at) <= col(Connection.last_attempt_at),
    ).values(last_success_at=moment, next_sync_at=bindparam("due_at"), changed_seq=Connection.changed_seq + 1)
    with transaction() as session:
        if values:
            session.connection().execute(finished, values)
        for some in portions(one.connection_id for one in looks):
            session.exec(mine.where(col(Connection.id).in_(some)))
