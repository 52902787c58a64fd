"""Results that stay: as JSON to compare versions, and the last run as the page that the documents show."""

import json
import os
import platform
import subprocess
from dataclasses import asdict
from datetime import UTC, datetime

from tests.bench import plot, scale, scaling
from tests.bench.row import Row
from tests.simulator_process import REPOSITORY

HEAD = "| measure | goal | measured | met | note |\n| --- | --- | ---: | --- | --- |"
_PAGE = """# What was measured

One run of `python -m tests.bench --keep {name}`, at {at} on {cores} cores with Python {python}, commit `{commit}`.
A figure in parentheses is the range over the rounds. A look is a sync that finds nothing new. The other files here hold
this and earlier runs as JSON.

{table}

{plots}
"""
_PLOTS = {
    "cost-against-size": "Processor time against size",
    "memory-importing": "Memory of the worker while it imports",
    "memory-sessions": "Memory of the web process while sessions open",
}


def keep(name: str, sizes: dict[str, int], rows: list[Row], points: list[scaling.Point]) -> None:
    """Write the results to `docs/benchmarks`, and to the page there."""
    command = ["git", "rev-parse", "--short", "HEAD"]
    commit = subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True).stdout.strip()
    machine = {"cores": os.cpu_count(), "load": os.getloadavg(), "python": platform.python_version()}
    at = datetime.now(UTC).isoformat(timespec="seconds")
    result = {
        "at": at, "commit": commit, "sizes": sizes, "machine": machine,
        "rows": [asdict(row) for row in rows], "growth": [asdict(point) for point in points],
    }  # fmt: skip
    scale.RESULTS.mkdir(parents=True, exist_ok=True)
    (scale.RESULTS / f"{name}.json").write_text(json.dumps(result, indent=1, ensure_ascii=False) + "\n")
    if rows:
        table = "\n".join([HEAD, *map(line, rows)])
        there = [f"![{told}](../images/{file}.svg)" for file, told in _PLOTS.items() if _is_drawn(file)]
        page = _PAGE.format(name=name, at=at, commit=commit, table=table, plots="\n".join(there), **machine)
        (scale.RESULTS / "README.md").write_text(page)


def _is_drawn(file: str) -> bool:
    return (plot.IMAGES / f"{file}.svg").exists()


def line(row: Row) -> str:
    """A line of the table, in Markdown."""
    met = "" if row.met is None else "met" if row.met else "missed"
    spread = "" if row.low is None else f" ({row.low:.3g} to {row.high:.3g})"
    figure = "" if row.measured is None else f"{row.measured:.4g} {row.unit}{spread}"
    return f"| {row.measure} | {row.goal} | {figure} | {met} | {row.note} |"
