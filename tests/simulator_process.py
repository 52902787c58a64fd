"""The provider simulator as a process of its own, with its control API at hand."""

import contextlib
import signal
import subprocess
import sys
from collections.abc import Generator
from pathlib import Path
from typing import Any

import httpx

REPOSITORY = Path(__file__).parents[1]
APP_URL = "http://localhost:3000"


class Simulator:
    """A running simulator at `url`; every `post` is a call of the control API (see simulator/control.py)."""

    def __init__(self, url: str) -> None:
        self.url = url
        self._http = httpx.Client(base_url=url + "/control/api", timeout=60, trust_env=False)

    def post(self, name: str, /, **body: Any) -> dict[str, Any]:
        """Do something to the simulated world."""
        answer = self._http.post(f"/{name}", json=body)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def get(self, name: str, /, **query: str) -> dict[str, Any]:
        """Look at the simulated world."""
        answer = self._http.get(f"/{name}", params=query)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def approve(self, authorize_url: str, email: str, **wishes: Any) -> str:
        """Consent without a browser; the callback's address."""
        return self.post("approve", authorize_url=authorize_url, email=email, **wishes)["redirect"]

    def truth(self, email: str) -> list[dict[str, Any]]:
        """Every message of the mailbox, as the provider has it, newest first."""
        return self.get("truth", email=email)["messages"]

    def importable(self, email: str, since: float = 0) -> dict[str, dict[str, Any]]:
        """What an import from `since` (epoch seconds) must bring, by id: no drafts, spam or trash."""
        left_out = ("drafts", "spam", "trash")
        return {
            message["id"]: message
            for message in self.truth(email)
            if message["folder"] not in left_out and message["received_at"] >= since
        }

    def newest_subject(self, email: str) -> str:
        """The subject of the newest message that belongs in an import."""
        return next(iter(self.importable(email).values()))["subject"]

    def requests(self, *, reset: bool = False) -> dict[str, Any]:
        """What was asked of the providers so far."""
        return self.get("requests", reset="1" if reset else "0")

    def close(self) -> None:
        """Let go of the control connection."""
        self._http.close()


@contextlib.contextmanager
def running(*options: str, redirect_base: str = APP_URL) -> Generator[Simulator]:
    """A simulator on a free port, for the time of the block."""
    command = [sys.executable, "-m", "easycrm.simulator", "--port", "0", "--redirect-uri-base", redirect_base, *options]
    process = subprocess.Popen(command, cwd=REPOSITORY, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    line = process.stdout.readline()
    simulator = Simulator(line.split()[-1])
    try:
        yield simulator
    finally:
        simulator.close()
        process.send_signal(signal.SIGTERM)
        process.wait(10)
        process.stdout.close()
