"""A real worker as a process of its own, to be killed."""

import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import Generator

from tests.simulator_process import REPOSITORY


@contextlib.contextmanager
def worker() -> Generator[subprocess.Popen[bytes]]:
    """A worker over the settings in the environment; killed without warning at the end of the block."""
    process = subprocess.Popen(
        [sys.executable, "-m", "easycrm", "worker"], cwd=REPOSITORY, env=dict(os.environ), stderr=subprocess.DEVNULL
    )
    try:
        yield process
    finally:
        with contextlib.suppress(ProcessLookupError):
            process.send_signal(signal.SIGKILL)
        process.wait()
