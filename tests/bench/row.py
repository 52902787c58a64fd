"""One line of the table that `python -m tests.bench` prints and keeps."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Row:
    """A measure, its goal, and what was measured.

    Args:
        goal: as a person reads it, such as "≤ 42" or "≥ 1.3×".
        measured: the figure in `unit`; for ratios and times of several rounds, the median.
        met: None where there is no goal, or nothing could be measured; the note then says why.
        low, high: minimum and maximum of the rounds, where there were several.
    """

    measure: str
    goal: str
    measured: float | None
    unit: str
    met: bool | None
    note: str = ""
    low: float | None = None
    high: float | None = None


def at_most(measure: str, limit: float, measured: float, unit: str, note: str = "") -> Row:
    """A row whose figure should not exceed `limit`."""
    return Row(measure, f"≤ {limit:g}", measured, unit, measured <= limit, note)


def at_least(measure: str, limit: float, measured: float, unit: str, note: str = "") -> Row:
    """A row whose figure should reach `limit`."""
    return Row(measure, f"≥ {limit:g}", measured, unit, measured >= limit, note)
