"""The steps by which an application's registration is checked, and their outcomes."""

from dataclasses import dataclass
from typing import Literal

Outcome = Literal["passed", "failed", "later"]


@dataclass(frozen=True)
class Step:
    """One step. `later`: it is known only after the first connection. `code` says why, fit for the log.

    Args:
        key: reachable, tenant, client, secret, redirect, registered, api, permissions or contacts.
    """

    key: str
    outcome: Outcome
    code: str = ""


def passed(key: str) -> Step:
    """A step that is as it should be."""
    return Step(key, "passed")


def failed(key: str, code: str) -> Step:
    """A step that must be mended."""
    return Step(key, "failed", code)


def later(key: str, code: str = "") -> Step:
    """A step that nobody can know yet."""
    return Step(key, "later", code)
