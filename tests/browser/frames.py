"""Shows many messages in one page of Chromium, and tells what ran and what was asked of the network."""

import contextlib
import json
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from playwright.sync_api import Browser, BrowserContext, Error, Page, Request

from tests.simulator_process import REPOSITORY

AT_ONCE = 40
SHARED = Path(__file__).parents[2].parent / "shared"
# What a payload does to show that it ran is told to the console instead, with the address of the document it ran in.
_TELL = """
for (const name of ["alert", "confirm", "prompt", "print"])
  window[name] = () => { console.debug("ran " + location.pathname); };
"""
# Whatever waits for a hand: each element is pressed, passed over and focused, links of other schemes are followed.
_TOUCH = """() => {
  const kinds = ["click", "dblclick", "mouseover", "mouseenter", "mousemove", "mousedown", "mouseup", "mouseout",
    "pointerover", "pointerdown", "wheel", "focus", "focusin", "blur", "input", "change", "keydown", "keyup",
    "keypress", "copy", "cut", "paste", "drag", "dragstart", "drop", "contextmenu", "select", "submit", "toggle",
    "scroll", "animationend", "transitionend", "touchstart", "touchend", "search", "invalid", "resize", "show"];
  for (const frame of document.querySelectorAll("iframe")) {
    let inside = null;
    try { inside = frame.contentDocument; } catch {}
    if (!inside) continue;
    for (const one of [...inside.querySelectorAll("*")].slice(0, 500)) {
      for (const kind of kinds) try { one.dispatchEvent(new Event(kind, { cancelable: true })); } catch {}
      const there = (one.getAttribute("href") || one.getAttribute("xlink:href") || "").trim().toLowerCase();
      if (there && !/^(https?:|mailto:|tel:|\\/\\/)/.test(there)) try { one.click(); } catch {}
    }
  }
}"""


@dataclass
class Seen:
    """Numbers of the documents in which something ran, and foreign addresses that were asked for."""

    ran: set[int] = field(default_factory=set[int])
    asked: list[str] = field(default_factory=list[str])


@dataclass
class Frames:
    """A running `tests.frame_server` and a browser that is signed in to it."""

    url: str
    context: BrowserContext
    messages: int
    raw: int

    def show(self, kind: str, *, images: int = 0, touch: bool = True) -> Seen:
        """Show all of a kind: "raw", "clean" (messages without walls) or "frame" (as in the reading pane)."""
        seen, count = Seen(), self.raw if kind == "raw" else self.messages
        own = (f"{self.url}/frames/", f"{self.url}/{kind}/", f"{self.url}/mail/frame/", "data:", "about:")

        def asked(request: Request) -> None:
            if not request.url.startswith(own):
                seen.asked.append(request.url)

        page = self.context.new_page()
        page.on("request", asked)
        page.on("popup", lambda popup: seen.asked.append(f"popup {popup.url}"))
        page.on("dialog", lambda dialog: dialog.dismiss())
        page.on("console", lambda message: _note(message.text, seen))
        for start in range(1, count + 1, AT_ONCE):
            until = min(start + AT_ONCE, count + 1)
            with contextlib.suppress(Error) if kind == "raw" else contextlib.nullcontext():
                page.goto(f"{self.url}/frames/{kind}?from={start}&to={until}&images={images}", timeout=60_000)
                if touch:
                    _within_time(page, _TOUCH)
                # Two turns of the event loop: what was set off by then has been told.
                _within_time(page, "() => new Promise(done => setTimeout(() => setTimeout(done, 20), 20))")
        with contextlib.suppress(Error):
            page.close()
        return seen


def _within_time(page: Page, function: str) -> None:
    """Run it once in the page; unlike `evaluate`, this gives up where what is shown keeps the page from answering."""
    page.wait_for_function(f"async () => {{ await ({function})(); return true; }}", timeout=60_000)


def _note(text: str, seen: Seen) -> None:
    if text.startswith("ran "):
        number = text.rpartition("/")[2]
        seen.ran.add(int(number) if number.isdecimal() else 0)


@contextlib.contextmanager
def serving(browser: Browser, messages: Sequence[dict[str, str]], raw: Sequence[str], folder: Path) -> Iterator[Frames]:
    """These messages behind the real endpoint, and these documents raw, for the time of the block."""
    listed = folder / "documents.json"
    listed.write_text(json.dumps({"messages": list(messages), "raw": list(raw)}))
    command = [sys.executable, "-m", "tests.frame_server", str(listed), str(folder)]
    process = subprocess.Popen(command, cwd=REPOSITORY, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    port, cookie = process.stdout.readline().split()
    url = f"http://localhost:{port}"
    context = browser.new_context()
    context.add_init_script(_TELL)
    context.add_cookies([{"name": "easycrm_session", "value": cookie, "url": url}])
    try:
        yield Frames(url, context, len(messages), len(raw))
    finally:
        context.close()
        process.terminate()
        process.wait(10)
        process.stdout.close()
