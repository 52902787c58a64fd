"""Only the providers' own hosts are ever asked, and no answer is trusted to lead elsewhere."""

import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine

from easycrm.providers import http, microsoft_graph
from easycrm.providers.errors import ProviderUnavailable
from easycrm.providers.fixed_token import FixedToken
from tests.conftest import forget_settings
from tests.connected import prepare
from tests.simulator_process import Simulator
from tests.tls_proxy import TlsProxy

FOREIGN = [
    "http://graph.microsoft.com/v1.0/me",
    "https://graph.microsoft.com.evil.example.org/v1.0/me",
    "https://evil.example.org/v1.0/me",
    "https://evil.example.org@graph.microsoft.com/v1.0/me",
    "https://graph.microsoft.com@evil.example.org/v1.0/me",
    "https://graph.microsoft.com:8443/v1.0/me",
    "https://2130706433/",
    "https://0x7f000001/",
    "https://127.1/",
    "https://[::1]/",
    "https://[::ffff:127.0.0.1]/",
    "https://169.254.169.254/latest/meta-data",
    "https://localhost/",
    "https://GRAPH.microsoft.com.:443@evil.example.org/",
    "file:///etc/passwd",
    "ftp://graph.microsoft.com/",
    "//graph.microsoft.com/v1.0/me",
]


@pytest.fixture
def canary() -> Iterator[tuple[str, list[bytes]]]:
    """The address of a listener on this machine, and what it has heard: each word is a leak."""
    heard: list[bytes] = []
    server = socket.create_server(("127.0.0.1", 0))

    def listen() -> None:
        while True:
            try:
                connection, _ = server.accept()
            except OSError:
                return
            with connection:
                heard.append(connection.recv(1000))

    threading.Thread(target=listen, daemon=True).start()
    yield f"http://127.0.0.1:{server.getsockname()[1]}/", heard
    server.close()


@pytest.mark.parametrize("url", FOREIGN)
async def test_threat_20_a_foreign_address_is_refused_before_anything_is_sent(url: str, database: Engine) -> None:
    del database
    with pytest.raises(ProviderUnavailable) as refused:
        await http.send("GET", url, headers={"Authorization": "Bearer canary"})

    assert refused.value.code in ("foreign_host", "InvalidURL", "UnsupportedProtocol")


@pytest.mark.parametrize("url", FOREIGN)
async def test_threat_20_a_link_out_of_an_answer_gets_no_token(url: str, database: Engine) -> None:
    del database
    if not url.startswith("https://"):
        url = "https://" + url.split("//")[-1] + ".example.org"
    with pytest.raises(ProviderUnavailable):
        await microsoft_graph.get(FixedToken("canary"), url)
    with pytest.raises(ProviderUnavailable):
        await microsoft_graph.batch(FixedToken("canary"), [url])


@pytest.mark.parametrize("provider", ["google", "microsoft"])
async def test_threat_20_a_redirect_is_not_followed(
    provider: str, simulator: Simulator, database: Engine, canary: tuple[str, list[bytes]]
) -> None:
    del database
    email = {"google": "linus@example.org", "microsoft": "barbara@example.org"}[provider]
    mailbox = prepare(simulator, provider, email)
    await mailbox.connect()
    simulator.post("faults", match="gmail|graph", status=302, headers={"Location": canary[0]})

    await mailbox.sync()

    assert mailbox.row().failures == 1
    assert canary[1] == []


async def test_an_answer_that_is_too_large_is_refused(
    simulator: Simulator, database: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    del database, simulator
    monkeypatch.setattr(http, "LARGEST_BYTES", 10)

    with pytest.raises(ProviderUnavailable) as refused:
        await http.send("GET", "https://accounts.google.com/.well-known/openid-configuration")

    assert refused.value.code == "answer_too_large"


def test_the_browser_is_sent_to_the_simulator_only_when_there_is_one(
    database: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    del database
    url = "https://accounts.google.com/o/oauth2/v2/auth?a=b"
    assert http.browser_url(url) == url
    monkeypatch.setenv("EASYCRM_SIMULATOR_URL", "http://127.0.0.1:8025")
    forget_settings()
    assert http.browser_url(url) == "http://127.0.0.1:8025/accounts.google.com/o/oauth2/v2/auth?a=b"


async def test_threat_40_an_answer_that_never_ends_is_given_up(
    simulator: Simulator, database: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    del database
    monkeypatch.setattr(http, "WHOLE_SECONDS", 0.2)
    simulator.post("faults", match="graph", kind="slow", delay_ms=3000)

    with pytest.raises(ProviderUnavailable) as refused:
        await http.send("GET", "https://graph.microsoft.com/v1.0/me")

    assert refused.value.code == "TimeoutError"


def test_authorities_are_read_once_for_all_clients(database: Engine) -> None:
    del database
    assert http.options()["verify"] is http.options(blocking=True)["verify"]


async def test_threat_40_a_certificate_of_a_stranger_is_not_trusted(
    simulator: Simulator, database: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    del database
    proxy = TlsProxy(simulator.url, tmp_path)
    _through(proxy.url, monkeypatch)
    try:
        with pytest.raises(ProviderUnavailable) as refused:
            await http.send("GET", "https://graph.microsoft.com/v1.0/me", headers={"Authorization": "Bearer canary"})
    finally:
        proxy.close()

    assert refused.value.code == "ConnectError"
    assert simulator.requests(reset=True)["total"] == 0


async def test_threat_40_a_way_out_that_is_closed_is_a_fault(database: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    del database
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    _through(f"http://127.0.0.1:{port}", monkeypatch)

    with pytest.raises(ProviderUnavailable) as refused:
        await http.send("GET", "https://graph.microsoft.com/v1.0/me")

    assert refused.value.code == "ConnectError"


def _through(proxy: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("EASYCRM_SIMULATOR_URL", raising=False)
    monkeypatch.setenv("HTTPS_PROXY", proxy)
    for name in ("NO_PROXY", "no_proxy", "https_proxy", "SSL_CERT_FILE", "SSL_CERT_DIR"):
        monkeypatch.delenv(name, raising=False)
    forget_settings()
