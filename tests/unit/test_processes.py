"""Child processes end with what they started, and are started again when they die."""

import os
import signal
import sys
import time
from pathlib import Path

from easycrm import processes
from easycrm.processes import Child

# Starts a grandchild, writes both process ids, and waits.
FAMILY = """
import os, pathlib, subprocess, sys, time
grandchild = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
pathlib.Path(sys.argv[1]).write_text(f"{os.getpid()} {grandchild.pid} .")
time.sleep(60)
"""
STUBBORN = """
import pathlib, signal, sys, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
pathlib.Path(sys.argv[1]).write_text("0 0 .")
time.sleep(60)
"""


def started(program: str, told: Path, **look: float) -> tuple[Child, int, int]:
    child = Child("test", [sys.executable, "-c", program, str(told)], **look)  # pyright: ignore
    child.start()
    until = time.monotonic() + 20
    while not (told.exists() and told.read_text().endswith(".")):
        assert time.monotonic() < until
        time.sleep(0.02)
    own, grandchild, _ = told.read_text().split()
    return child, int(own), int(grandchild)


def runs(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def gone(pid: int, seconds: float = 10) -> bool:
    until = time.monotonic() + seconds
    while runs(pid) and time.monotonic() < until:
        time.sleep(0.02)
    return not runs(pid)


def watch_until(child: Child, alive: bool, seconds: float = 15) -> None:
    until = time.monotonic() + seconds
    while child.alive is not alive and time.monotonic() < until:
        child.watch()
        time.sleep(0.02)
    assert child.alive is alive


def test_what_a_killed_process_started_does_not_live_on(tmp_path: Path) -> None:
    child, own, grandchild = started(FAMILY, tmp_path / "told")
    assert runs(grandchild)

    os.kill(own, signal.SIGKILL)
    assert gone(own)
    child.watch()

    assert gone(grandchild)


def test_a_process_that_died_is_started_again_after_a_while(tmp_path: Path) -> None:
    told = tmp_path / "told"
    child, own, _ = started(FAMILY, told)
    os.kill(own, signal.SIGKILL)
    assert gone(own)
    died = time.monotonic()

    watch_until(child, alive=True)

    assert time.monotonic() - died >= 1.5
    child.end()


def test_who_does_not_listen_is_made_to_end(tmp_path: Path) -> None:
    child, _, _ = started(STUBBORN, tmp_path / "told", patience_seconds=0.3)

    child.end()

    assert not child.alive


def test_ending_what_never_started_or_ended_already_is_harmless(tmp_path: Path) -> None:
    Child("never", ["true"]).end()
    child, _, _ = started(FAMILY, tmp_path / "told")
    child.end()
    child.end()

    assert not child.alive


def test_a_long_life_is_no_reason_to_wait_long(tmp_path: Path) -> None:
    """The wait grows with each early death only."""
    child = Child("brief", [sys.executable, "-c", "pass"])
    child.start()
    watch_until(child, alive=False)
    child._deaths = 9  # as after a bad night  # pyright: ignore
    child._started_at = time.monotonic() - processes.LONG_LIFE_SECONDS - 1  # pyright: ignore

    child.watch()

    assert child._deaths == 1  # pyright: ignore
    del tmp_path
