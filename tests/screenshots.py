"""Pictures of every page in its states, light and dark, wide and narrow: python -m tests.screenshots FOLDER.

The pictures of the run before move to FOLDER/previous; FOLDER/index.html shows each beside the one before it.
"""

import shutil
import sys
import tempfile
from html import escape
from pathlib import Path

from playwright.sync_api import Page

from tests import chromium
from tests import product as products
from tests.states import walk

LOOKS = [(size, scheme) for size in walk.SIZES for scheme in ("light", "dark")]
SETTLED_MS = 200


def main(folder: Path) -> None:
    """Start the demo, bring it into each state, take the pictures, and lay them out beside those of the run before."""
    _put_previous_aside(folder)
    with products.running(Path(tempfile.mkdtemp())) as product, chromium.running() as browser:
        walk.walk(browser, product, lambda page, name: _take(page, folder, name))
    print(f"{_lay_out(folder)} pictures: {folder / 'index.html'}")


def _take(page: Page, folder: Path, name: str) -> None:
    for size, scheme in LOOKS:
        walk.turn(page, size, scheme)
        page.wait_for_timeout(SETTLED_MS)
        page.screenshot(path=folder / f"{name}-{size}-{scheme}.png")
    walk.turn(page, "wide", "light")


def _put_previous_aside(folder: Path) -> None:
    previous = folder / "previous"
    pictures = list(folder.glob("*.png"))
    if pictures and previous.exists():
        shutil.rmtree(previous)
    previous.mkdir(parents=True, exist_ok=True)
    for picture in pictures:
        picture.rename(previous / picture.name)


def _lay_out(folder: Path) -> int:
    """Write the page that shows what is new beside what was; how many pictures there are now."""
    now = {path.name for path in folder.glob("*.png")}
    before = {path.name for path in (folder / "previous").glob("*.png")}
    rows = "".join(
        f"<h2>{escape(name)}{_difference(folder, name)}</h2><div class=pair>"
        f"{_shown(f'previous/{name}', name in before)}{_shown(name, name in now)}</div>"
        for name in sorted(now | before)
    )
    (folder / "index.html").write_text(
        "<!doctype html><html lang=en><meta charset=utf-8><title>Pictures</title><style>"
        "body{font:15px system-ui;margin:2rem;background:#ddd}h2{font-size:1rem;margin:2rem 0 .5rem}"
        ".pair{display:grid;grid-template-columns:1fr 1fr;gap:1rem;align-items:start}img{max-width:100%}"
        f"</style><h1>Before, and now</h1>{rows}</html>\n"
    )
    return len(now)


def _difference(folder: Path, name: str) -> str:
    present, previous = folder / name, folder / "previous" / name
    same = present.exists() and previous.exists() and present.read_bytes() == previous.read_bytes()
    return ": the same" if same else ""


def _shown(address: str, there: bool) -> str:
    return f'<a href="{address}"><img src="{address}" alt="{address}" loading=lazy></a>' if there else "<p>none</p>"


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else ".artifacts/screenshots"))
