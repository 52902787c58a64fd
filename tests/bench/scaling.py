"""How the cost grows with the mailbox and with their number, as figures and as a plot."""

import resource
from collections.abc import Sequence
from dataclasses import dataclass

from tests.bench import idle, imports, plot
from tests.simulator_process import Simulator

MESSAGES = (1_000, 10_000, 50_000)
MAILBOXES = (10, 100, 1_000, 10_000)


@dataclass(frozen=True)
class Point:
    """Processor time of one message or look, in microseconds, at a size."""

    of: str
    size: int
    microseconds: float
    peak_mb: float


def measure(simulator: Simulator, messages: Sequence[int], mailboxes: Sequence[int]) -> list[Point]:
    """A point for each size of mailbox and each number of mailboxes."""
    points: list[Point] = []
    for size in messages:
        for provider in ("google", "microsoft"):
            one = imports.run(simulator, "sqlite", provider, size)
            points.append(Point(f"{provider}: message imported", size, one.cpu / size * 1e6, _peak_mb()))
    for size in mailboxes:
        done = min(idle.run(simulator, "sqlite", "google", size, 2), key=lambda one: one.cpu)
        points.append(Point("google: look that finds nothing", size, done.cpu / size * 1e6, _peak_mb()))
    return points


def _peak_mb() -> float:
    """The most memory that this process has had so far."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def draw(points: Sequence[Point]) -> None:
    """Microseconds against size; a line that stays level is what is wanted."""
    lines = {
        name: [(float(point.size), point.microseconds) for point in points if point.of == name]
        for name in dict.fromkeys(point.of for point in points)
    }
    plot.draw(
        plot.IMAGES / "cost-against-size.svg",
        "Processor time of a message imported and of a look that finds nothing, against size",
        lines, across="messages, or mailboxes", up="µs of processor time each", by_decades=True,
    )  # fmt: skip
