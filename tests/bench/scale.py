"""How many machines, how large a database and how much quota so many mailboxes need, from measured costs.

`python -m tests.bench.scale` prints the table of docs/scale.md from the newest results in docs/benchmarks.
"""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.simulator_process import REPOSITORY

RESULTS = REPOSITORY / "docs" / "benchmarks"
SIZES = (1_000, 100_000, 1_000_000)
DAY_SECONDS = 86_400
_MEASURES = ("CPU per message", "CPU of a look", "database for a message")


@dataclass(frozen=True)
class Assumptions:
    """What is not measured."""

    messages_a_day: int = 40
    busy_share_of_day: float = 0.4
    look_every_seconds: float = 900
    sync_costs_looks: float = 12
    window_messages: int = 1_200
    cores_a_machine: int = 4
    use_of_a_core: float = 0.5
    gmail_share: float = 0.5
    project_units_a_minute: int = 1_200_000
    project_units_a_day: int = 80_000_000


@dataclass(frozen=True)
class Costs:
    """Measured: microseconds of a processor, and bytes of the database."""

    message: float
    look: float
    bytes_per_message: float


@dataclass(frozen=True)
class Need:
    """What so many mailboxes take."""

    mailboxes: int
    looks_a_second: float
    messages_a_second: float
    cores: float
    machines: int
    database_gb: float
    units_a_minute: float
    units_a_day: float
    projects: float
    import_days: float


def need(mailboxes: int, costs: Costs, assumed: Assumptions | None = None) -> Need:
    """The model: mail is spread over the busy part of a day, looks over all of it."""
    a = assumed or Assumptions()
    looks = mailboxes / a.look_every_seconds
    messages = mailboxes * a.messages_a_day / (DAY_SECONDS * a.busy_share_of_day)
    syncs = messages / 2
    cores = (looks * costs.look + messages * costs.message + syncs * costs.look * a.sync_costs_looks) / 1e6
    gmail = mailboxes * a.gmail_share
    day = gmail * (DAY_SECONDS / a.look_every_seconds * 2 + a.messages_a_day * (20 + 2))
    minute = gmail / mailboxes * (looks * 2 + messages * 22) * 60
    import_units = gmail * a.window_messages * 20
    return Need(
        mailboxes, looks, messages, cores, max(1, -int(-cores // (a.cores_a_machine * a.use_of_a_core))),
        mailboxes * a.window_messages * costs.bytes_per_message / 1e9, minute, day,
        max(minute / a.project_units_a_minute, day / a.project_units_a_day), import_units / a.project_units_a_day,
    )  # fmt: skip


def costs(path: Path | None = None) -> Costs:
    """The dearest of providers and databases, from a file of results; by default from the newest with any."""
    for file in [path] if path else sorted(RESULTS.glob("*.json"), reverse=True):
        found: dict[str, Any] = json.loads(file.read_text())
        measured = {str(row["measure"]): float(row["measured"] or 0) for row in found.get("rows", [])}
        if measured:
            dearest = [max(value for name, value in measured.items() if words in name) for words in _MEASURES]
            return Costs(dearest[0], dearest[1] * 1000, dearest[2] * 1000)
    raise FileNotFoundError(f"no results in {RESULTS}")


def table(measured: Costs) -> str:
    """The needs of all sizes, in Markdown."""
    lines = [
        "| mailboxes | looks/s | new messages/s | busy cores | machines of 4 cores | database, 30 days "
        "| Gmail units a minute | a day | projects at Gmail's limits | first import of all at 80 M units a day |",
        "| ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |",
    ]
    for size in SIZES:
        n = need(size, measured)
        lines.append(
            f"| {n.mailboxes:,} | {n.looks_a_second:,.1f} | {n.messages_a_second:,.1f} | {n.cores:,.2f} | {n.machines} "
            f"| {n.database_gb:,.0f} GB | {n.units_a_minute:,.0f} | {n.units_a_day / 1e6:,.1f} M | {n.projects:.2f} "
            f"| {n.import_days:,.1f} days |"
        )
    return "\n".join(lines)


if __name__ == "__main__":
    print(table(costs()))
