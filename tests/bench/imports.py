"""Importing a mailbox: requests and quota units as the simulator counts them, processor time, and the first rows."""

from collections.abc import Iterator
from dataclasses import dataclass
from statistics import median
from typing import Any

from sqlmodel import select

from easycrm.core.db import reading
from easycrm.core.settings import settings
from easycrm.mail.folder import MailFolder
from easycrm.providers import google_fetch, google_mail
from tests.bench.mailboxes import heavy, import_all, on_loop
from tests.bench.row import Row, at_most
from tests.bench.world import database
from tests.simulator_process import Simulator

WARM_UP = 100
FIXED_GMAIL = 3
"""Requests of an import whatever its size: profile, labels, and the history at its end."""


@dataclass(frozen=True)
class Import:
    """What one import cost."""

    messages: int
    requests: float
    units: float
    cpu: float
    wall: float
    first_rows: float
    in_flight: int
    throttled: int
    bytes_stored: int


def run(simulator: Simulator, kind: str, provider: str, messages: int, *, per_thread: int = 1) -> Import:
    """Import a mailbox of so many messages into a fresh database."""
    from tests.bench.world import measured

    with database(kind, simulator):
        mailbox = heavy(simulator, provider, messages, per_thread=per_thread)
        on_loop(mailbox.connect())
        simulator.requests(reset=True)
        with measured() as cost:
            first = on_loop(import_all(mailbox))
        told = simulator.requests(reset=True)
        assert len(mailbox.stored()) == messages
        with reading() as session:
            folders = len(session.exec(select(MailFolder).where(MailFolder.cursor != "")).all()) - 1
        size = sum(file.stat().st_size for file in settings().data_dir.glob("easycrm.db"))
    return Import(
        messages, _requests(told, provider, folders), sum(told["units"].values()), cost.cpu, cost.wall, first,
        max(told["in_flight_max"].values(), default=0), told["refused"], size,
    )  # fmt: skip


def _requests(told: dict[str, Any], provider: str, folders: int) -> float:
    """Requests that grow with the mailbox: Graph's other folders are empty here, and answer once each."""
    if provider == "google":
        return told["total"] - FIXED_GMAIL
    return sum(count for route, count in told["by_route"].items() if route.endswith("/messages/delta")) - (folders - 1)


def rows(simulator: Simulator, kinds: tuple[str, ...], messages: int, rounds: int) -> Iterator[Row]:
    """The rows of the table that are about imports."""
    for kind in kinds:
        for provider, limit in (("google", 900), ("microsoft", 1200)):
            run(simulator, kind, provider, WARM_UP)
            done = [run(simulator, kind, provider, messages) for _ in range(rounds)]
            if kind == kinds[0]:
                yield from _counts(provider, done[-1])
                first = [one.first_rows for one in done]
                note = "token at hand, 40 ms a request"
                yield Row(
                    f"{provider}: token to first rows", "≤ 0.3", median(first), "s", median(first) <= 0.3, note,
                    min(first), max(first),
                )  # fmt: skip
            cpu = [one.cpu / one.messages * 1e6 for one in done]
            rate = median(one.messages / one.wall for one in done)
            if done[-1].bytes_stored:
                each = done[-1].bytes_stored / messages / 1000
                note = "rows, compressed bodies and search index, of messages of 46 KB on average"
                yield Row(f"{provider}: database for a message, {kind}", "", each, "KB", None, note)
            note = f"{done[-1].in_flight} in flight at most, {rate:.0f} messages/s of the clock"
            yield Row(
                f"{provider}: CPU per message, stored and searchable, {kind}", f"≤ {limit}", median(cpu), "µs",
                median(cpu) <= limit, note, min(cpu), max(cpu),
            )  # fmt: skip
    yield from _other_shapes(simulator, kinds[0], messages)


def _counts(provider: str, one: Import) -> Iterator[Row]:
    per_thousand = one.requests / one.messages * 1000
    if provider == "microsoft":
        yield at_most("Graph requests per 1,000 messages and folder, 250 a page", 4, per_thousand, "requests")
        return
    note = f"and {FIXED_GMAIL} an import: profile, labels, history"
    yield at_most("Gmail requests per 1,000 messages, batches of 25", 42, per_thousand, "requests", note)
    units = one.units - 1 - 1 - 2
    yield at_most("Gmail units per message, new prices", 20.02, units / one.messages, "units", f"{note}: 4 units")


def _other_shapes(simulator: Simulator, kind: str, messages: int) -> Iterator[Row]:
    threads = run(simulator, kind, "google", messages // 3 * 3, per_thread=3)
    per_message = (threads.units - 4) / threads.messages
    yield at_most("Gmail units per message, threads of 3", 13.4, per_message, "units")
    before = google_fetch.BATCH, google_mail.FIRST
    google_fetch.BATCH = google_mail.FIRST = 50
    try:
        wide = run(simulator, kind, "google", messages)
    finally:
        google_fetch.BATCH, google_mail.FIRST = before
    yield at_most("Gmail requests per 1,000 messages, batches of 50", 22, wide.requests / messages * 1000, "requests")
