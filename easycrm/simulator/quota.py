"""Allowances: units a minute and requests at a time, counted always, enforced when switched on."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from easycrm.simulator.world import ApiError, World


def google_error(status: int, reason: str, message: str) -> ApiError:
    """An error body as Google's APIs write it."""
    names = {
        400: "INVALID_ARGUMENT",
        401: "UNAUTHENTICATED",
        403: "PERMISSION_DENIED",
        404: "NOT_FOUND",
        429: "RESOURCE_EXHAUSTED",
    }
    detail = {"message": message, "domain": "global", "reason": reason}
    error: dict[str, Any] = {
        "code": status,
        "message": message,
        "errors": [detail],
        "status": names.get(status, "INTERNAL"),
    }
    return ApiError(status, {"error": error})


def graph_error(status: int, code: str, message: str, headers: dict[str, str] | None = None) -> ApiError:
    """An error body as Microsoft Graph writes it."""
    inner = {
        "date": "2026-01-01T00:00:00",
        "request-id": "00000000-0000-0000-0000-000000000000",
        "client-request-id": "",
    }
    return ApiError(status, {"error": {"code": code, "message": message, "innerError": inner}}, headers)


def charge(world: World, email: str, units: int) -> None:
    """Spend Gmail quota units of this person's minute.

    Raises:
        ApiError: 429 rateLimitExceeded when quota is on and the minute's allowance is spent.
    """
    now = world.now()
    began, used = world.quota_used.get(email, (now, 0.0))
    if now - began >= 60:
        began, used = now, 0.0
    if world.settings.quota and used + units > world.settings.gmail_units_per_minute:
        raise google_error(
            429, "rateLimitExceeded", "Quota exceeded for quota metric 'Queries' of service 'gmail.googleapis.com'"
        )
    world.quota_used[email] = (began, used + units)
    spent = world.counters["units"]
    spent[email] = spent.get(email, 0) + units


@contextmanager
def in_flight(world: World, email: str, provider: str) -> Iterator[None]:
    """One request of this person under way.

    Raises:
        ApiError: 429 when more are under way than the provider allows at a time.
    """
    running = world.in_flight
    limit = world.settings.gmail_concurrency if provider == "google" else world.settings.graph_concurrency
    if running.get(email, 0) >= limit:
        if provider == "google":
            raise google_error(429, "rateLimitExceeded", "Too many concurrent requests for user.")
        raise graph_error(
            429, "ApplicationThrottled", "Application is over its MailboxConcurrency limit.", {"Retry-After": "1"}
        )
    running[email] = running.get(email, 0) + 1
    most = world.counters["in_flight_max"]
    most[email] = max(most.get(email, 0), running[email])
    try:
        yield
    finally:
        running[email] -= 1
