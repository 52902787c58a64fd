"""The fast way to the providers keeps httpx's promises: certificates, errors, bytes as they came, no cookies."""

import gzip
import socket
import ssl
import threading
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from easycrm.providers.transport import Transport
from tests.tls_proxy import TlsProxy


class Server:
    """Answers each connection's requests with the next of `answers`, and keeps what it heard."""

    def __init__(self, context: ssl.SSLContext | None = None) -> None:
        self.answers: list[bytes] = []
        self.heard: list[bytes] = []
        self._context, self._socket = context, socket.create_server(("127.0.0.1", 0))
        self.port = self._socket.getsockname()[1]
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        while True:
            try:
                plain, _ = self._socket.accept()
                connection = self._context.wrap_socket(plain, server_side=True) if self._context else plain
            except OSError:
                if self._socket.fileno() < 0:
                    return
                continue
            with connection:
                while heard := connection.recv(65536):
                    self.heard.append(heard)
                    if not self.answers:
                        break
                    connection.sendall(self.answers.pop(0))

    def close(self) -> None:
        self._socket.close()


@pytest.fixture
def server() -> Iterator[Server]:
    made = Server()
    yield made
    made.close()


def answer(body: bytes, *headers: str, status: str = "200 OK") -> bytes:
    """A whole answer."""
    head = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", *headers, "", ""]
    return "\r\n".join(head).encode() + body


async def ask(url: str, method: str = "GET", content: bytes | None = None) -> httpx.Response:
    """One request over a transport of its own."""
    timeout = {"connect": 5, "read": 5, "write": 5, "pool": 5}
    transport = Transport()
    try:
        request = httpx.Request(method, url, content=content, extensions={"timeout": timeout})
        response = await transport.handle_async_request(request)
        try:
            await response.aread()
        finally:
            await response.aclose()
        return response
    finally:
        await transport.aclose()


async def test_a_link_is_asked_for_exactly_as_it_was_handed_out(server: Server) -> None:
    server.answers.append(answer(b"{}"))
    link = "/me/a%2Fb%3D/delta?%24skiptoken=ab%2Bc%3d&x=%41"

    await ask(f"http://127.0.0.1:{server.port}{link}")

    assert server.heard[0].startswith(f"GET {link} HTTP/1.1\r\n".encode())


async def test_a_body_is_sent_and_a_compressed_answer_is_read(server: Server) -> None:
    server.answers.append(answer(gzip.compress(b'{"a": 1}'), "Content-Encoding: gzip"))

    response = await ask(f"http://127.0.0.1:{server.port}/", "POST", b"asked")

    assert response.json() == {"a": 1}
    assert server.heard[-1].endswith(b"asked")


async def test_redirects_and_cookies_mean_nothing(server: Server) -> None:
    there = f"http://127.0.0.1:{server.port}/"
    server.answers += [answer(b"", f"Location: {there}", "Set-Cookie: a=b; Path=/", status="302 Found"), answer(b"")]
    transport = Transport()

    first = await transport.handle_async_request(httpx.Request("GET", there))
    await first.aread()
    await (await transport.handle_async_request(httpx.Request("GET", there))).aread()
    await transport.aclose()

    assert first.status_code == 302
    assert len(server.heard) == 2
    assert not any(b"cookie:" in heard.lower() for heard in server.heard)


@pytest.mark.parametrize(
    ("said", "kind"),
    [
        (b"", httpx.RemoteProtocolError),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf", httpx.RemoteProtocolError),
        (b"no HTTP at all\r\n\r\n", httpx.RemoteProtocolError),
    ],
)
async def test_a_connection_that_breaks_is_told_in_httpxs_words(said: bytes, kind: type[Exception]) -> None:
    server = Server()
    server.answers += [said] if said else []
    if said:
        threading.Timer(0.3, server.close).start()
    with pytest.raises(httpx.TransportError) as caught:
        await _once(server, said)

    assert type(caught.value) in (kind, httpx.ReadError, httpx.ReadTimeout)
    server.close()


async def _once(server: Server, said: bytes) -> None:
    transport = Transport()
    timeout = {"connect": 5, "read": 0.5 if said else 5, "write": 5, "pool": 5}
    try:
        request = httpx.Request("POST", f"http://127.0.0.1:{server.port}/", extensions={"timeout": timeout})
        response = await transport.handle_async_request(request)
        try:
            await response.aread()
        finally:
            await response.aclose()
    finally:
        await transport.aclose()


async def test_nobody_listening_is_a_connect_error() -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]

    with pytest.raises(httpx.ConnectError):
        await ask(f"http://127.0.0.1:{port}/")


async def test_an_answer_that_does_not_come_is_a_read_timeout(server: Server) -> None:
    server.answers.append(b"HTTP/1.1 200 OK\r\n")
    with pytest.raises(httpx.ReadTimeout):
        await _once(server, b"x")


async def test_certificates_are_trusted_by_the_authorities_that_the_environment_names(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    authority = TlsProxy("http://127.0.0.1:9", tmp_path)
    server = Server(authority._context("localhost"))
    for name in ("SSL_CERT_FILE", "SSL_CERT_DIR"):
        monkeypatch.delenv(name, raising=False)
    with pytest.raises(httpx.ConnectError):
        await ask(f"https://localhost:{server.port}/")

    monkeypatch.setenv("SSL_CERT_FILE", str(authority.authority))
    server.answers.append(answer(b"trusted"))
    response = await ask(f"https://localhost:{server.port}/")

    assert response.content == b"trusted"
    server.close()
    authority.close()
