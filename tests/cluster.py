"""EasyCRM as docs/deployment says: two web and two worker processes, PostgreSQL, Redis, nginx with TLS before them."""

import contextlib
import signal
import ssl
import subprocess
import sys
import threading
import time
from collections.abc import Generator
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import psycopg
import redis

from easycrm.core import sealed
from tests import certificate, services
from tests.product import START_SECONDS, Product, free_port, without_settings
from tests.services import Service
from tests.simulator_process import REPOSITORY
from tests.simulator_process import running as simulator_running
from tests.systemd import DEPLOYMENT, INSTALLED_IN, Unit, kept_alive


@dataclass
class Cluster(Product):
    """The running installation. `units` by name: web1, web2, worker1, worker2."""

    units: dict[str, Unit] = field(default_factory=dict[str, Unit])
    database: Service | None = None
    redis: Service | None = None

    def environment(self) -> dict[str, str]:
        """What a command needs to work on this installation."""
        return {**without_settings(), **self.settings}

    def execute(self, statement: str, *values: object) -> None:
        """Change what the database says, past the product."""
        with self._connection() as connection:
            connection.execute(_in_postgresql(statement), values)

    def rows(self, query: str, *values: object) -> list[tuple[object, ...]]:
        """What the database says."""
        with self._connection() as connection:
            return connection.execute(_in_postgresql(query), values).fetchall()

    def stored(self) -> bytes:
        """Everything that is kept anywhere: in Redis, in PostgreSQL, in files."""
        return self._in_redis() + self._in_postgresql() + super().stored()

    def _in_redis(self) -> bytes:
        assert self.redis is not None
        client = redis.Redis(port=self.redis.port)
        kinds = {b"string": client.get, b"hash": client.hgetall, b"list": lambda key: client.lrange(key, 0, -1)}
        kept: list[bytes] = []
        for key in client.scan_iter("*"):
            read = kinds.get(client.type(key), lambda key: client.zrange(key, 0, -1))
            kept.append(key + b" " + (value if isinstance(value := read(key), bytes) else repr(value).encode()))
        assert kept
        return b"\n".join(kept)

    def _in_postgresql(self) -> bytes:
        tables = self.rows("SELECT table_name FROM information_schema.tables WHERE table_schema = 'public'")
        return "\n".join(str(self.rows(f'SELECT * FROM "{name}"')) for (name,) in tables).encode()  # noqa: S608

    def kill_web(self) -> None:
        """Let both web processes end without warning, and be started again a moment later, as systemd does."""
        webs = [self.units[name] for name in ("web1", "web2")]
        for web in webs:
            web.send(signal.SIGKILL)
        threading.Timer(2, lambda: [web.start() for web in webs]).start()

    def restart(self) -> None:
        """End every process and start it again with what the key file says by now."""
        for unit in self.units.values():
            unit.send(signal.SIGTERM)
        for unit in self.units.values():
            unit.start()
        self.wait()

    def wait(self) -> None:
        """Until both web processes answer, and nginx with them."""
        until = time.monotonic() + START_SECONDS
        addresses = [f"http://127.0.0.1:{self.units[name].instance}/healthz" for name in ("web1", "web2")]
        for address in (*addresses, f"{self.url}/healthz"):
            while not _answers(address, self.verify):
                assert time.monotonic() < until, self.log()
                time.sleep(0.1)

    def _connection(self) -> psycopg.Connection:
        assert self.database is not None
        return psycopg.connect(host="127.0.0.1", port=self.database.port, user="postgres", dbname="postgres")


def _in_postgresql(query: str) -> bytes:
    return query.replace("%", "%%").replace("?", "%s").encode()


def _answers(address: str, verify: ssl.SSLContext | bool) -> bool:
    try:
        return httpx.get(address, verify=verify, trust_env=False, timeout=5).status_code == 200
    except httpx.HTTPError:
        return False


@contextlib.contextmanager
def running(data: Path, **more: str) -> Generator[Cluster]:
    """The whole installation on free ports, for the time of the block."""
    data.mkdir(parents=True, exist_ok=True)
    authority, certificate_file, key_file = certificate.make(data)
    port, web_ports = free_port(), (free_port(), free_port())
    url = f"https://localhost:{port}"
    (data / "keys").write_text(sealed.new_key("cluster"))
    with contextlib.ExitStack() as stack:
        simulator = stack.enter_context(simulator_running(redirect_base=url))
        database = stack.enter_context(services.postgresql())
        memory = stack.enter_context(services.redis_server())
        settings = {
            "EASYCRM_ENV": "development",
            "EASYCRM_PUBLIC_URL": url,
            "EASYCRM_DATABASE_URL": f"postgresql+psycopg://postgres@127.0.0.1:{database.port}/postgres",
            "EASYCRM_REDIS_URL": f"redis://127.0.0.1:{memory.port}/0",
            "EASYCRM_KEY_FILE": str(data / "keys"),
            "EASYCRM_DATA_DIR": str(data),
            "EASYCRM_TRUSTED_PROXIES": "127.0.0.1",
            "EASYCRM_SIMULATOR_URL": simulator.url,
            # As in the demo: what a new project may fetch in a minute, tests would wait for.
            "EASYCRM_GMAIL_UNITS_PER_MINUTE": "1000000",
            "EASYCRM_GMAIL_PROJECT_UNITS_PER_MINUTE": "10000000",
            **more,
        }
        cluster = Cluster(
            url, simulator, data, data / "output.log",
            verify=ssl.create_default_context(cafile=str(authority)),
            settings=settings, database=database, redis=memory,
        )  # fmt: skip
        instances = {"web1": web_ports[0], "web2": web_ports[1], "worker1": 1, "worker2": 2}
        for name, instance in instances.items():
            file = f"easycrm-{name[:-1]}@.service"
            cluster.units[name] = Unit(file, str(instance), cluster.environment(), cluster.output)
        try:
            _start(cluster)
            stack.enter_context(services.nginx(_site(port, web_ports, certificate_file, key_file), port))
            with kept_alive(list(cluster.units.values())):
                cluster.wait()
                yield cluster
        finally:
            _end(cluster)


def _start(cluster: Cluster) -> None:
    """All at once, as after a reboot: the migrations and the build are everybody's first thought."""
    for process in [unit.prepare() for unit in cluster.units.values()]:
        assert process.wait(START_SECONDS) == 0, cluster.log()
    seed = "from easycrm import demo; demo.seed()"
    subprocess.run([sys.executable, "-c", seed], cwd=REPOSITORY, env=cluster.environment(), check=True)
    for unit in cluster.units.values():
        unit.start()


def _end(cluster: Cluster) -> None:
    alive = [unit for unit in cluster.units.values() if unit.process is not None and unit.process.poll() is None]
    for unit in alive:
        unit.process.send_signal(signal.SIGTERM)  # pyright: ignore[reportOptionalMemberAccess]
    for unit in alive:
        try:
            unit.process.wait(30)  # pyright: ignore[reportOptionalMemberAccess]
        except subprocess.TimeoutExpired:
            unit.send(signal.SIGKILL)


def _site(port: int, web_ports: tuple[int, int], certificate_file: Path, key_file: Path) -> str:
    """The documented site with this test's ports, name and certificate in the place of the documented ones."""
    text = (DEPLOYMENT / "nginx.conf").read_text()
    for documented, ours in {
        "127.0.0.1:3001": f"127.0.0.1:{web_ports[0]}",
        "127.0.0.1:3002": f"127.0.0.1:{web_ports[1]}",
        "listen 80;": f"listen 127.0.0.1:{free_port()};",
        "listen 443 ssl http2;": f"listen 127.0.0.1:{port} ssl http2;",
        "server_name crm.example.com;": "server_name localhost;",
        "/etc/ssl/certs/crm.example.com.pem": str(certificate_file),
        "/etc/ssl/private/crm.example.com.key": str(key_file),
        f"{INSTALLED_IN}/.web": f"{REPOSITORY}/.web",
    }.items():
        assert documented in text, documented
        text = text.replace(documented, ours)
    return text
