"""How the pages feel in Chromium: paint, shift, blocked time and bytes, on a slow computer and network.

`main()` starts the built product, measures every page and prints a table; `python -m tests.bench.pages`.
"""

import json
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, BrowserContext, CDPSession

from tests import chromium
from tests import product as products
from tests.product import Product
from tests.states.demo import connect_both, sign_in

PAGES = (
    "sign-in", "settings/email", "mailbox", "contacts", "compose", "outbox", "settings/account",
    "admin/providers", "admin/health", "admin/users", "admin/audit",
)  # fmt: skip
SLOW_NETWORK = {"offline": False, "latency": 100, "downloadThroughput": 1_000_000, "uploadThroughput": 400_000}
"""100 ms to the server, 8 Mbit/s down: an office on the far side of a continent. Throughputs in bytes a second."""
SLOWER_CPU = 4
_OBSERVE = """
window.__felt = {fcp: 0, lcp: 0, cls: 0, tbt: 0};
const watch = (type, each) =>
  new PerformanceObserver((list) => list.getEntries().forEach(each)).observe({type, buffered: true});
watch("paint", (entry) => { if (entry.name === "first-contentful-paint") window.__felt.fcp = entry.startTime; });
watch("largest-contentful-paint", (entry) => { window.__felt.lcp = entry.startTime; });
watch("layout-shift", (entry) => { if (!entry.hadRecentInput) window.__felt.cls += entry.value; });
watch("longtask", (entry) => { window.__felt.tbt += Math.max(0, entry.duration - 50); });
"""

_PAGE = """# How the pages feel

First visits in Chromium to the production build, with an empty cache, as `python -m tests.bench.pages` measures them: a
processor {slower} times slower, 100 ms to the server, 8 Mbit/s down. FCP and LCP are first and largest contentful
paint, CLS is layout shift, TBT total blocking time, KB what comes over the network.

{table}
"""


@dataclass(frozen=True)
class Felt:
    """One page on a first visit: times in ms, `cls` without unit, `bytes` as they come over the network."""

    page: str
    fcp: float
    lcp: float
    cls: float
    tbt: float
    bytes: int


def measure(context: BrowserContext, url: str, page_name: str, *, slow: bool) -> Felt:
    """A first visit to a page, with an empty cache."""
    page = context.new_page()
    client = context.new_cdp_session(page)
    received = _count_bytes(client)
    if slow:
        client.send("Network.emulateNetworkConditions", SLOW_NETWORK)
        client.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER_CPU})
    page.add_init_script(_OBSERVE)
    page.goto(f"{url}/{page_name}")
    page.wait_for_load_state("networkidle")
    page.wait_for_timeout(1500 if slow else 500)
    found: dict[str, float] = page.evaluate("window.__felt")
    page.close()
    return Felt(page_name, found["fcp"], found["lcp"], round(found["cls"], 4), found["tbt"], sum(received))


def _count_bytes(client: CDPSession) -> list[int]:
    received: list[int] = []
    client.send("Network.enable")
    client.send("Network.setCacheDisabled", {"cacheDisabled": True})
    client.on("Network.loadingFinished", lambda event: received.append(int(event["encodedDataLength"])))
    return received


@contextmanager
def visitor(browser: Browser, product: Product, page_name: str) -> Iterator[BrowserContext]:
    """A browser that has never been here, signed in as whoever may see the page."""
    context = browser.new_context(viewport={"width": 1440, "height": 900}, locale="en-GB")
    if page_name != "sign-in":
        sign_in(context, product, "admin" if page_name.startswith("admin") else "member")
    yield context
    context.close()


def main(folder: Path) -> list[Felt]:
    """Measure every page and keep the figures in `folder`."""
    with products.running(Path(tempfile.mkdtemp())) as product, chromium.running() as browser:
        with visitor(browser, product, "settings/email") as context:
            connect_both(context.new_page(), product)
        rows: list[Felt] = []
        for name in PAGES:
            with visitor(browser, product, name) as context:
                rows.append(measure(context, product.url, name, slow=True))
    table = _table(rows)
    print(table)
    folder.mkdir(parents=True, exist_ok=True)
    kept: dict[str, Any] = {"network": SLOW_NETWORK, "cpu": SLOWER_CPU, "pages": [asdict(row) for row in rows]}
    (folder / "pages.json").write_text(json.dumps(kept, indent=1) + "\n")
    (folder / "pages.md").write_text(_PAGE.format(table=table, slower=SLOWER_CPU))
    return rows


def _table(rows: list[Felt]) -> str:
    lines = ["| page | FCP, ms | LCP, ms | CLS | TBT, ms | KB |", "| --- | ---: | ---: | ---: | ---: | ---: |"]
    lines += [
        f"| {row.page} | {row.fcp:.0f} | {row.lcp:.0f} | {row.cls:.4f} | {row.tbt:.0f} | {row.bytes / 1000:.0f} |"
        for row in rows
    ]
    return "\n".join(lines)


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "docs/benchmarks"))
