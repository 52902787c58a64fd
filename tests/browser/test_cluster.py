"""Two web and two worker processes on PostgreSQL and Redis behind nginx: one installation to whoever uses it."""

import re
import time
from collections.abc import Callable

import httpx
import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Person
from tests.browser.consent_screen import connect, provider_region
from tests.browser.letters import WORKER_MS, connected
from tests.cluster import Cluster

pytestmark = pytest.mark.cluster
GOOGLE = "Google Workspace"
Make = Callable[..., str]


def test_the_session_cookie_is_for_this_host_by_https_only(product: Cluster, member: Person) -> None:
    answer = product.post(
        "/auth/sign-in", data={"email": member.email, "password": member.password}, headers={"Origin": product.url}
    )

    written = answer.headers["set-cookie"]
    assert written.startswith("__Host-easycrm_session=")
    assert {"Secure", "HttpOnly", "Path=/"} <= {part.strip() for part in written.split(";")}
    assert answer.headers["strict-transport-security"] == "max-age=31536000"


def test_a_redirect_to_the_page_keeps_https_and_host(product: Cluster) -> None:
    answer = product.get("/sign-in")

    assert (answer.status_code, answer.headers["location"]) == (307, f"{product.url}/sign-in/")


def test_files_that_never_change_come_compressed_from_nginx(product: Cluster) -> None:
    page = product.get("/sign-in/")
    script = re.findall(r'"(/assets/[^"]+\.js)"', page.text)[0]

    answer = product.get(script)

    assert answer.headers["content-encoding"] == "gzip"
    assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert answer.headers["x-content-type-options"] == "nosniff"


def test_metrics_are_each_processs_own_and_not_for_the_world(product: Cluster) -> None:
    assert product.get("/metrics").status_code == 404
    for name in ("web1", "web2"):
        own = f"http://127.0.0.1:{product.units[name].instance}/metrics"
        # A worker that was killed a moment ago is counted until its sign of life is too old.
        until = time.monotonic() + WORKER_MS / 1000
        while "easycrm_workers 2.0" not in (told := httpx.get(own, trust_env=False).text):
            assert time.monotonic() < until, told
            time.sleep(0.5)


def test_what_workers_do_reaches_tabs_of_every_web_process(
    product: Cluster, member: Person, make_mailbox: Make
) -> None:
    address = make_mailbox(GOOGLE)
    connected(product, member.page, GOOGLE, address)
    tabs = [member.context.new_page() for _ in range(4)]
    for tab in tabs:
        tab.goto(product.url + "/mailbox")
        expect(tab.get_by_text(product.simulator.newest_subject(address)).first).to_be_visible(timeout=WORKER_MS)
    serving = [_handled(product, name) for name in ("web1", "web2")]
    product.simulator.post("deliver", email=address, subject="For every tab")

    provider_region(member.page, GOOGLE).get_by_role("button", name="Sync now").click()

    for tab in tabs:
        expect(tab.get_by_text("For every tab").first).to_be_visible(timeout=WORKER_MS)
    assert all(serving), "one process served all tabs: this proved nothing"


def _handled(product: Cluster, name: str) -> int:
    """Events that one web process handled so far."""
    told = httpx.get(f"http://127.0.0.1:{product.units[name].instance}/metrics", trust_env=False).text
    return int(sum(map(float, re.findall(r"easycrm_event_seconds_count\{.*\} (.*)", told))))


def test_threat_29_no_secret_is_left_in_redis_or_postgresql(
    product: Cluster, member: Person, make_mailbox: Make
) -> None:
    """But for the session's cookie, which Redis keeps while the tab is open (docs/security.md)."""
    address = make_mailbox(GOOGLE)
    seen: list[str] = []
    member.page.on("request", lambda request: seen.append(request.url))
    connect(member.page, product, GOOGLE, address)
    secret = {found for url in seen for found in re.findall(r"[?&](?:code|state|nonce)=([^&]{8,})", url)}
    secret |= {one for one in product.simulator.get("secrets")["secrets"] if len(one) > 8}
    assert len(secret) > 5

    left = product.stored()

    assert address.encode() in left
    assert [one[:12] for one in secret if one.encode() in left] == []
