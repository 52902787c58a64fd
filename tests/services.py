"""PostgreSQL, Redis and nginx of a test's own, from Debian's packages: started on loopback, killed, started again."""

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Generator
from dataclasses import dataclass, field
from pathlib import Path

import psycopg
import redis

PATIENCE_SECONDS = 60
MISSING = "PostgreSQL, Redis or nginx is not installed; ./test.sh installs them as root"


def installed() -> bool:
    """Whether the programs are there."""
    return bool(_postgresql_programs() and shutil.which("redis-server") and _nginx())


@dataclass
class Service:
    """A program that can be killed and started again on the same port with the same folder."""

    command: list[str]
    answers: Callable[[], object]
    folder: Path
    port: int
    as_postgres: bool = False
    ends_with: signal.Signals = signal.SIGQUIT
    _process: subprocess.Popen[bytes] | None = field(default=None, repr=False)

    def start(self) -> None:
        """Start it, and wait until it answers."""
        options: dict[str, object] = {}
        if self.as_postgres and os.getuid() == 0:
            options = {"user": "postgres", "group": "postgres", "extra_groups": []}
        with (self.folder / "log").open("ab") as log:
            self._process = subprocess.Popen(self.command, cwd=self.folder, stdout=log, stderr=log, **options)  # pyright: ignore
        until = time.monotonic() + PATIENCE_SECONDS
        while True:
            try:
                self.answers()
                return
            except Exception:
                assert self._process.poll() is None, (self.folder / "log").read_text()
                assert time.monotonic() < until, (self.folder / "log").read_text()
                time.sleep(0.05)

    def stop(self) -> None:
        """End it at once; PostgreSQL takes SIGQUIT for "let go of everything, now"."""
        if self._process is not None:
            with contextlib.suppress(ProcessLookupError):
                self._process.send_signal(self.ends_with)
            self._process.wait(PATIENCE_SECONDS)

    def restart(self) -> None:
        """Away, and here again."""
        self.stop()
        self.start()


@contextlib.contextmanager
def postgresql() -> Generator[Service]:
    """An empty PostgreSQL."""
    port, programs = _free_port(), _postgresql_programs()
    with _folder() as folder:
        if os.getuid() == 0:
            shutil.chown(folder, "postgres", "postgres")
        server = Service(
            [f"{programs}/postgres", "-D", "data", "-p", str(port), "-k", str(folder),
             "-c", "listen_addresses=127.0.0.1", "-c", "fsync=off", "-c", "max_connections=200"],
            lambda: psycopg.connect(host="127.0.0.1", port=port, user="postgres", dbname="postgres").close(),
            folder, port, as_postgres=True,
        )  # fmt: skip
        drop = ["setpriv", "--reuid=postgres", "--regid=postgres", "--init-groups"] if os.getuid() == 0 else []
        prepare = [
            *drop,
            f"{programs}/initdb",
            "-D",
            "data",
            "-U",
            "postgres",
            "-A",
            "trust",
            "-E",
            "UTF8",
            "--no-sync",
        ]
        subprocess.run(prepare, cwd=folder, check=True, stdout=subprocess.DEVNULL)
        yield from _running(server)


@contextlib.contextmanager
def redis_server() -> Generator[Service]:
    """A Redis that keeps nothing over a restart: the worst there is."""
    port = _free_port()
    with _folder() as folder:
        command = ["redis-server", "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--dir", str(folder)]
        ping = redis.Redis(port=port).ping
        yield from _running(Service(command, ping, folder, port, ends_with=signal.SIGKILL))


@contextlib.contextmanager
def nginx(site: str, port: int) -> Generator[Service]:
    """nginx with one site, which answers on `port`."""
    with _folder() as folder:
        (folder / "site.conf").write_text(site)
        places = " ".join(
            f"{kind}_temp_path {folder}/{kind};" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
        )
        (folder / "nginx.conf").write_text(
            f"daemon off; pid {folder}/pid; error_log stderr; {'user root;' if os.getuid() == 0 else ''}\n"
            "events { worker_connections 512; }\n"
            "http { include /etc/nginx/mime.types; default_type application/octet-stream; access_log off;\n"
            f"{places}\ninclude {folder}/site.conf; }}\n"
        )
        command = [str(_nginx()), "-p", str(folder), "-c", str(folder / "nginx.conf"), "-e", "stderr"]
        answers = lambda: socket.create_connection(("127.0.0.1", port), 1).close()  # noqa: E731
        yield from _running(Service(command, answers, folder, port))


def _running(service: Service) -> Generator[Service]:
    service.start()
    try:
        yield service
    finally:
        service.stop()


@contextlib.contextmanager
def _folder() -> Generator[Path]:
    # Not pytest's: PostgreSQL runs as somebody else, who may not enter there.
    folder = Path(tempfile.mkdtemp(prefix="easycrm-test-"))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _postgresql_programs() -> str:
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: float(path.parent.name))
    return str(found[-1]) if found and (found[-1] / "initdb").exists() else ""


def _nginx() -> str | None:
    return shutil.which("nginx", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
