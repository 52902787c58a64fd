"""The simulator as a process."""

import contextlib
import threading
import time
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests import simulator_process
from tests.simulator_process import Simulator

ADA = "ada@example.com"


def slow_request(simulator: Simulator) -> None:
    with contextlib.suppress(httpx.HTTPError):
        httpx.get(f"{simulator.url}/www.googleapis.com/oauth2/v3/certs", trust_env=False, timeout=30)


def test_a_stopped_simulator_ends_at_once_even_with_a_request_under_way() -> None:
    with simulator_process.running() as simulator:
        simulator.post("faults", match="certs", kind="slow", delay_ms=20_000)
        asking = threading.Thread(target=slow_request, args=[simulator])
        asking.start()
        time.sleep(0.3)
        began = time.monotonic()

    assert time.monotonic() - began < 2
    asking.join(5)
    assert not asking.is_alive()


def test_a_restarted_demo_keeps_mail_and_serves_the_new_address(tmp_path: Path) -> None:
    state = tmp_path / "simulator.state"
    with simulator_process.running("--state-file", str(state)) as simulator:
        simulator.post("deliver", email=ADA, subject="Kept")
        simulator.post("rename", email="grace@example.com", new_email="hopper@example.com")

    with simulator_process.running("--state-file", str(state), redirect_base="http://localhost:4000") as simulator:
        assert simulator.truth(ADA)[0]["subject"] == "Kept"
        assert "hopper@example.com" in {person["email"] for person in simulator.get("state")["people"]}
        asked = {
            "client_id": "easycrm-demo.apps.googleusercontent.com", "response_type": "code", "code_challenge": "c" * 43,
            "code_challenge_method": "S256", "redirect_uri": "http://localhost:4000/settings/email/callback/google",
        }  # fmt: skip
        url = httpx.URL("https://accounts.google.com/o/oauth2/v2/auth", params=asked)
        assert simulator.approve(str(url), ADA).startswith("http://localhost:4000/settings/email/callback/google?")


@pytest.mark.parametrize("damage", [b"", b"nonsense", b"\x80\x05}q\x00."])
def test_a_state_that_cannot_be_read_is_begun_anew(tmp_path: Path, damage: bytes) -> None:
    state = tmp_path / "simulator.state"
    state.write_bytes(damage)

    with simulator_process.running("--state-file", str(state)) as simulator:
        assert simulator.truth(ADA)


def test_samples_become_a_mailbox_of_either_provider(tmp_path: Path) -> None:
    (tmp_path / "one.eml").write_bytes(b"From: a@example.org\r\nSubject: One\r\n\r\nHello\r\n")

    with simulator_process.running("--eml-dir", str(tmp_path)) as simulator:
        people: dict[str, Any] = {person["email"]: person for person in simulator.get("state")["people"]}
        assert {people[f"samples@example.{end}"]["messages"] for end in ("com", "net")} == {1}
