"""Draws docs/images/architecture.svg from the layers that import-linter holds: python -m tests.architecture_picture."""

import ast
import tomllib
from collections.abc import Iterator
from html import escape
from pathlib import Path
from textwrap import wrap

ROOT = Path(__file__).parents[1]
PICTURE = ROOT / "docs" / "images" / "architecture.svg"
WIDTH, MARGIN, GAP, ROW = 940, 20, 14, 62
_LOOK = """
text { font-family: Inter, system-ui, sans-serif; font-size: 13px; fill: #16181d; }
.name { font-size: 15px; font-weight: 650; }
.quiet { fill: #5a5f6b; font-size: 12px; }
rect { fill: #ffffff; stroke: #b9bdc7; rx: 10px; }
.aside rect { stroke-dasharray: 5 4; }
line { stroke: #8b8f9a; stroke-width: 1.4; }
path { fill: #8b8f9a; }
@media (prefers-color-scheme: dark) {
  text { fill: #f0f1f3; } .quiet { fill: #a3a8b4; } rect { fill: #18191c; stroke: #4a4d55; }
}
"""


def layers() -> list[list[str]]:
    """Names of packages and modules by layer, the highest first, as the contract in pyproject.toml orders them."""
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    (contract,) = [one for one in contracts if one["type"] == "layers"]
    return [[name.strip() for name in layer.replace(":", "|").split("|")] for layer in contract["layers"]]


def described(name: str) -> str:
    """What a package or module says of itself."""
    package = ROOT / "easycrm" / name
    source = package / "__init__.py" if package.is_dir() else package.with_suffix(".py")
    return (ast.get_docstring(ast.parse(source.read_text())) or "").split("\n")[0]


def picture() -> str:
    """The drawing as SVG."""
    parts, top = list[str](), MARGIN
    for layer in layers():
        parts.extend(_layer(layer, top, last=layer == layers()[-1]))
        top += ROW + GAP * 2
    parts.append(f'<g class="aside">{"".join(_box("simulator", MARGIN, top, WIDTH - 2 * MARGIN))}</g>')
    height = top + ROW + MARGIN
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" role="img">'
    title = "<title>The layers of EasyCRM: each may import those below it, never one above</title>"
    return "\n".join([head, title, f"<style>{_LOOK}</style>", *parts, "</svg>", ""])


def _layer(names: list[str], top: int, *, last: bool) -> Iterator[str]:
    width = (WIDTH - 2 * MARGIN - GAP * (len(names) - 1)) // len(names)
    for place, name in enumerate(names):
        yield from _box(name, MARGIN + place * (width + GAP), top, width)
    if not last:
        middle, start = WIDTH // 2, top + ROW + 4
        yield f'<line x1="{middle}" y1="{start}" x2="{middle}" y2="{start + 14}"/>'
        yield f'<path d="M{middle - 5} {start + 12} h10 l-5 8 z"/>'


def _box(name: str, left: int, top: int, width: int) -> Iterator[str]:
    yield f'<rect x="{left}" y="{top}" width="{width}" height="{ROW}"/>'
    yield f'<text class="name" x="{left + 14}" y="{top + 22}">{escape(name)}</text>'
    for number, line in enumerate(wrap(described(name), max(20, width // 7))[:2]):
        yield f'<text class="quiet" x="{left + 14}" y="{top + 40 + 15 * number}">{escape(line)}</text>'


if __name__ == "__main__":
    PICTURE.write_text(picture())
