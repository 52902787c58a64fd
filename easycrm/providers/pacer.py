"""Keeps Gmail's calls below what a mailbox and the whole project may spend in any minute.

A mailbox's spending of the last minute stands in its import's cursor, so that it is known to whichever process goes
on. The project's is counted in each process, which may spend its share of it: the allowance divided by the number of
worker processes that the settings name. That is less than a busy process could have while others idle, and it needs no
shared counter that every request would have to ask.
"""

from collections import deque
from collections.abc import Callable, Iterable
from threading import Lock

from easycrm.core.clock import now
from easycrm.core.settings import settings
from easycrm.providers.base import TokenSource
from easycrm.providers.gmail_prices import prices

SHARE = 0.98
"""Of the allowance; the rest is for what people do meanwhile, such as sending or opening a file."""
# A little more than the provider's minute: requests do not take equally long to arrive.
WINDOW_SECONDS = 60.5
_TOGETHER_SECONDS = 0.5


class Spending:
    """Units spent in the last minute, of at most `limit()`."""

    def __init__(self, limit: Callable[[], float], log: Iterable[Iterable[float]] = ()) -> None:
        self._limit, self._lock = limit, Lock()
        self._log = deque((float(at), float(units)) for at, units in log)

    def spend(self, units: float) -> None:
        """Note what is being asked for now."""
        moment = now().timestamp()
        with self._lock:
            if self._log and 0 <= moment - self._log[-1][0] < _TOGETHER_SECONDS:
                units += self._log.pop()[1]
            self._log.append((moment, units))

    def room(self) -> float:
        """Units that may be spent now."""
        return self._limit() - sum(units for _, units in self._current())

    def wait(self, units: float) -> float:
        """Seconds until so many units may be spent."""
        moment, room = now().timestamp(), self.room()
        for at, spent in self._current():
            if room >= units:
                break
            room += spent
            wait = at + WINDOW_SECONDS - moment
            if room >= units:
                return max(wait, 0.0)
        return 0.0 if room >= units else WINDOW_SECONDS

    def log(self) -> list[list[float]]:
        """What was spent in the last minute, for the cursor."""
        return [[round(at, 2), units] for at, units in self._current()]

    def _current(self) -> list[tuple[float, float]]:
        """Entries that count still; those of a clock that was ahead count for nothing."""
        moment = now().timestamp()
        with self._lock:
            while self._log and not -_TOGETHER_SECONDS <= moment - self._log[0][0] < WINDOW_SECONDS:
                self._log.popleft()
            return list(self._log)


def _project_limit() -> float:
    return prices().project_per_minute * SHARE / settings().worker_processes


_project = Spending(_project_limit)


class Metered:
    """A mailbox's tokens, with what is spent on it."""

    def __init__(self, access: TokenSource, log: Iterable[Iterable[float]] = ()) -> None:
        self._access = access
        self.spending = Spending(lambda: prices().per_minute * SHARE, log)

    async def token(self) -> str:
        """As of the tokens that are metered."""
        return await self._access.token()

    async def renew(self, stale: str) -> str:
        """As of the tokens that are metered."""
        return await self._access.renew(stale)


def charge(access: TokenSource, units: float) -> None:
    """Note units that are being spent on a mailbox."""
    for spending in _concerned(access):
        spending.spend(units)


def room(access: TokenSource) -> float:
    """Units that may be spent on a mailbox now."""
    return min(spending.room() for spending in _concerned(access))


def wait(access: TokenSource, units: float) -> float:
    """Seconds until so many units may be spent on it."""
    return max(spending.wait(units) for spending in _concerned(access))


def _concerned(access: TokenSource) -> tuple[Spending, ...]:
    return (access.spending, _project) if isinstance(access, Metered) else (_project,)
