"""Script payloads by the thousand, in Chromium, through the real frame: nothing runs, and nothing is asked for."""

import random
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.browser.frames import SHARED, serving

PAYLOADS = SHARED / "xss-samples" / "payloads.txt"
SAMPLE = 150
IN_A_MESSAGE = 8
PLACES = (
    "{0}",
    '<div title="{0}">x</div><a href="{0}">x</a><img src="{0}"><p style="{0}">x</p><div title=\'{0}\'>x</div>',
)
# Ends whatever a payload left open, so that it does not swallow the next one.
CLOSED = "\"'>--></script></style></textarea></title></noscript></xmp></iframe></select></svg></math></table><hr>"


def payloads(full: bool) -> list[str]:
    if not PAYLOADS.exists():
        pytest.skip("../shared is missing")
    lines = [line for line in PAYLOADS.read_text(encoding="utf-8", errors="replace").splitlines() if line.strip()]
    return lines if full else random.Random(25).sample(lines, SAMPLE)


def messages(lines: list[str]) -> Iterator[dict[str, str]]:
    """The payloads in every place, several to a message; all of them alone are in tests/unit/mail/test_sanitise.py."""
    for start in range(0, len(lines), IN_A_MESSAGE):
        some = lines[start : start + IN_A_MESSAGE]
        for place in PLACES:
            yield {"html": CLOSED.join(place.replace("{0}", line) for line in some)}
        yield {"text": "\n".join(f"{line}\nhttps://a.example.com/{line}" for line in some)}


def test_threat_25_no_payload_runs_or_asks_for_anything(browser: Browser, tmp_path: Path, full: bool) -> None:
    lines = payloads(full)
    raw = [place.replace("{0}", line) for line in lines for place in PLACES]
    with serving(browser, list(messages(lines)), raw, tmp_path) as frames:
        control, clean, framed = frames.show("raw"), frames.show("clean"), frames.show("frame")

    fired = {(number - 1) // len(PLACES) for number in control.ran if number > 0}
    print(
        f"{len(lines)} payloads, {frames.messages} messages. Raw: {len(fired)} ran, {len(control.asked)} requests. "
        f"Cleaned: {len(clean.ran)} ran, {len(clean.asked)} requests. "
        f"In the frame: {len(framed.ran)} ran, {len(framed.asked)} requests."
    )
    assert len(fired) > len(lines) // 4
    assert control.asked
    assert (clean.ran, clean.asked) == (set(), [])
    assert (framed.ran, framed.asked) == (set(), [])
