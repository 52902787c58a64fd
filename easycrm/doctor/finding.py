"""One thing that was looked at."""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Finding:
    """How something stands; `remedy` is what to do about it."""

    level: Literal["ok", "warning", "problem"]
    what: str
    says: str
    remedy: str = ""


def ok(what: str, says: str) -> Finding:
    """It is as it should be."""
    return Finding("ok", what, says)


def warning(what: str, says: str, remedy: str = "") -> Finding:
    """It works, but not as it should."""
    return Finding("warning", what, says, remedy)


def problem(what: str, says: str, remedy: str = "") -> Finding:
    """It does not work."""
    return Finding("problem", what, says, remedy)
