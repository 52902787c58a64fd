"""A host that answers exactly what a test says, in the place where the simulator would stand."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from tests.conftest import forget_settings


class Host:
    """Answers by host and path; what was not foreseen is 599."""

    def __init__(self) -> None:
        self.answers: dict[str, list[tuple[int, bytes, str]]] = {}
        self.asked: list[tuple[str, bytes, dict[str, str]]] = []

    def answer(self, path: str, body: object, status: int = 200, content_type: str = "application/json") -> None:
        """What to say next at `path` (without query); the last of several goes on being said."""
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        self.answers.setdefault(path, []).append((status, content, content_type))

    def paths(self) -> list[str]:
        """What was asked for, in order, without queries."""
        return [path.partition("?")[0] for path, _, _ in self.asked]

    def take(self, path: str, body: bytes, headers: dict[str, str]) -> tuple[int, bytes, str]:
        """The next answer for a request."""
        self.asked.append((path, body, headers))
        waiting = self.answers.get(path.partition("?")[0], [(599, b"", "text/plain")])
        return waiting.pop(0) if len(waiting) > 1 else waiting[0]


@pytest.fixture
def host(database: object, monkeypatch: pytest.MonkeyPatch) -> Iterator[Host]:
    """Every provider's host."""
    del database
    made = Host()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length") or 0))
            status, content, content_type = made.take(self.path.removeprefix("/"), body, dict(self.headers))
            self.send_response(status)
            self.send_header("Content-Type", content_type)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        do_POST = do_GET  # noqa: N815 (the name that http.server looks for)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 (as http.server calls it)
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    monkeypatch.setenv("EASYCRM_SIMULATOR_URL", f"http://127.0.0.1:{server.server_port}")
    forget_settings()
    yield made
    server.shutdown()
    server.server_close()
