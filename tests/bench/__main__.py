"""Prints the table of what is measured against its goals: python -m tests.bench [--quick] [--keep NAME].

The results are kept in docs/benchmarks, those of a whole run also as its page; plots go to docs/images. PostgreSQL is
measured too where EASYCRM_TEST_DATABASE_URL names a server.
"""

import argparse
from collections.abc import Iterator

from tests.bench import database, fairness, felt, idle, imports, kept, memory, peers, quota, scaling
from tests.bench.row import Row
from tests.bench.world import DATABASES, simulator

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
        print(kept.line(row), flush=True)
    points = [] if options.quick else _growth(options.largest)
    if options.keep:
        kept.keep(options.keep, sizes, found, points)


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
    print(kept.HEAD, flush=True)
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


if __name__ == "__main__":
    main()
