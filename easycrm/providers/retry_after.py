"""Retry-After in both of its forms. Source: RFC 9110, 10.2.3."""

from datetime import UTC
from email.utils import parsedate_to_datetime

from easycrm.core.clock import now

LONGEST_SECONDS = 3600.0


def seconds_of(value: str | None) -> float | None:
    """Seconds to wait, at most an hour; None where there is nothing to read."""
    if not value:
        return None
    try:
        found = float(value)
    except ValueError:
        found = _until(value)
    if found is None or found != found:
        return None
    return min(max(found, 0.0), LONGEST_SECONDS)


def _until(value: str) -> float | None:
    try:
        moment = parsedate_to_datetime(value)
    except (ValueError, OverflowError):
        return None
    return ((moment if moment.tzinfo else moment.replace(tzinfo=UTC)) - now()).total_seconds()
