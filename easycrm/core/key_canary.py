"""The canary: a known sentence sealed in the database, opened at every start to prove that the keys fit the data."""

from sqlmodel import Field

from easycrm.core.db import Table, transaction
from easycrm.core.errors import Misconfigured
from easycrm.core.sealed import Binding, CannotOpen, ring

_SENTENCE = "the keys fit the data"
_BINDING = Binding("key_canary", "sealed", "1")


class KeyCanary(Table, table=True):
    """The one sealed sentence."""

    id: int = Field(default=1, primary_key=True)
    sealed: str


def check() -> None:
    """Plant the canary in an empty database, or open the one that is there.

    Raises:
        Misconfigured: the database was written with another key; nothing was touched.
    """
    keys = ring()
    with transaction() as session:
        canary = session.get(KeyCanary, 1)
        if canary is None:
            session.add(KeyCanary(sealed=keys.seal(_SENTENCE, _BINDING)))
            return
        try:
            keys.open(canary.sealed, _BINDING)
        except CannotOpen as error:
            raise Misconfigured(
                "EASYCRM_KEYS or EASYCRM_KEY_FILE does not hold the key this database was written with. "
                "Nothing was changed"
            ) from error
