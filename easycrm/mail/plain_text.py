"""The text/plain form of what was written as HTML: paragraphs, list marks, links spelled out, quotations after `>`."""

import re
from html.parser import HTMLParser

_BLOCKS = frozenset(
    "address article blockquote center div dl dt dd fieldset footer form h1 h2 h3 h4 h5 h6 header hr li ol p pre "
    "section table tr ul".split()
)
_SPACES = re.compile(r"[ \t\r\n\f]+")


def plain(html: str) -> str:
    """The text of clean HTML, its lines separated by a single LF; a quotation's lines begin with `>`."""
    writer = _Writer()
    writer.feed(html)
    writer.close()
    return writer.text()


class _Writer(HTMLParser):
    """Collects lines while it reads."""

    def __init__(self) -> None:
        super().__init__()
        self._lines: list[str] = []
        self._line = ""
        self._depth = self._last_depth = 0
        self._marks: list[int | None] = []
        self._at_mark = False
        self._link = ""
        self._linked = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "br":
            self._end_line(even_if_empty=True)
        elif tag in _BLOCKS and not (tag == "p" and self._at_mark):
            self._end_line()
        if tag == "blockquote":
            self._depth += 1
        elif tag in ("ul", "ol"):
            self._marks.append(0 if tag == "ol" else None)
        elif tag == "li":
            self._line, self._at_mark = self._mark(), True
        elif tag == "p" and not self._at_mark and self._apart(attrs):
            self._end_line(even_if_empty=True)
        elif tag == "a":
            self._link, self._linked = dict(attrs).get("href") or "", ""

    def _apart(self, attrs: list[tuple[str, str | None]]) -> bool:
        """Whether a paragraph has an empty line before it."""
        follows = bool(self._lines) and bool(self._lines[-1].strip("> ")) and self._last_depth == self._depth
        return follows and ("style", "margin:0") not in attrs

    def handle_endtag(self, tag: str) -> None:
        if tag in _BLOCKS:
            self._end_line()
        if tag == "blockquote":
            self._depth = max(0, self._depth - 1)
        elif tag in ("ul", "ol") and self._marks:
            self._marks.pop()
        elif tag == "a" and self._link:
            shown = self._link.removeprefix("mailto:")
            self._line += f" ({shown})" if shown.rstrip("/") not in self._linked else ""
            self._link = ""

    def handle_data(self, data: str) -> None:
        text = _SPACES.sub(" ", data)
        self._at_mark = self._at_mark and not text.strip()
        if not self._line:
            text = text.lstrip(" ")
        self._line += text
        if self._link:
            self._linked += text

    def text(self) -> str:
        """Everything so far."""
        self._end_line()
        return "\n".join(self._lines).strip("\n")

    def _mark(self) -> str:
        if not self._marks or self._marks[-1] is None:
            return "- "
        self._marks[-1] += 1
        return f"{self._marks[-1]}. "

    def _end_line(self, *, even_if_empty: bool = False) -> None:
        line, self._line, self._at_mark = self._line.rstrip(), "", False
        if line or even_if_empty:
            self._last_depth = self._depth
            self._lines.append(f"{'> ' * self._depth}{line}".rstrip())
