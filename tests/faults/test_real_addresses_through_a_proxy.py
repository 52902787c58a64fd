"""With HTTPS_PROXY and SSL_CERT_FILE set, and no simulator address, the main path works unchanged."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine

from tests.conftest import forget_settings
from tests.connected import prepare
from tests.simulator_process import Simulator
from tests.tls_proxy import TlsProxy

HOSTS = {
    "google": {"oauth2.googleapis.com", "www.googleapis.com", "openidconnect.googleapis.com", "gmail.googleapis.com"},
    "microsoft": {"login.microsoftonline.com", "graph.microsoft.com"},
}


@pytest.fixture
def proxy(
    simulator: Simulator, database: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[TlsProxy]:
    """The only way out, and EasyCRM told about it the usual way."""
    del database
    made = TlsProxy(simulator.url, tmp_path)
    monkeypatch.delenv("EASYCRM_SIMULATOR_URL")
    monkeypatch.setenv("EASYCRM_ENV", "production")
    monkeypatch.setenv("HTTPS_PROXY", made.url)
    monkeypatch.setenv("SSL_CERT_FILE", str(made.authority))
    monkeypatch.delenv("SSL_CERT_DIR", raising=False)
    monkeypatch.delenv("NO_PROXY", raising=False)
    forget_settings()
    yield made
    made.close()


@pytest.mark.parametrize("provider", ["google", "microsoft"])
async def test_the_main_path_goes_through_a_proxy_to_the_real_addresses(
    provider: str, simulator: Simulator, proxy: TlsProxy
) -> None:
    email = {"google": "linus@example.org", "microsoft": "barbara@example.org"}[provider]
    mailbox = prepare(simulator, provider, email)

    await mailbox.connect()
    await mailbox.sync()
    simulator.post("grants/expire-access", email=email)
    simulator.post("deliver", email=email, subject="Through the proxy")
    await mailbox.sync()

    mailbox.assert_equal()
    assert {message.subject for message in mailbox.stored().values()} >= {"Through the proxy"}
    keys = {"www.googleapis.com"}  # kept for an hour, perhaps from an earlier test
    assert HOSTS[provider] - keys <= set(proxy.hosts) <= HOSTS[provider]
