"""A span of days in words, no longer than it has to be, such as 12 to 15 March."""

from datetime import datetime

from easycrm.core.clock import now


def period(start: datetime, end: datetime) -> str:
    """The days from `start` to `end` in UTC; the year only where it is not the present one."""
    same_year = start.year == end.year == now().year
    last = _day(end, with_year=not same_year)
    if start.date() == end.date():
        return last
    if (start.year, start.month) == (end.year, end.month):
        return f"{start.day}\u2013{last}"
    return f"{_day(start, with_year=start.year != end.year)} \u2013 {last}"


def _day(moment: datetime, *, with_year: bool) -> str:
    return f"{moment.day} {moment:%B %Y}" if with_year else f"{moment.day} {moment:%B}"
