"""Child processes: started, restarted when they die, ended in order; none outlives its parent."""

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, field

from easycrm.core.log import logger

_log = logger(__name__)
_PR_SET_PDEATHSIG = 1
MOST_BACKOFF_SECONDS = 30
LONG_LIFE_SECONDS = 300


def _die_with_parent() -> None:
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)


@dataclass
class Child:
    """One child process. `farewell` is the signal that asks it to end."""

    name: str
    command: Sequence[str]
    farewell: signal.Signals = signal.SIGTERM
    environment: dict[str, str] = field(default_factory=dict[str, str])
    health: str = ""  # answers 200 when the process is ready; empty: nobody waits for it
    patience_seconds: float = 10
    _process: subprocess.Popen[bytes] | None = None
    _deaths: int = 0
    _again_at: float = 0
    _started_at: float = 0

    def start(self) -> None:
        """Start it, in a group of its own so that Ctrl-C in the terminal reaches only the parent."""
        self._started_at = time.monotonic()
        self._process = subprocess.Popen(  # noqa: S603 (our own commands)
            self.command,
            env={**os.environ, **self.environment},
            start_new_session=True,
            preexec_fn=_die_with_parent,
        )

    def watch(self) -> None:
        """Start it again if it died, later each time."""
        if self._process is None or self._process.poll() is None:
            return
        moment = time.monotonic()
        if not self._again_at:
            self._end_group()
            self._deaths = 1 if moment - self._started_at > LONG_LIFE_SECONDS else self._deaths + 1
            wait = min(2**self._deaths, MOST_BACKOFF_SECONDS)
            self._again_at = moment + wait
            _log.error("process ended", process=self.name, exit_status=self._process.returncode, again_in_seconds=wait)
        elif moment >= self._again_at:
            self._again_at = 0
            self.start()

    def end(self) -> None:
        """Ask it to end, and make it if it does not."""
        if self._process is None or self._process.poll() is not None:
            return
        self._process.send_signal(self.farewell)
        try:
            self._process.wait(self.patience_seconds)
        except subprocess.TimeoutExpired:
            self._end_group()
            self._process.wait()

    def _end_group(self) -> None:
        # What a killed process has started itself would keep its port.
        if self._process is not None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)

    @property
    def alive(self) -> bool:
        """Whether it runs."""
        return self._process is not None and self._process.poll() is None
