"""How the cost grows with the mailbox and with their number, as figures and as a plot."""

import resource
from collections.abc import Sequence
from dataclasses import dataclass
from math import log10
from pathlib import Path

from tests.bench import idle, imports
from tests.simulator_process import REPOSITORY, Simulator

MESSAGES = (1_000, 10_000, 50_000)
MAILBOXES = (10, 100, 1_000, 10_000)
PLOT = REPOSITORY / "docs" / "images" / "cost-against-size.svg"
_WIDTH, _HEIGHT, _LEFT, _BOTTOM = 640, 300, 64, 48


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


def draw(points: Sequence[Point], path: Path = PLOT) -> None:
    """Microseconds against size, sizes a power of ten apart; a line that stays level is what is wanted."""
    names = list(dict.fromkeys(point.of for point in points))
    top = max(point.microseconds for point in points) * 1.15
    decades = (0, 5)

    def place(point: Point) -> tuple[float, float]:
        across = (log10(point.size) - decades[0]) / (decades[1] - decades[0])
        return _LEFT + across * (_WIDTH - _LEFT - 16), (_HEIGHT - _BOTTOM) * (1 - point.microseconds / top) + 8

    shapes = [_axes(top)]
    for number, name in enumerate(names):
        spots = [place(point) for point in points if point.of == name]
        line = " ".join(f"{x:.0f},{y:.0f}" for x, y in spots)
        dots = "".join(f'<circle cx="{x:.0f}" cy="{y:.0f}" r="3.5"/>' for x, y in spots)
        shapes.append(f'<g class="line{number}"><polyline points="{line}"/>{dots}</g>')
        shapes.append(f'<text class="line{number}" x="{_LEFT + 14}" y="{24 + 18 * number}">{name}</text>')
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(_FRAME.replace("SHAPES", "\n".join(shapes)))


def _axes(top: float) -> str:
    heights = [(part, 8 + (_HEIGHT - _BOTTOM) * (1 - part)) for part in (0, 0.5, 1)]
    marks = [f'<text x="{_LEFT - 8}" y="{y}" text-anchor="end">{top * part:.0f}</text>' for part, y in heights]
    for decade in range(6):
        x = _LEFT + decade / 5 * (_WIDTH - _LEFT - 16)
        anchor = "end" if decade == 5 else "middle"
        marks.append(f'<text x="{x:.0f}" y="{_HEIGHT - 22}" text-anchor="{anchor}">{10**decade:,}</text>')
    marks.append(f'<text x="{_WIDTH / 2}" y="{_HEIGHT - 4}" text-anchor="middle">messages, or mailboxes</text>')
    marks.append(f'<text x="4" y="{_HEIGHT - 4}">µs of processor time each</text>')
    marks.append(f'<path d="M{_LEFT} 8V{_HEIGHT - _BOTTOM + 8}H{_WIDTH - 16}"/>')
    return "".join(marks)


_FRAME = f"""<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img">
<title>Processor time of a message imported and of a look that finds nothing, against size</title>
<style>
text {{ font: 12px system-ui, sans-serif; fill: #475569; }}
path, polyline {{ fill: none; stroke: #94a3b8; stroke-width: 1.5; }}
.line0 polyline {{ stroke: #2563eb; }} .line0 circle, text.line0 {{ fill: #2563eb; }}
.line1 polyline {{ stroke: #0f766e; }} .line1 circle, text.line1 {{ fill: #0f766e; }}
.line2 polyline {{ stroke: #b45309; }} .line2 circle, text.line2 {{ fill: #b45309; }}
</style>
<rect width="{_WIDTH}" height="{_HEIGHT}" fill="#ffffff"/>
SHAPES
</svg>
"""
