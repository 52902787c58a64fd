"""The processes of docs/deployment as systemd would run them: as their units say, and again when they end."""

import contextlib
import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Generator
from dataclasses import dataclass, field
from pathlib import Path

from tests.simulator_process import REPOSITORY

DEPLOYMENT = REPOSITORY / "docs/deployment"
INSTALLED_IN = "/opt/easycrm"


@dataclass
class Unit:
    """A process as its systemd unit describes it."""

    file: str
    instance: str
    environment: dict[str, str]
    output: Path
    process: subprocess.Popen[bytes] | None = field(default=None, repr=False)
    _wanted: bool = False
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def prepare(self) -> subprocess.Popen[bytes]:
        """What the unit does before it starts."""
        return self._begin("ExecStartPre")

    def start(self) -> None:
        """Start the process itself, which runs from now on until `send` ends it."""
        with self._lock:
            self._wanted, self.process = True, self._begin("ExecStart")

    def again(self) -> None:
        """Start it again if it ended by itself, as systemd does: one that comes while Redis is away ends at once."""
        with self._lock:
            if self._wanted and self.process is not None and self.process.poll() is not None:
                self._end_group()
                time.sleep(float(self._setting("RestartSec")[0]))
                self.process = self._begin("ExecStart")

    def send(self, number: signal.Signals) -> int:
        """Send a signal, and wait for the end; its exit status."""
        with self._lock:
            self._wanted = False
        assert self.process is not None
        if number is signal.SIGKILL:
            self._end_group()
        else:
            self.process.send_signal(number)
        return self.process.wait(60)

    def _end_group(self) -> None:
        # What a dead process has started itself would keep its port.
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)  # pyright: ignore[reportOptionalMemberAccess]

    def _begin(self, what: str) -> subprocess.Popen[bytes]:
        words = self._setting(what)[0].replace(f"{INSTALLED_IN}/.venv/bin/python", sys.executable).split()
        own = dict(pair.split("=", 1) for pair in self._setting("Environment"))
        with self.output.open("ab") as sink:
            return subprocess.Popen(
                words, cwd=REPOSITORY, env={**self.environment, **own}, stdout=sink, stderr=sink, start_new_session=True
            )

    def _setting(self, name: str) -> list[str]:
        text = (DEPLOYMENT / self.file).read_text().replace("%i", self.instance)
        return re.findall(rf"^{name}=(.*)$", text, re.MULTILINE)


@contextlib.contextmanager
def kept_alive(units: list[Unit]) -> Generator[None]:
    """Start whichever ends by itself again, for the time of the block."""
    over = threading.Event()

    def watch() -> None:
        while not over.wait(0.2):
            for unit in units:
                unit.again()

    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        yield
    finally:
        over.set()
        watcher.join()
