"""What is wrong with an installation, in plain words, and what to do about it."""

from collections.abc import Callable, Iterator

from easycrm.core.errors import EasyCRMError
from easycrm.doctor import inside, outside
from easycrm.doctor.finding import Finding, problem

Check = Callable[[], Iterator[Finding]]
# In this order: what a later one needs has been looked at before.
_CHECKS: tuple[Check, ...] = (
    inside.keys, inside.disk, inside.database, inside.people_and_providers, inside.queue, inside.workers, inside.pages,
    outside.web, outside.public_address, outside.clock, outside.providers,
)  # fmt: skip


def examine() -> Iterator[Finding]:
    """Every finding; with settings that cannot be read there is one."""
    first = list(inside.readable_settings())
    yield from first
    if any(one.level == "problem" for one in first):
        return
    for check in _CHECKS:
        yield from _guarded(check)


def _guarded(check: Check) -> Iterator[Finding]:
    """A check that fails itself is a finding too, and keeps no other from being made."""
    try:
        yield from check()
    except EasyCRMError as error:
        yield problem(check.__name__, error.user_message)
    except Exception as error:
        yield problem(check.__name__, f"This could not be checked ({type(error).__name__}: {str(error)[:200]})")


__all__ = ["Finding", "examine"]
