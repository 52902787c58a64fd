"""The canary: a known sentence sealed in the database, opened at every start to prove that the keys fit the data.

Its key is the one that seals, in every process alike: a newer key in somebody's settings seals nothing until `switch`.
"""

import secrets

from sqlalchemy import inspect
from sqlmodel import Field, Session

from easycrm.core.db import Table, add_unless_there, engine, reading, transaction
from easycrm.core.errors import Misconfigured
from easycrm.core.sealed import Binding, CannotOpen, key_of, ring

SENTENCE, QUEUE = 1, 2
_SENTENCE = "the keys fit the data"


class KeyCanary(Table, table=True):
    """What EasyCRM seals for itself: the known sentence, and the secret that signs what waits in the queue."""

    id: int = Field(default=SENTENCE, primary_key=True)
    sealed: str


def planted() -> bool:
    """Whether there is a sentence to compare keys with."""
    return inspect(engine()).has_table("key_canary") and _row() is not None


def _row() -> KeyCanary | None:
    with reading() as session:
        return session.get(KeyCanary, SENTENCE)


def check() -> None:
    """Plant the canary in an empty database, or open the one that is there.

    Raises:
        Misconfigured: the database was written with another key; nothing was touched.
    """
    with transaction() as session:
        if session.get(KeyCanary, SENTENCE) is None:
            # Several processes start at once: one plants, and the others open what it planted.
            add_unless_there(session, KeyCanary(id=SENTENCE, sealed=ring().seal(_SENTENCE, binding(SENTENCE))))
        canary = session.get_one(KeyCanary, SENTENCE)
        try:
            ring().open(canary.sealed, binding(SENTENCE))
        except CannotOpen as error:
            raise Misconfigured(
                "EASYCRM_KEYS or EASYCRM_KEY_FILE does not hold the key this database was written with. "
                "Nothing was changed"
            ) from error


def binding(row_id: int) -> Binding:
    """Where one of the rows lives."""
    return Binding("key_canary", "sealed", str(row_id))


def fits() -> bool:
    """Whether this process has the key that seals; without it, what it cannot open may be good all the same."""
    with reading() as session:
        return sealing_key(session) in ring().keys


def sealing_key(session: Session) -> str:
    """The id of the key that seals: the canary's; in an empty database the newest."""
    canary = session.get(KeyCanary, SENTENCE)
    return key_of(canary.sealed) if canary else ring().newest


def seal(plain: str, place: Binding, session: Session | None = None) -> str:
    """`plain`, sealed for its place with the key that seals; within the caller's transaction if there is one."""
    if session is None:
        with reading() as looking:
            return seal(plain, place, looking)
    key_id = sealing_key(session)
    # A process that was not given the key yet seals with one that the others have.
    return ring().seal(plain, place, key_id if key_id in ring().keys else ring().newest)


def switch(session: Session) -> tuple[str, str]:
    """Let the newest key seal from now on; the ids of the one before and of the new one.

    Raises:
        CannotOpen: the canary cannot be opened; nothing was changed.
    """
    canary = session.get(KeyCanary, SENTENCE, with_for_update=True)
    before, newest = sealing_key(session), ring().newest
    if canary is not None and before != newest:
        canary.sealed = ring().seal(ring().open(canary.sealed, binding(SENTENCE)), binding(SENTENCE))
    return before, newest


def queue_secret() -> str:
    """What signs the queue's payloads, the same for every process and whatever key seals.

    Raises:
        CannotOpen: this process lacks the key that seals.
    """
    with transaction() as session:
        made = seal(secrets.token_urlsafe(32), binding(QUEUE), session)
        add_unless_there(session, KeyCanary(id=QUEUE, sealed=made))
        return ring().open(session.get_one(KeyCanary, QUEUE).sealed, binding(QUEUE))
