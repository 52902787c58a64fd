"""The whole product as people run it: `python -m easycrm demo`, built pages, worker and simulator included."""

import contextlib
import json
import os
import signal
import socket
import sqlite3
import ssl
import subprocess
import sys
import time
from collections.abc import Generator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from easycrm.people import passwords
from tests.simulator_process import REPOSITORY, Simulator

START_SECONDS = 180
STOP_SECONDS = 90
READY = "EasyCRM is ready"


@dataclass
class Product:
    """A running demo. Addresses end without a slash; `data` is its data directory."""

    url: str
    simulator: Simulator
    data: Path
    output: Path
    verify: ssl.SSLContext | bool = True
    settings: dict[str, str] = field(default_factory=dict[str, str])
    process: subprocess.Popen[str] = field(init=False, repr=False)
    _cookies: dict[str, str] = field(default_factory=dict[str, str])

    @property
    def cookie_name(self) -> str:
        """The session cookie's: browsers take a `__Host-` one by https only."""
        return "__Host-easycrm_session" if self.url.startswith("https://") else "easycrm_session"

    def get(self, path: str, **more: Any) -> httpx.Response:
        """GET below the product's address, or an address of its own."""
        return httpx.get(self._address(path), verify=self.verify, trust_env=False, timeout=30, **more)

    def post(self, path: str, **more: Any) -> httpx.Response:
        """POST below the product's address."""
        return httpx.post(self._address(path), verify=self.verify, trust_env=False, timeout=30, **more)

    def _address(self, path: str) -> str:
        return path if "://" in path else self.url + path

    def cookie(self, role: str) -> tuple[str, str]:
        """Name and value of a signed-in session's cookie; one session a role."""
        if role not in self._cookies:
            self._cookies[role] = self.sign_in(f"{role}@example.com", self.password(role))
        return self.cookie_name, self._cookies[role]

    def password(self, role: str) -> str:
        """The demo's password of "admin" or "member"."""
        return str(json.loads((self.data / "sign-ins.json").read_text())[role])

    def sign_in(self, email: str, password: str) -> str:
        """A fresh session's cookie value."""
        form = {"email": email, "password": password}
        answer = self.post("/auth/sign-in", data=form, headers={"Origin": self.url})
        return answer.cookies[self.cookie_name]

    def create_user(self, email: str, password: str, role: str = "member") -> None:
        """One more account; straight into the database, since a command would take longer than the test."""
        self.execute(
            'INSERT INTO "user" (email, name, role, password_hash, active, created_at)'
            " VALUES (?, ?, ?, ?, ?, '2026-01-01 00:00:00+00:00')",
            email, email.partition("@")[0], role, passwords.hashed(password), True,
        )  # fmt: skip

    def execute(self, statement: str, *values: object) -> None:
        """Change what the database says, past the product."""
        with contextlib.closing(sqlite3.connect(self.data / "easycrm.db", timeout=30)) as database:
            database.execute(statement, values)
            database.commit()

    def environment(self) -> dict[str, str]:
        """What a command needs to work on this installation."""
        mine = {
            "EASYCRM_ENV": "development",
            "EASYCRM_DATA_DIR": str(self.data),
            "EASYCRM_KEY_FILE": str(self.data / "keys"),
            "EASYCRM_PUBLIC_URL": self.url,
            "EASYCRM_SIMULATOR_URL": self.simulator.url,
        }
        return {**without_settings(), **mine}

    def rows(self, query: str, *values: object) -> list[tuple[object, ...]]:
        """What the database says."""
        with contextlib.closing(sqlite3.connect(self.data / "easycrm.db", timeout=30)) as database:
            return database.execute(query, values).fetchall()

    def stored(self) -> bytes:
        """Everything that is kept anywhere."""
        found: list[bytes] = []
        for path in self.data.rglob("*"):
            # What is written meanwhile comes under another name first, and is gone under that a moment later.
            with contextlib.suppress(FileNotFoundError):
                found += [path.read_bytes()] if path.is_file() else []
        return b"".join(found)

    def kill_web(self) -> None:
        """Let the web server end without warning; whoever watches it starts it again."""
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split()
        [web] = [child for child in children if Path(f"/proc/{child}/cmdline").read_bytes().endswith(b"\0web\0")]
        os.kill(int(web), signal.SIGKILL)

    def log(self) -> str:
        """Everything the processes printed so far."""
        return self.output.read_text()

    def start(self) -> None:
        """Start it, and wait until it can be used."""
        self.output.touch()
        before = self.log().count(READY)
        with self.output.open("a") as sink:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "easycrm", "demo"],
                cwd=REPOSITORY,
                env={**without_settings(), **self.settings},
                stdout=sink,
                stderr=subprocess.STDOUT,
                text=True,
            )
        until = time.monotonic() + START_SECONDS
        while self.log().count(READY) == before:
            assert self.process.poll() is None, self.log()
            assert time.monotonic() < until, self.log()
            time.sleep(0.1)

    def stop(self) -> None:
        """Ask it to end, and wait for that."""
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(STOP_SECONDS)

    def restart(self) -> None:
        """End it, and start it again with what the key file says by now."""
        self.stop()
        self.start()


def without_settings() -> dict[str, str]:
    """This process's environment without EasyCRM's settings."""
    return {name: value for name, value in os.environ.items() if not name.startswith("EASYCRM_")}


def free_port() -> int:
    """A port that nobody uses at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextlib.contextmanager
def running(data: Path, **settings: str) -> Generator[Product]:
    """The demo on free ports with its data in `data`, for the time of the block."""
    port, simulator_port = free_port(), free_port()
    url = f"http://localhost:{port}"
    own = {"EASYCRM_DATA_DIR": str(data), "EASYCRM_PORT": str(port), "EASYCRM_SIMULATOR_PORT": str(simulator_port)}
    data.mkdir(parents=True, exist_ok=True)
    product = Product(
        url,
        Simulator(f"http://127.0.0.1:{simulator_port}"),
        data,
        data / "output.log",
        settings={**own, **settings},
    )
    try:
        product.start()
        yield product
    finally:
        product.simulator.close()
        product.stop()
