"""The vault: seals a connection's tokens, and hands out an access token that is fresh, refreshing it at most once."""

from collections.abc import Mapping
from contextlib import suppress
from datetime import timedelta

from sqlmodel import Session, col, select

from easycrm.core.clock import now
from easycrm.core.db import portions, reading
from easycrm.core.key_canary import seal
from easycrm.core.sealed import CannotOpen, ring
from easycrm.mail import token_set
from easycrm.mail.connection import Connection, ConnectionEnded
from easycrm.mail.token_refresh import Held, Refresh, held
from easycrm.mail.token_set import TokenSet, binding
from easycrm.notices import incident
from easycrm.providers.base import Tokens, TokenSource

EARLY = timedelta(minutes=5)
# A token this young is refreshed on a 401 only, not on the clock's word: a clock that is off would cause a storm.
YOUNG = timedelta(minutes=50)

destroy = token_set.destroy


def access(connection_id: int, generation: int) -> TokenSource:
    """Where one run of this generation gets its access tokens. Nothing is read before the first is asked for.

    Its methods raise ConnectionEnded when the generation is over, and `providers.errors` when refreshing fails; a dead
    grant, an unreadable token or a refused application has been dealt with by then (see `outage`).
    """
    return _Vault(connection_id, generation)


def ready(generations: Mapping[int, int]) -> dict[int, TokenSource]:
    """By connection, the same for many mailboxes at once, as far as their tokens are usable as they lie there.

    Args:
        generations: by connection, the one that is meant.
    """
    with reading() as session:
        rows = [
            row
            for ids in portions(generations)
            for row in session.exec(select(TokenSet).where(col(TokenSet.connection_id).in_(ids)))
            if row.generation == generations[row.connection_id]
        ]
    found: dict[int, TokenSource] = {}
    for row in rows:
        with suppress(CannotOpen):
            token = ring().open(row.access_token, binding("access_token", row.connection_id, row.generation))
            held_now = Held(row.version, token, row.expires_at, row.refreshed_at)
            if _usable(held_now):
                found[row.connection_id] = _Vault(row.connection_id, row.generation, held_now)
    return found


async def relearn(connection_id: int, generation: int) -> None:
    """Find out by a refresh what is still granted, after the provider denied something to a good token.

    The connection's capabilities are up to date afterwards, if the provider tells them.
    """
    await Refresh(connection_id, generation).after(held(connection_id, generation).version)


def store(session: Session, connection_id: int, generation: int, tokens: Tokens) -> None:
    """Seal a consent's tokens for this generation, in place of what was there.

    Raises:
        ValueError: there is no refresh token, so that the connection could not last.
    """
    if tokens.refresh_token is None:
        raise ValueError("a connection cannot be stored without a refresh token")
    destroy(session, connection_id)
    session.add(
        TokenSet(
            connection_id=connection_id,
            generation=generation,
            access_token=seal(tokens.access_token, binding("access_token", connection_id, generation), session),
            refresh_token=seal(tokens.refresh_token, binding("refresh_token", connection_id, generation), session),
            expires_at=tokens.expires_at,
        )
    )


class _Vault:
    """A TokenSource over the stored tokens of one generation."""

    def __init__(self, connection_id: int, generation: int, opened: Held | None = None) -> None:
        self._connection_id = connection_id
        self._generation = generation
        self._held = opened

    async def token(self) -> str:
        if self._held is None or not _usable(self._held):
            self._held, probing = self._read()
            if probing or not _usable(self._held):
                self._held = await self._refreshed(self._held)
        return self._held.access_token

    async def renew(self, stale: str) -> str:
        self._held, _ = self._read()
        if self._held.access_token == stale:
            self._held = await self._refreshed(self._held)
        return self._held.access_token

    def _read(self) -> tuple[Held, bool]:
        """The stored tokens, and whether a refused application makes this run the probe of its sign-in."""
        with reading() as session:
            connection = session.get(Connection, self._connection_id)
            if connection is None:
                raise ConnectionEnded
            fault = incident.current(session, connection.provider)
        return held(self._connection_id, self._generation), fault is not None and fault.part == "sign-in"

    async def _refreshed(self, seen: Held) -> Held:
        return await Refresh(self._connection_id, self._generation).after(seen.version)


def _usable(tokens: Held) -> bool:
    moment = now()
    return tokens.expires_at - moment > EARLY or timedelta(0) <= moment - tokens.refreshed_at < YOUNG
