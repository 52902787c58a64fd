"""Prints the table of what is measured against its goals: python -m tests.bench [--quick] [--keep NAME].

The results are kept in docs/benchmarks, the plot of cost against size in docs/images. PostgreSQL is measured too where
EASYCRM_TEST_DATABASE_URL names a server.
"""

import argparse
import json
import os
import platform
import subprocess
from collections.abc import Iterator
from dataclasses import asdict
from datetime import UTC, datetime

from tests.bench import database, fairness, felt, idle, imports, memory, peers, quota, scale, scaling
from tests.bench.row import Row
from tests.bench.world import DATABASES, simulator
from tests.simulator_process import REPOSITORY

QUICK = {"messages": 500, "mailboxes": 250, "rounds": 1}
WHOLE = {"messages": 2_000, "mailboxes": 2_000, "rounds": 3}


def main() -> None:
    """Measure, print, and keep."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument(
        "--quick", action="store_true", help="fewer messages, mailboxes and rounds, and nothing that takes 50,000"
    )
    parser.add_argument("--only-growth", action="store_true", help="nothing but the growing sizes")
    parser.add_argument(
        "--largest", type=int, default=50_000, help="messages of the largest mailbox of the growing sizes"
    )
    parser.add_argument("--keep", default="", help="name of the file in docs/benchmarks; without it nothing is kept")
    options = parser.parse_args()
    sizes = QUICK if options.quick else WHOLE
    found: list[Row] = []
    for row in () if options.only_growth else _rows(**sizes, quick=options.quick):
        found.append(row)
        print(_line(row), flush=True)
    points = [] if options.quick else _growth(options.largest)
    if options.keep:
        _keep(options.keep, sizes, found, points)


def _growth(largest: int) -> list[scaling.Point]:
    """The growing sizes of mailboxes and of their number; they are drawn, too."""
    with simulator(latency=False) as world:
        messages = [size for size in scaling.MESSAGES if size <= largest]
        points = scaling.measure(world, messages, [size for size in scaling.MAILBOXES if size <= largest])
    scaling.draw(points)
    for point in points:
        print(
            f"{point.of}, {point.size:,}: {point.microseconds:.0f} µs each, {point.peak_mb:.0f} MB at most", flush=True
        )
    return points


def _rows(messages: int, mailboxes: int, rounds: int, *, quick: bool) -> Iterator[Row]:
    print("| measure | goal | measured | met | note |\n| --- | --- | ---: | --- | --- |", flush=True)
    with simulator() as world:
        yield from imports.rows(world, DATABASES, messages, rounds)
        yield from peers.rows(world, messages, rounds)
        yield from idle.rows(world, DATABASES, mailboxes, rounds)
    with simulator(latency=False) as world:
        yield from quota.rows(world)
    yield from database.rows(DATABASES)
    yield from felt.rows(rounds)
    if not quick:
        yield from fairness.rows(DATABASES)
        yield from memory.rows()


def _line(row: Row) -> str:
    met = "" if row.met is None else "met" if row.met else "missed"
    spread = "" if row.low is None else f" ({row.low:.3g} to {row.high:.3g})"
    figure = "" if row.measured is None else f"{row.measured:.4g} {row.unit}{spread}"
    return f"| {row.measure} | {row.goal} | {figure} | {met} | {row.note} |"


def _keep(name: str, sizes: dict[str, int], rows: list[Row], points: list[scaling.Point]) -> None:
    commit = subprocess.run(["git", "rev-parse", "--short", "HEAD"], cwd=REPOSITORY, capture_output=True, text=True)
    result = {
        "at": datetime.now(UTC).isoformat(timespec="seconds"), "commit": commit.stdout.strip(), "sizes": sizes,
        "machine": {"cores": os.cpu_count(), "load": os.getloadavg(), "python": platform.python_version()},
        "rows": [asdict(row) for row in rows], "growth": [asdict(point) for point in points],
    }  # fmt: skip
    scale.RESULTS.mkdir(parents=True, exist_ok=True)
    (scale.RESULTS / f"{name}.json").write_text(json.dumps(result, indent=1, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
