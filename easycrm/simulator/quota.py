"""Allowances: units and requests in a span of time, enforced when switched on, and requests at a time, always."""

from collections.abc import Generator
from contextlib import contextmanager

from easycrm.simulator import error_form
from easycrm.simulator.world import ApiError, World

_PROJECT = "the whole project"


def google_error(status: int, reason: str, message: str, headers: dict[str, str] | None = None) -> ApiError:
    """An error of Google's APIs."""
    return ApiError(status, error_form.google(status, reason, message), headers)


def graph_error(status: int, code: str, message: str, headers: dict[str, str] | None = None) -> ApiError:
    """An error of Microsoft Graph."""
    return ApiError(status, error_form.graph(code, message), headers)


def modern_google_error(status: int, reason: str, message: str) -> ApiError:
    """An error of Google's newer APIs, whose reason stands in an ErrorInfo."""
    return ApiError(status, error_form.modern_google(status, reason, message))


def charge_contacts(world: World, email: str) -> None:
    """Count a read of this person's contacts.

    Raises:
        ApiError: 429 RATE_LIMIT_EXCEEDED when quota is on and the minute's reads are spent.
    """
    whose = f"contacts of {email}"
    if world.settings.quota and _used(world, whose, 60) + 1 > world.settings.people_requests_per_minute:
        text = "Quota exceeded for quota metric 'Critical read requests' of service 'people.googleapis.com'"
        raise modern_google_error(429, "RATE_LIMIT_EXCEEDED", text)
    _use(world, whose, 60, 1)


def charge(world: World, email: str, units: int) -> None:
    """Spend Gmail quota units of this person's minute and of the project's.

    Raises:
        ApiError: 429 rateLimitExceeded when quota is on and one of the allowances is spent.
    """
    limits = {email: world.settings.gmail_units_per_minute, _PROJECT: world.settings.gmail_project_units_per_minute}
    for whose, limit in limits.items():
        if world.settings.quota and _used(world, whose, 60) + units > limit:
            world.counters["refused"] += 1
            raise google_error(
                429, "rateLimitExceeded", "Quota exceeded for quota metric 'Queries' of service 'gmail.googleapis.com'"
            )
    for whose in limits:
        _use(world, whose, 60, units)
    spent = world.counters["units"]
    spent[email] = spent.get(email, 0) + units


def _used(world: World, whose: str, seconds: float) -> float:
    """What is used of the span of time that is running."""
    began, used = world.quota_used.get(whose, (world.now(), 0.0))
    return used if world.now() - began < seconds else 0.0


def _use(world: World, whose: str, seconds: float, amount: float) -> None:
    now = world.now()
    began, used = world.quota_used.get(whose, (now, 0.0))
    world.quota_used[whose] = (began, used + amount) if now - began < seconds else (now, amount)


@contextmanager
def in_flight(world: World, email: str, provider: str, requests: int = 1) -> Generator[None]:
    """A request of this person under way; to Graph, one that counts as so many.

    Raises:
        ApiError: 429 when more are under way than the provider allows at a time, or in ten minutes (Graph).
    """
    running = world.in_flight
    limit = world.settings.gmail_concurrency if provider == "google" else world.settings.graph_concurrency
    if running.get(email, 0) >= limit:
        world.counters["refused"] += 1
        raise _too_many_at_a_time(provider)
    if provider == "microsoft":
        _charge_requests(world, email, requests)
    running[email] = running.get(email, 0) + 1
    most = world.counters["in_flight_max"]
    most[email] = max(most.get(email, 0), running[email])
    try:
        yield
    finally:
        running[email] -= 1


def _too_many_at_a_time(provider: str) -> ApiError:
    if provider == "google":
        return google_error(429, "rateLimitExceeded", "Too many concurrent requests for user.")
    text = "Application is over its MailboxConcurrency limit."
    return graph_error(429, "ApplicationThrottled", text, {"Retry-After": "1"})


def _charge_requests(world: World, email: str, requests: int) -> None:
    if world.settings.quota and _used(world, email, 600) + requests > world.settings.graph_requests_per_10_minutes:
        world.counters["refused"] += 1
        began, _ = world.quota_used[email]
        wait = max(1, round(began + 600 - world.now()))
        text = "Application is over its request limit for this mailbox."
        raise graph_error(429, "ApplicationThrottled", text, {"Retry-After": str(wait)})
    _use(world, email, 600, requests)
