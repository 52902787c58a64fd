"""Faults that can be switched on."""

import time

import httpx
import pytest

from easycrm.simulator.faults import Fault
from easycrm.simulator.world import World
from tests.simulator_process import Simulator
from tests.unit.simulator.conftest import granted

READ = {
    "google": "https://www.googleapis.com/auth/gmail.readonly",
    "microsoft": "https://graph.microsoft.com/Mail.Read",
}
PROFILE = {
    "google": ("ada@example.com", "/gmail.googleapis.com/gmail/v1/users/me/profile"),
    "microsoft": ("katherine@example.net", "/graph.microsoft.com/v1.0/me"),
}


@pytest.mark.parametrize("wrong", [{"match": "("}, {"match": "x", "kind": "nonsense"}, {"match": "x", "status": 599}])
def test_a_fault_that_cannot_be_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r"kind|status|match"):
        Fault(**wrong)


def test_a_fault_hits_what_matches_so_many_times() -> None:
    fault = Fault(match=r"gmail.*/messages", method="GET", times=2)

    assert not fault.hits("GET", "gmail.googleapis.com/profile")
    assert not fault.hits("POST", "gmail.googleapis.com/messages")
    assert [fault.hits("GET", "gmail.googleapis.com/messages/1") for _ in range(3)] == [True, True, False]


async def ask(world: World, web: httpx.AsyncClient, provider: str) -> httpx.Response:
    email, path = PROFILE[provider]
    _, access, _ = granted(world, email, READ[provider])
    return await web.get(path, headers={"Authorization": f"Bearer {access}"})


@pytest.mark.parametrize("provider", ["google", "microsoft"])
async def test_a_status_comes_in_the_form_of_the_api(world: World, web: httpx.AsyncClient, provider: str) -> None:
    world.faults.append(Fault("gmail|graph", status=429, headers={"Retry-After": "30"}, times=1))

    throttled = await ask(world, web, provider)

    error = throttled.json()["error"]
    assert (throttled.status_code, throttled.headers["retry-after"]) == (429, "30")
    assert error["code"] == (429 if provider == "google" else "TooManyRequests")
    assert (await ask(world, web, provider)).status_code == 200


@pytest.mark.parametrize(
    ("fault", "status", "body"),
    [
        (Fault("gmail", kind="html"), 200, "<!doctype html>"),
        (Fault("gmail", kind="bad_json"), 200, '{"messages": ['),
        (Fault("gmail", status=503, body='{"own": "body"}'), 503, '{"own": "body"}'),
    ],
    ids=lambda value: getattr(value, "kind", None),
)
async def test_the_answer_is_replaced(
    world: World, web: httpx.AsyncClient, fault: Fault, status: int, body: str
) -> None:
    world.faults.append(fault)

    answer = await ask(world, web, "google")

    assert (answer.status_code, answer.text[: len(body)]) == (status, body)


async def test_a_slow_answer_is_the_right_one(world: World, web: httpx.AsyncClient) -> None:
    world.faults.append(Fault("gmail", kind="slow", delay_ms=120))
    began = time.monotonic()

    answer = await ask(world, web, "google")

    assert answer.json()["emailAddress"] == "ada@example.com"
    assert time.monotonic() - began >= 0.12


async def test_faults_of_single_parts_leave_whole_requests_alone(world: World, web: httpx.AsyncClient) -> None:
    fault = Fault("gmail", kind="part", status=429, times=1)
    world.faults.append(fault)

    assert (await ask(world, web, "google")).status_code == 200
    assert fault.times == 1


async def test_faults_leave_the_control_page_alone(world: World, web: httpx.AsyncClient) -> None:
    world.faults.append(Fault("", status=500))

    assert (await web.get("/control/api/state")).status_code == 200
    assert (await ask(world, web, "google")).status_code == 500


@pytest.mark.parametrize(("kind", "processed"), [("reset", 0), ("drop_after", 1)])
def test_a_cut_connection_is_cut_before_or_after_the_work(simulator: Simulator, kind: str, processed: int) -> None:
    simulator.post("faults", match="login", kind=kind)

    with pytest.raises(httpx.RemoteProtocolError):
        httpx.get(f"{simulator.url}/login.microsoftonline.com/common/discovery/v2.0/keys", trust_env=False)

    assert simulator.requests()["total"] == processed
