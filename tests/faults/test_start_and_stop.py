"""The demo starts with one command, and ends without leaving anything behind."""

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import httpx
import pytest

from tests import product as products
from tests.product import Product, free_port, without_settings
from tests.simulator_process import REPOSITORY


def processes_of(data: Path) -> list[str]:
    """Command lines of running processes whose environment names this data directory."""
    found: list[str] = []
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        try:
            environment = (entry / "environ").read_bytes()
            command = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode()
        except OSError:
            continue
        if f"EASYCRM_DATA_DIR={data}".encode() in environment.split(b"\0") and command:
            found.append(command)
    return found


def wait_until_gone(data: Path, seconds: float = 20) -> list[str]:
    until = time.monotonic() + seconds
    while time.monotonic() < until and processes_of(data):
        time.sleep(0.1)
    return processes_of(data)


@pytest.mark.parametrize("farewell", [signal.SIGTERM, signal.SIGINT, signal.SIGKILL])
def test_the_demo_leaves_no_process_behind(tmp_path: Path, farewell: signal.Signals) -> None:
    with products.running(tmp_path / "data") as product:
        assert len(processes_of(product.data)) >= 4
        state = httpx.get(product.url + "/healthz/worker", trust_env=False)
        parts = ("live", "ready", "database", "migrations", "queue", "worker")
        assert (state.status_code, state.json()) == (200, dict.fromkeys(parts, True))

        product.process.send_signal(farewell)
        status = product.process.wait(30)

        assert wait_until_gone(product.data) == []
        if farewell is not signal.SIGKILL:
            assert status == 0
            assert "Traceback" not in product.log()


def test_a_second_start_keeps_sign_ins_keys_and_connections(tmp_path: Path) -> None:
    data = tmp_path / "data"
    with products.running(data) as product:
        before = _kept(product)
        product.cookie("member")
    with products.running(data) as product:
        assert _kept(product) == before
        product.cookie("member")
    for name in ("keys", "sign-ins.json"):
        assert (data / name).stat().st_mode & 0o777 == 0o600


def _kept(product: Product) -> tuple[str, str, list[tuple[object, ...]]]:
    files = [(product.data / name).read_text() for name in ("keys", "sign-ins.json")]
    return files[0], files[1], product.rows("SELECT id, email, password_hash FROM user ORDER BY id")


@pytest.mark.parametrize("variable", ["EASYCRM_PORT", "EASYCRM_SIMULATOR_PORT"])
def test_a_port_in_use_is_named(tmp_path: Path, variable: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as busy:
        ports = {"EASYCRM_PORT": str(free_port()), "EASYCRM_SIMULATOR_PORT": str(free_port())}
        ports[variable] = str(busy.getsockname()[1])
        done = subprocess.run(
            [sys.executable, "-m", "easycrm", "demo"],
            cwd=REPOSITORY,
            env={**without_settings(), **ports, "EASYCRM_DATA_DIR": str(tmp_path)},
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    assert done.returncode == 2
    assert variable in done.stderr


def test_a_worker_that_dies_is_started_again(tmp_path: Path) -> None:
    with products.running(tmp_path / "data") as product:
        worker = _pid_of(product.data, "easycrm worker")
        os.kill(worker, signal.SIGKILL)
        until = time.monotonic() + 20
        while time.monotonic() < until and _pid_of(product.data, "easycrm worker") in (0, worker):
            time.sleep(0.1)

        assert _pid_of(product.data, "easycrm worker") not in (0, worker)


def _pid_of(data: Path, words: str) -> int:
    for entry in Path("/proc").iterdir():
        try:
            command = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode()
            if entry.name.isdigit() and words in command and str(data).encode() in (entry / "environ").read_bytes():
                return int(entry.name)
        except OSError:
            continue
    return 0
