"""What the providers allow in a span of time and at a time."""

import pytest

from easycrm.simulator.quota import charge, in_flight
from easycrm.simulator.world import ApiError, World

ADA, GRACE, KATHERINE = "ada@example.com", "grace@example.com", "katherine@example.net"


@pytest.fixture
def strict(world: World) -> World:
    world.settings.quota = True
    return world


def test_a_person_has_so_many_units_a_minute(strict: World) -> None:
    charge(strict, ADA, 6000)
    with pytest.raises(ApiError) as refused:
        charge(strict, ADA, 1)
    charge(strict, GRACE, 1)

    error = refused.value.body["error"]
    assert (refused.value.status, error["code"], error["status"]) == (429, 429, "RESOURCE_EXHAUSTED")
    assert error["errors"][0]["reason"] == "rateLimitExceeded"

    strict.clock_offset = 61
    charge(strict, ADA, 6000)


def test_refused_units_are_not_counted(strict: World) -> None:
    charge(strict, ADA, 5990)
    with pytest.raises(ApiError):
        charge(strict, ADA, 20)
    charge(strict, ADA, 10)

    assert strict.counters["units"] == {ADA: 6000}


def test_a_project_has_so_many_units_a_minute(strict: World) -> None:
    strict.settings.gmail_project_units_per_minute = 100
    charge(strict, ADA, 60)

    with pytest.raises(ApiError):
        charge(strict, GRACE, 60)


def test_without_quota_units_are_counted_only(world: World) -> None:
    charge(world, ADA, 1_000_000)
    charge(world, ADA, 1)

    assert world.counters["units"] == {ADA: 1_000_001}


def test_four_requests_at_a_time_reach_a_mailbox_of_graph(world: World) -> None:
    with (
        in_flight(world, KATHERINE, "microsoft"),
        in_flight(world, KATHERINE, "microsoft"),
        in_flight(world, KATHERINE, "microsoft"),
        in_flight(world, KATHERINE, "microsoft"),
    ):
        with pytest.raises(ApiError) as refused, in_flight(world, KATHERINE, "microsoft"):
            pass
        with in_flight(world, "edsger@example.net", "microsoft"):
            pass
    with in_flight(world, KATHERINE, "microsoft"):
        pass

    assert (refused.value.status, refused.value.body["error"]["code"]) == (429, "ApplicationThrottled")
    assert refused.value.headers == {"Retry-After": "1"}
    assert world.counters["in_flight_max"][KATHERINE] == 4


def test_gmail_limits_requests_at_a_time_too(world: World) -> None:
    world.settings.gmail_concurrency = 1
    with in_flight(world, ADA, "google"), pytest.raises(ApiError) as refused, in_flight(world, ADA, "google"):
        pass

    assert refused.value.body["error"]["message"] == "Too many concurrent requests for user."


def test_a_request_that_fails_is_no_longer_under_way(world: World) -> None:
    for _ in range(5):
        with pytest.raises(KeyError), in_flight(world, KATHERINE, "microsoft"):
            raise KeyError

    assert world.in_flight[KATHERINE] == 0


def test_graph_answers_so_many_requests_in_ten_minutes_and_says_how_long_to_wait(strict: World) -> None:
    strict.settings.graph_requests_per_10_minutes = 21
    with in_flight(strict, KATHERINE, "microsoft", requests=20):
        pass
    strict.clock_offset = 100
    with pytest.raises(ApiError) as refused, in_flight(strict, KATHERINE, "microsoft", requests=2):
        pass
    with in_flight(strict, KATHERINE, "microsoft"):
        pass

    assert refused.value.status == 429
    assert 498 <= int(refused.value.headers["Retry-After"]) <= 500

    strict.clock_offset = 601
    with in_flight(strict, KATHERINE, "microsoft", requests=20):
        pass
