"""Memory over time: a worker that imports a large mailbox, and the web process while many sessions open.

`python -m tests.bench.memory` measures both and draws them.
"""

import asyncio
import json
import os
import tempfile
import threading
import time
import uuid
from collections.abc import Generator, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import aiohttp

from easycrm.worker import sync_mailbox
from tests import chromium
from tests import product as products
from tests.bench import plot
from tests.bench.mailboxes import heavy, on_loop
from tests.bench.row import Row, at_most
from tests.bench.world import database, simulator
from tests.product import Product
from tests.states.demo import connect_both, sign_in
from tests.worker_process import worker

MESSAGES, SESSIONS = 50_000, 200
LIMIT_MB = 200
SESSION_MB = 5
"""What one open session may add; no goal of `performance.md`, a bound of our own."""
_EVERY_SECONDS = 0.25
_PAGE = os.sysconf("SC_PAGE_SIZE")
HYDRATE = "reflex___state____state.hydrate_and_load"
ADDRESS = "katherine@example.net"
"""Of a mailbox that the demo's member has connected: the page is there when it is named."""
Series = list[tuple[float, float]]


def rows(messages: int = MESSAGES, sessions: int = SESSIONS) -> Iterator[Row]:
    """The rows of the table that are about memory; both plots are drawn."""
    lines: dict[str, Series] = {}
    for provider in ("google", "microsoft"):
        lines[provider] = importing(provider, messages)
        peak = max(mb for _, mb in lines[provider])
        yield at_most(f"{provider}: peak memory, importing {messages:,} messages", LIMIT_MB, peak, "MB")
    title = f"Memory of the process that imports {messages:,} messages"
    plot.draw(plot.IMAGES / "memory-importing.svg", title, lines, across="seconds", up="MB resident", limit=LIMIT_MB)
    opened = open_sessions(sessions)
    each = (opened[-1][1] - opened[0][1]) / sessions
    note = f"{opened[0][1]:.0f} MB before, {opened[-1][1]:.0f} MB with {sessions} mailbox pages open"
    yield at_most("web process: memory of an open session", SESSION_MB, each, "MB", note)
    title = f"Memory of the web process while {sessions} sessions open the mailbox"
    plot.draw(
        plot.IMAGES / "memory-sessions.svg", title, {"web process": opened}, across="open sessions", up="MB resident"
    )


def importing(provider: str, messages: int) -> Series:
    """Let a worker import so many messages; its seconds and megabytes as it goes."""
    with simulator(latency=False) as world, database("sqlite", world):
        mailbox = heavy(world, provider, messages)
        on_loop(mailbox.connect())
        with worker() as process, _watched(process.pid) as series:
            sync_mailbox(mailbox.connection_id)
            while mailbox.count() < messages:
                time.sleep(1)
    return series


@contextmanager
def _watched(process: int) -> Generator[Series]:
    series: Series = []
    began, ended = time.monotonic(), threading.Event()

    def watch() -> None:
        while not ended.wait(_EVERY_SECONDS):
            series.append((round(time.monotonic() - began, 2), resident_mb(process)))

    thread = threading.Thread(target=watch)
    thread.start()
    try:
        yield series
    finally:
        ended.set()
        thread.join()


def resident_mb(process: int) -> float:
    """Megabytes of memory that a process holds at this moment."""
    return round(int(Path(f"/proc/{process}/statm").read_text().split()[1]) * _PAGE / 1e6, 1)


def open_sessions(count: int) -> Series:
    """Open so many tabs at a full mailbox, and tell the web process's megabytes after each ten."""
    with products.running(Path(tempfile.mkdtemp())) as product:
        with chromium.running() as browser:
            context = browser.new_context()
            sign_in(context, product, "member")
            connect_both(context.new_page(), product)
        return asyncio.run(_tabs(product, count))


async def _tabs(product: Product, count: int) -> Series:
    process = _web_process(product)
    name, value = product.cookie("member")
    headers = {"Cookie": f"{name}={value}", "Origin": product.url}
    async with aiohttp.ClientSession(headers=headers) as http:
        for _ in range(5):  # what the first tabs load stays, however many follow
            await _tab(http, product.url)
        series: Series = [(0.0, resident_mb(process))]
        for number in range(1, count + 1):
            await _tab(http, product.url)
            if number % 10 == 0:
                series.append((float(number), resident_mb(process)))
    return series


async def _tab(http: aiohttp.ClientSession, url: str) -> aiohttp.ClientWebSocketResponse:
    """A tab that has loaded the mailbox and stays: the namespace opened, the state sent, the page's handlers run."""
    address = f"{url.replace('http', 'ws', 1)}/_event/?EIO=4&transport=websocket&token={uuid.uuid4()}"
    socket = await http.ws_connect(address, max_msg_size=0)
    place = {"pathname": "/mailbox", "asPath": "/mailbox", "query": {}}
    async with asyncio.timeout(30):
        async for frame in socket:
            said = str(frame.data)
            if said.startswith("0"):
                await socket.send_str("40/_event,")
            elif said.startswith("40/_event"):
                call = {"name": HYDRATE, "payload": {}, "router_data": place}
                await socket.send_str("42/_event," + json.dumps(["event", call]))
            elif said == "2":
                await socket.send_str("3")
            if ADDRESS in said:
                return socket
    raise RuntimeError("the mailbox did not come")


def _web_process(product: Product) -> int:
    """The larger of the web's two: one serves, the other restarts it."""
    found: list[tuple[float, int]] = []
    for entry in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            environment = (entry / "environ").read_bytes()
            words = (entry / "cmdline").read_bytes().split(b"\0")
            if b"web" in words and f"EASYCRM_DATA_DIR={product.data}".encode() in environment:
                found.append((resident_mb(int(entry.name)), int(entry.name)))
    return max(found)[1]


if __name__ == "__main__":
    for row in rows():
        print(row.measure, row.goal, row.measured, row.unit, row.note)
