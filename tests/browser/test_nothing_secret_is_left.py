"""After a full run, no token, code, verifier or client secret stands anywhere in clear."""

import base64
import json
import re
import sqlite3
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

import pytest
from playwright.sync_api import Browser, Page, expect

from tests import product as products
from tests.browser.letters import WORKER_MS, until
from tests.product import Product

PEOPLE = {"Google Workspace": "grace@example.com", "Microsoft 365": "edsger@example.net"}
TOKENS = "SELECT access_token FROM token_set JOIN connection ON connection.id = connection_id WHERE address = ?"


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory, browser: Browser) -> tuple[Product, set[str]]:
    """A product in which both providers were connected, synced, reconnected and disconnected; and its secrets."""
    secrets: set[str] = {"demo-google-secret", "demo-microsoft-secret"}
    with products.running(tmp_path_factory.mktemp("secrets") / "data") as product:
        context = browser.new_context()
        name, value = product.cookie("member")
        secrets.add(value)
        context.add_cookies([{"name": name, "value": value, "url": product.url}])
        page = context.new_page()

        def keep(url: str) -> None:
            query = dict(parse_qsl(urlsplit(url).query))
            secrets.update(query[one] for one in ("code", "state", "nonce", "code_challenge") if one in query)

        page.on("request", lambda request: keep(request.url))
        for provider, address in PEOPLE.items():
            page.goto(product.url + "/settings/email")
            region = page.get_by_role("region", name=provider)
            region.get_by_role("button", name="Connect Account").click()
            page.get_by_role("button", name=address).click()
            page.get_by_role("button", name="Allow").click()
            expect(region.get_by_text(re.compile("Synced"))).to_be_visible(timeout=WORKER_MS)
            before = product.rows(TOKENS, address)
            product.simulator.post("grants/expire-access", email=address)
            region.get_by_role("button", name="Sync now").click()
            until_renewed(page, product, address, before)
        secrets |= set(product.simulator.get("secrets")["secrets"])
        page.goto(product.url + "/settings/email")
        page.get_by_role("region", name="Google Workspace").get_by_role("button", name="Disconnect").click()
        page.get_by_role("alertdialog").or_(page.get_by_role("dialog")).get_by_role("button", name="Disconnect").click()
        expect(page.get_by_text("Not connected", exact=True)).to_be_visible()
        context.close()
    return product, {secret for secret in secrets if len(secret) > 8}


def until_renewed(page: Page, product: Product, address: str, before: list[tuple[object, ...]]) -> None:
    """Wait for other tokens, whose secrets count too."""
    until(page, lambda: product.rows(TOKENS, address) != before)


def test_threat_29_no_secret_is_left_in_any_file(run: tuple[Product, set[str]]) -> None:
    product, secrets = run
    allowed = {"simulator.state", "sign-ins.json"}  # the provider's own memory, and the demo's passwords
    files = [path for path in product.data.rglob("*") if path.is_file() and path.name not in allowed]
    assert {"easycrm.db", "output.log", "queue.db"} <= {path.name for path in files}
    assert len(secrets) > 10

    found = [(path.name, secret[:12]) for path in files for secret in secrets if _holds(path.read_bytes(), secret)]

    assert found == []


def test_threat_29_no_secret_is_left_in_reflexs_files(run: tuple[Product, set[str]]) -> None:
    _, secrets = run
    states = Path(__file__).parents[2] / ".states"
    files = [path for path in states.rglob("*") if path.is_file()] if states.exists() else []

    assert [path for path in files for secret in secrets if _holds(path.read_bytes(), secret)] == []


def test_the_database_holds_tokens_only_sealed(run: tuple[Product, set[str]]) -> None:
    product, _ = run
    with sqlite3.connect(product.data / "easycrm.db") as database:
        tokens = database.execute("SELECT access_token, refresh_token FROM token_set").fetchall()

    assert tokens
    assert all(token.startswith("v1.demo.") for row in tokens for token in row)


def _holds(data: bytes, secret: str) -> bool:
    plain = secret.encode()
    return plain in data or base64.b64encode(plain) in data or json.dumps(secret).encode() in data


def test_the_search_itself_finds_what_is_there(tmp_path: Path) -> None:
    (tmp_path / "x").write_bytes(b"before ya29.some-token after")

    assert _holds((tmp_path / "x").read_bytes(), "ya29.some-token")
