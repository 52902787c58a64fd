"""`doctor` names what is broken, each thing in a sentence with what to do, and says so in its exit status."""

import socket
import ssl
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
from sqlalchemy import Engine, text

from easycrm import doctor, migrate, worker
from easycrm.core import db, key_canary, sealed
from easycrm.core.wording import operating
from easycrm.doctor import inside, outside
from easycrm.notices.liveness import Heartbeat
from easycrm.tables import metadata
from tests import certificate
from tests.conftest import forget_settings
from tests.product import free_port
from tests.unit.test_command_line import run


@pytest.fixture
def installed(database: Engine, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A database as migrations leave it, and a port that nobody uses."""
    metadata.drop_all(database)
    migrate.upgrade()
    key_canary.check()
    worker.queue.cache_clear()
    port = free_port()
    change(monkeypatch, PORT=str(port), PUBLIC_URL=f"http://localhost:{port}", SIMULATOR_URL="http://127.0.0.1:1")
    yield
    worker.queue.cache_clear()


def change(monkeypatch: pytest.MonkeyPatch, **values: str) -> None:
    for name, value in values.items():
        monkeypatch.setenv(f"EASYCRM_{name}", value)
    forget_settings()


def said(level: str) -> dict[str, str]:
    """Findings of a level, by what they are about."""
    return {one.what: one.says for one in doctor.examine() if one.level == level}


def test_what_does_not_run_is_told_with_what_to_do(installed: None) -> None:
    found = [one for one in doctor.examine() if one.level == "problem"]

    assert [one.what for one in found if one.what != "pages"] == ["workers", "web", "public address"]
    assert all(one.remedy for one in found)


def test_a_worker_that_lives_is_counted(installed: None) -> None:
    Heartbeat(lambda: None)._beat()  # pyright: ignore[reportPrivateUsage]

    assert [one.says for one in inside.workers()] == ["1 worker is running"]


def test_another_key_than_the_databases_is_told(installed: None, monkeypatch: pytest.MonkeyPatch) -> None:
    change(monkeypatch, KEYS=sealed.new_key("other"))

    assert "does not hold the key" in said("problem")["keys"]


@pytest.mark.parametrize(
    ("revision", "sentence"),
    [
        ("0001", "The database has revision 0001"),
        ("9999", operating.NEWER_DATABASE),
    ],
)
def test_a_database_of_another_version_is_told(installed: None, revision: str, sentence: str) -> None:
    with db.engine().begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = :there"), {"there": revision})

    assert said("problem")["database"].startswith(sentence)


def test_a_database_that_is_away_spoils_no_other_finding(installed: None, monkeypatch: pytest.MonkeyPatch) -> None:
    change(monkeypatch, DATABASE_URL="postgresql+psycopg://nobody@127.0.0.1:1/nothing")

    assert said("problem")["database"].startswith("The database does not answer (")
    assert "could not be checked" not in str(said("problem"))
    assert "disk" in said("ok")


def test_a_redis_that_is_away_is_told(installed: None, monkeypatch: pytest.MonkeyPatch) -> None:
    change(monkeypatch, REDIS_URL="redis://127.0.0.1:1/0")
    worker.queue.cache_clear()

    assert said("problem")["queue"] == "The queue does not answer (ConnectionError)"
    half = operating.HALF_DISTRIBUTED in [one.says for one in inside.readable_settings()]
    assert half == (db.engine().dialect.name == "sqlite")


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"PUBLIC_URL": "http://crm.example.com"}, operating.PLAIN_HTTP),
        ({"PUBLIC_URL": "https://crm.example.com"}, operating.NO_TRUSTED_PROXY),
    ],
)
def test_what_is_unwise_is_a_warning(
    installed: None, values: dict[str, str], sentence: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    change(monkeypatch, **values)

    assert [one.says for one in inside.readable_settings() if one.level == "warning"] == [sentence]


def test_a_key_file_that_others_can_read_is_a_warning(
    installed: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "ring"
    file.write_text(sealed.new_key("2026"))
    monkeypatch.delenv("EASYCRM_KEYS")
    change(monkeypatch, KEY_FILE=str(file))
    for mode, told in ((0o644, 1), (0o600, 0)):
        file.chmod(mode)
        assert len(list(inside.keys())) == told


class _Proxy(BaseHTTPRequestHandler):
    """A proxy that passes everything on but websockets."""

    def do_GET(self) -> None:
        body = b'{"live":true}' if self.path == "/healthz/live" else b"no"
        self.send_response(200 if self.path == "/healthz/live" else 400)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


def test_a_proxy_without_websockets_is_told(installed: None, monkeypatch: pytest.MonkeyPatch) -> None:
    with HTTPServer(("127.0.0.1", 0), _Proxy) as proxy:
        threading.Thread(target=proxy.serve_forever, daemon=True).start()
        change(monkeypatch, PUBLIC_URL=f"http://127.0.0.1:{proxy.server_port}")
        found = [(one.level, one.says) for one in outside.public_address()]
        proxy.shutdown()

    assert found[-1] == ("problem", operating.NO_WEBSOCKET)


class _Passing(_Proxy):
    """A proxy that passes websockets on too."""

    def do_GET(self) -> None:
        if self.path == "/healthz/live":
            super().do_GET()
            return
        self.send_response(101)
        self.end_headers()


def test_our_own_address_is_asked_past_the_proxy_for_providers(
    installed: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    with HTTPServer(("127.0.0.1", 0), _Passing) as proxy:
        threading.Thread(target=proxy.serve_forever, daemon=True).start()
        change(monkeypatch, PUBLIC_URL=f"http://127.0.0.1:{proxy.server_port}")
        found = [(one.what, one.level) for one in outside.public_address()]
        proxy.shutdown()

    assert found == [("public address", "ok"), ("websocket", "ok")]


def test_a_certificate_of_the_companys_own_authority_is_believed(
    installed: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    authority, certificate_file, key_file = certificate.make(tmp_path)
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate_file, key_file)
    with HTTPServer(("127.0.0.1", 0), _Passing) as server:
        server.socket = context.wrap_socket(server.socket, server_side=True)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        change(monkeypatch, PUBLIC_URL=f"https://localhost:{server.server_port}")
        before = next(outside.public_address()).says
        monkeypatch.setenv("SSL_CERT_FILE", str(authority))
        after = [one.level for one in outside.public_address()]
        server.shutdown()

    assert "CERTIFICATE_VERIFY_FAILED" in before
    assert after == ["ok", "ok"]


def test_what_is_no_easycrm_is_told(installed: None, monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        threading.Thread(target=_answer_anything, args=(other,), daemon=True).start()
        change(monkeypatch, PORT=str(other.getsockname()[1]))

        assert next(outside.web()).says.startswith("Something else than EasyCRM answers")


def _answer_anything(server: socket.socket) -> None:
    connection, _ = server.accept()
    with connection:
        connection.recv(4096)
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello")


def test_the_command_says_it_in_lines_and_ends_with_one(installed: None) -> None:
    done = run("doctor")

    assert done.returncode == 1
    assert "problem  workers: " in done.stdout
    assert operating.FIX_WORKER in done.stdout
    assert done.stderr == ""


def test_a_wrong_setting_is_the_only_finding(installed: None) -> None:
    done = run("doctor", EASYCRM_PORT="eighty")

    assert done.returncode == 1
    assert done.stdout.count("problem ") == 1
    assert "EASYCRM_PORT" in done.stdout
