"""Refreshing a connection's tokens: one request among all processes, stored before use, no lock held meanwhile."""

import asyncio
import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from time import monotonic
from typing import Any

from sqlalchemy import ColumnElement
from sqlmodel import Session, col, or_, select, update

from easycrm.core import counting, key_canary, wording
from easycrm.core.clock import now
from easycrm.core.db import changed, reading, transaction
from easycrm.core.log import logger
from easycrm.core.sealed import CannotOpen, ring
from easycrm.mail import outage, provider_setup
from easycrm.mail.connection import Connection, ConnectionEnded, record_capabilities
from easycrm.mail.token_set import TokenSet, binding
from easycrm.providers.base import Tokens
from easycrm.providers.errors import GrantRevoked, ProviderMisconfigured, ProviderUnavailable, UnexpectedRefusal
from easycrm.providers.registry import provider as known

CALL_SECONDS = 40
LEASE = timedelta(seconds=60)
TRIES_BEFORE_INCIDENT = 5
_PATIENCE_SECONDS = 90
_LOOK_EVERY_SECONDS = 0.1

_log = logger(__name__)


@dataclass(frozen=True)
class Held:
    """A stored access token, opened."""

    version: int
    access_token: str = field(repr=False)
    expires_at: datetime
    refreshed_at: datetime


def held(connection_id: int, generation: int) -> Held:
    """The stored access token of this generation.

    Raises:
        ConnectionEnded: the generation is over.
        GrantRevoked: it cannot be opened; the owner has been asked to reconnect.
    """
    stored = _stored(connection_id, generation)
    token = _open(stored, "access_token")
    return Held(stored.version, token, stored.expires_at, stored.refreshed_at)


class Refresh:
    """One caller's wish for tokens newer than those it has seen."""

    def __init__(self, connection_id: int, generation: int) -> None:
        self._connection_id = connection_id
        self._generation = generation
        self._owner = secrets.token_hex(16)

    async def after(self, seen: int) -> Held:
        """Tokens of a later version than `seen`: by own request, or by that of whoever came first.

        Raises:
            ConnectionEnded: the generation is over.
            ProviderError: refreshing failed, here or there; what follows from it has been done.
        """
        deadline = monotonic() + _PATIENCE_SECONDS
        while monotonic() < deadline:
            if await asyncio.to_thread(self._take_lease, seen):
                return await self._request(seen)
            newer = await self._watch(seen, deadline)
            if newer is not None:
                return newer
        raise ProviderUnavailable(code="refresh_took_too_long")

    def _take_lease(self, seen: int) -> bool:
        moment = now()
        # A lease that ends further away than any lease lasts was taken by a clock that is off, and counts for nothing.
        free = or_(
            col(TokenSet.refresh_until).is_(None),
            col(TokenSet.refresh_until) <= moment,
            col(TokenSet.refresh_until) > moment + 2 * LEASE,
        )
        with transaction() as session:
            take = update(TokenSet).where(*self._version(seen), free)
            return changed(session, take.values(refresh_owner=self._owner, refresh_until=moment + LEASE)) == 1

    async def _watch(self, seen: int, deadline: float) -> Held | None:
        """Wait for the one who has the lease; None when that one died and the lease is free again."""
        while monotonic() < deadline:
            stored = await asyncio.to_thread(_stored, self._connection_id, self._generation)
            if stored.version != seen:
                return held(self._connection_id, self._generation)
            if stored.refresh_until is None:
                raise ProviderUnavailable(code="refresh_failed_elsewhere")
            if not now() < stored.refresh_until <= now() + 2 * LEASE:
                return None
            await asyncio.sleep(_LOOK_EVERY_SECONDS)
        return None

    async def _request(self, seen: int) -> Held:
        key = self._provider()
        counting.add("token_refreshes", provider=key)
        refresh_token = _open(_stored(self._connection_id, self._generation), "refresh_token")
        try:
            tokens = await self._ask(key, refresh_token)
            await asyncio.to_thread(self._store, seen, tokens)
        except GrantRevoked as error:
            return await asyncio.to_thread(self._replaced_or_gone, seen, error)
        except BaseException as error:
            self._release()
            if isinstance(error, ProviderMisconfigured) or (
                isinstance(error, UnexpectedRefusal) and self._failures() >= TRIES_BEFORE_INCIDENT
            ):
                outage.provider_fault(key, error, part=outage.SIGN_IN)
            raise
        outage.provider_works(key, part=outage.SIGN_IN)
        return held(self._connection_id, self._generation)

    def _provider(self) -> str:
        with reading() as session:
            return session.get_one(Connection, self._connection_id).provider

    def _failures(self) -> int:
        with reading() as session:
            return session.get_one(Connection, self._connection_id).failures

    async def _ask(self, key: str, refresh_token: str) -> Tokens:
        config = provider_setup.config(key, even_if_off=True)
        try:
            async with asyncio.timeout(CALL_SECONDS):
                return await known(key).refresh(config, refresh_token)
        except TimeoutError as error:
            raise ProviderUnavailable(code="refresh_timed_out") from error

    def _store(self, seen: int, tokens: Tokens) -> None:
        values: dict[str, Any] = {
            "version": seen + 1,
            "access_token": self._seal(tokens.access_token, "access_token"),
            "expires_at": tokens.expires_at,
            "refreshed_at": now(),
            "refresh_owner": "",
            "refresh_until": None,
        }
        if tokens.refresh_token is not None:
            values["refresh_token"] = self._seal(tokens.refresh_token, "refresh_token")
        with transaction() as session:
            # Whoever changes both rows locks the connection first; the other order would deadlock with a disconnect.
            session.get_one(Connection, self._connection_id, with_for_update=True)
            if changed(session, update(TokenSet).where(*self._version(seen)).values(**values)) == 1:
                self._note_capabilities(session, tokens)

    def _note_capabilities(self, session: Session, tokens: Tokens) -> None:
        if tokens.capabilities is not None and record_capabilities(session, self._connection_id, tokens.capabilities):
            _log.info("granted scopes changed", connection_id=self._connection_id)

    def _replaced_or_gone(self, seen: int, error: GrantRevoked) -> Held:
        """Somebody may have stored a newer token while this one was refused; else the grant is dead."""
        if _stored(self._connection_id, self._generation).version != seen:
            return held(self._connection_id, self._generation)
        outage.requires_reauthentication(self._connection_id, self._generation, wording.connecting.GRANT_ENDED)
        raise error

    def _release(self) -> None:
        with transaction() as session:
            mine = (col(TokenSet.connection_id) == self._connection_id, col(TokenSet.refresh_owner) == self._owner)
            session.exec(update(TokenSet).where(*mine).values(refresh_owner="", refresh_until=None))

    def _version(self, seen: int) -> tuple[ColumnElement[bool], ...]:
        return (
            col(TokenSet.connection_id) == self._connection_id,
            col(TokenSet.generation) == self._generation,
            col(TokenSet.version) == seen,
        )

    def _seal(self, token: str, column: str) -> str:
        return key_canary.seal(token, binding(column, self._connection_id, self._generation))


def _stored(connection_id: int, generation: int) -> TokenSet:
    with reading() as session:
        stored = session.exec(
            select(TokenSet).where(TokenSet.connection_id == connection_id, TokenSet.generation == generation)
        ).first()
    if stored is None:
        raise ConnectionEnded
    return stored


def _open(stored: TokenSet, column: str) -> str:
    try:
        return ring().open(getattr(stored, column), binding(column, stored.connection_id, stored.generation))
    except CannotOpen as error:
        if not key_canary.fits():
            # Another process seals with a key that this one was not given: nobody has to reconnect for that.
            _log.error("EASYCRM_KEYS lacks the key that seals: restart this process with the whole ring")
            raise ProviderUnavailable(code="key_missing_in_this_process", detail=error.detail) from error
        outage.requires_reauthentication(stored.connection_id, stored.generation, wording.KEY_UNAVAILABLE)
        raise GrantRevoked(code=wording.KEY_UNAVAILABLE, detail=error.detail) from error
