"""Key rotation: the newest key seals from one moment on, and everything older is sealed anew, some values at a time."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, update
from sqlmodel import Session, col, func, select

from easycrm.core import key_canary
from easycrm.core.db import Table, changed, reading, transaction
from easycrm.core.key_canary import KeyCanary
from easycrm.core.sealed import Binding, CannotOpen, begins, ring
from easycrm.mail import consent_attempt, provider_setup, token_set
from easycrm.mail.consent_attempt import ConsentAttempt
from easycrm.mail.provider_setup import ProviderSetup
from easycrm.mail.token_set import PendingRevocation, TokenSet
from easycrm.notices import audit

AT_ONCE = 100


@dataclass(frozen=True)
class Place:
    """A column of sealed values: how a row is named, and what binds its value to it."""

    table: type[Table]
    column: Any
    row: Any
    binding: Callable[[Any], Binding]


PLACES = (
    Place(KeyCanary, KeyCanary.sealed, KeyCanary.id, lambda row: key_canary.binding(row.id)),
    Place(ProviderSetup, ProviderSetup.client_secret, ProviderSetup.provider,
          lambda row: provider_setup.binding(row.provider)),
    Place(TokenSet, TokenSet.access_token, TokenSet.connection_id,
          lambda row: token_set.binding("access_token", row.connection_id, row.generation)),
    Place(TokenSet, TokenSet.refresh_token, TokenSet.connection_id,
          lambda row: token_set.binding("refresh_token", row.connection_id, row.generation)),
    Place(PendingRevocation, PendingRevocation.refresh_token, PendingRevocation.id,
          lambda row: token_set.binding("refresh_token", row.connection_id, row.generation, "pending_revocation")),
    Place(ConsentAttempt, ConsentAttempt.flow, ConsentAttempt.id,
          lambda row: consent_attempt.binding(row.state_hash)),
)  # fmt: skip


@dataclass(frozen=True)
class Key:
    """A key of the ring, and how many values are sealed with it."""

    id: str
    values: int
    seals: bool


@dataclass(frozen=True)
class Keys:
    """How things stand. `waiting` is the id of a newer key that does not seal yet; `lost` values have no key here."""

    ring: list[Key]
    total: int
    older: int
    lost: int
    waiting: str


def overview() -> Keys:
    """The ring, newest first, and what is sealed with which key."""
    keys = ring()
    with reading() as session:
        sealing = key_canary.sealing_key(session)
        found = {key: _count(session, lambda column, key=key: _by(column, key)) for key in keys.keys}
        total = _count(session, lambda column: column != "")
    return Keys(
        ring=[Key(key, number, key == sealing) for key, number in found.items()],
        total=total,
        older=total - found.get(sealing, 0),
        lost=total - sum(found.values()),
        waiting=keys.newest if keys.newest != sealing else "",
    )


def begin(actor_id: int | None) -> str:
    """Let the newest key of this process's ring seal from now on; its id.

    Raises:
        CannotOpen: the ring does not hold the key that has sealed so far.
    """
    with transaction() as session:
        before, newest = key_canary.switch(session)
        if before != newest:
            audit.record(session, "keys.rotation_begun", actor_id=actor_id, subject=newest, detail=f"after {before}")
    return newest


def step() -> int:
    """Seal the next values anew; how many. Interrupted anywhere, also beside others that do the same, it goes on."""
    done = 0
    for place in PLACES:
        if done < AT_ONCE:
            done += _seal_anew(place, AT_ONCE - done)
    if done and (done < AT_ONCE or not is_due()):
        with transaction() as session:
            audit.record(session, "keys.rotated", subject=key_canary.sealing_key(session))
    return done


def is_due() -> bool:
    """Whether anything is sealed with another key than the one that seals."""
    return overview().older > 0


def _seal_anew(place: Place, most: int) -> int:
    done, after = 0, None
    while done < most:
        with transaction() as session:
            rows = _older(session, place, after)
            for row in rows[: most - done]:
                after = getattr(row, place.row.key)
                done += _seal_one(session, place, row)
            if not rows:
                return done
    return done


def _older(session: Session, place: Place, after: Any) -> list[Any]:
    column = col(place.column)
    query = select(place.table).where(column != "", ~_by(column, key_canary.sealing_key(session)))
    if after is not None:
        query = query.where(col(place.row) > after)
    return list(session.exec(query.order_by(col(place.row)).limit(AT_ONCE)))


def _seal_one(session: Session, place: Place, row: Any) -> bool:
    """Replace one value, unless somebody did meanwhile; one that cannot be opened stays as it is."""
    old, bound = getattr(row, place.column.key), place.binding(row)
    try:
        plain = ring().open(old, bound)
    except CannotOpen:
        return False
    same = (col(place.row) == getattr(row, place.row.key), col(place.column) == old)
    change = update(place.table).where(*same).values({place.column.key: key_canary.seal(plain, bound, session)})
    return changed(session, change.execution_options(synchronize_session=False)) == 1


def _by(column: Any, key_id: str) -> ColumnElement[bool]:
    return column.startswith(begins(key_id), autoescape=True)


def _count(session: Session, condition: Callable[[Any], ColumnElement[bool]]) -> int:
    counts = (select(func.count()).where(condition(col(place.column))) for place in PLACES)
    return sum(session.exec(count).one() for count in counts)
