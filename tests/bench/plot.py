"""Lines over an axis, drawn as SVG for the documents."""

from collections.abc import Callable, Mapping, Sequence
from html import escape
from math import log10
from pathlib import Path

from tests.simulator_process import REPOSITORY

IMAGES = REPOSITORY / "docs" / "images"
_WIDTH, _HEIGHT, _LEFT, _RIGHT, _BOTTOM, _TOP = 640, 300, 64, 16, 48, 8
_DOTS = 12
"""Points up to which each of a line is marked."""


def draw(
    path: Path, title: str, lines: Mapping[str, Sequence[tuple[float, float]]], *, across: str, up: str,
    limit: float = 0, by_decades: bool = False,
) -> None:  # fmt: skip
    """Write a plot of `lines`, each a name and its points (x, y), to `path`.

    Args:
        across, up: what the axes say, units included.
        limit: a height that is marked as the goal; 0: none.
        by_decades: powers of ten lie at equal distances on the x axis.
    """
    points = [point for line in lines.values() for point in line]
    room = 1.15 + 0.08 * len(lines)  # for their names
    top = max(max(y for _, y in points) * room, limit * 1.05)
    right = max(x for x, _ in points)
    decades = max(1, round(log10(right) + 0.49)) if by_decades else 0
    share = (lambda x: log10(x) / decades) if by_decades else (lambda x: x / right)

    def place(x: float, y: float) -> tuple[float, float]:
        return _LEFT + share(x) * (_WIDTH - _LEFT - _RIGHT), (_HEIGHT - _BOTTOM) * (1 - y / top) + _TOP

    ticks = [float(10**decade) for decade in range(decades + 1)] if by_decades else [0.0, right / 2, right]
    shapes = [*_axes(top, ticks, across, up, place)]
    if limit:
        _, y = place(ticks[0], limit)
        shapes.append(f'<path class="limit" d="M{_LEFT} {y:.0f}H{_WIDTH - _RIGHT}"/>')
    for number, (name, line) in enumerate(lines.items()):
        shapes.append(_line(number, name, [place(x, y) for x, y in line]))
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(_FRAME.format(title=escape(title), shapes="\n".join(shapes)))


def _axes(
    top: float, ticks: Sequence[float], across: str, up: str, place: Callable[[float, float], tuple[float, float]]
) -> list[str]:
    ground = _HEIGHT - _BOTTOM + _TOP
    heights = [(part, place(ticks[-1], top * part)[1]) for part in (0, 0.5, 1)]
    marks = [f'<text x="{_LEFT - 8}" y="{y + 4:.0f}" text-anchor="end">{top * part:,.0f}</text>' for part, y in heights]
    for tick in ticks:
        x, _ = place(tick, 0)
        anchor = "end" if tick == ticks[-1] else "middle"
        marks.append(f'<text x="{x:.0f}" y="{_HEIGHT - 22}" text-anchor="{anchor}">{tick:,.0f}</text>')
    marks.append(f'<text x="{_WIDTH / 2}" y="{_HEIGHT - 4}" text-anchor="middle">{escape(across)}</text>')
    marks.append(f'<text x="4" y="{_HEIGHT - 4}">{escape(up)}</text>')
    marks.append(f'<path d="M{_LEFT} {_TOP}V{ground}H{_WIDTH - _RIGHT}"/>')
    return marks


def _line(number: int, name: str, spots: Sequence[tuple[float, float]]) -> str:
    line = " ".join(f"{x:.0f},{y:.0f}" for x, y in spots)
    dots = "".join(f'<circle cx="{x:.0f}" cy="{y:.0f}" r="3.5"/>' for x, y in spots) if len(spots) <= _DOTS else ""
    label = f'<text class="line{number}" x="{_LEFT + 14}" y="{24 + 18 * number}">{escape(name)}</text>'
    return f'<g class="line{number}"><polyline points="{line}"/>{dots}</g>{label}'


_FRAME = f"""<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img">
<title>{{title}}</title>
<style>
text {{{{ font: 12px system-ui, sans-serif; fill: #475569; }}}}
path, polyline {{{{ fill: none; stroke: #94a3b8; stroke-width: 1.5; }}}}
path.limit {{{{ stroke: #b91c1c; stroke-dasharray: 4 4; }}}}
.line0 polyline {{{{ stroke: #2563eb; }}}} .line0 circle, text.line0 {{{{ fill: #2563eb; }}}}
.line1 polyline {{{{ stroke: #0f766e; }}}} .line1 circle, text.line1 {{{{ fill: #0f766e; }}}}
.line2 polyline {{{{ stroke: #b45309; }}}} .line2 circle, text.line2 {{{{ fill: #b45309; }}}}
</style>
<rect width="{_WIDTH}" height="{_HEIGHT}" fill="#ffffff"/>
{{shapes}}
</svg>
"""
