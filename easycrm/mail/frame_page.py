"""The document in a message's frame: clean HTML or linked text, and how it looks by day and by night."""

import html as escaping
from collections.abc import Mapping
from types import MappingProxyType

from easycrm.core import wording
from easycrm.mail import sanitise
from easycrm.mail.links import pieces
from easycrm.mail.quoted_html import folded
from easycrm.mail.quoted_text import blocks

_NO_PICTURES: Mapping[str, str] = MappingProxyType({})
_STYLE = (
    "html{color-scheme:light dark;background:light-dark(#fff,#18191c);color:light-dark(#16181d,#f0f1f3)}"
    "body{margin:0;padding:16px;font:15px/1.55 system-ui,sans-serif;overflow-wrap:anywhere}"
    "a{color:light-dark(#3150c4,#a6b8ff)}"
    "img{max-width:100%;height:auto}table{max-width:100%}pre{white-space:pre-wrap;font:inherit;margin:0}"
    # An image that is not shown keeps its place, so that nothing moves when it comes.
    "img:not([src]){outline:1px dashed color-mix(in srgb,currentcolor 35%,transparent);outline-offset:-1px}"
    "blockquote{margin:0 0 0 8px;padding-left:12px;"
    "border-left:3px solid color-mix(in srgb,currentcolor 25%,transparent)}"
    ".quoted>summary{width:fit-content;margin:12px 0;padding:2px 10px;border-radius:6px;font-size:13px;cursor:pointer;"
    "color:light-dark(#5a5f6b,#a3a8b4);background:light-dark(#e9eaee,#2b2d33)}"
    ".note{margin:0 0 12px;padding:6px 12px;border-radius:8px;font-size:13px;"
    "color:light-dark(#8a4b00,#f2b661);background:light-dark(#fef4e2,#35260d)}"
    # Mail with colours of its own was made for white paper, and gets it at night too.
    ".paper{color-scheme:light}"
)


def document(html: str, *, images: bool, pictures: Mapping[str, str] = _NO_PICTURES, note: str = "") -> str:
    """A whole page for the frame, made of a message's HTML, its quotation folded.

    Args:
        images: whether remote ones are shown.
        pictures: `data:` addresses of the message's own images by Content-ID.
        note: a sentence above the message.
    """
    source = folded(html)
    clean = sanitise.fragment(source, images=images, pictures=pictures)
    paper = sanitise.has_own_colours(clean)
    if not paper:
        clean = sanitise.fragment(source, images=images, pictures=pictures, own_colours=False)
    return _page(clean, note, paper=paper)


def plain_document(text: str, note: str = "") -> str:
    """A whole page for the frame, made of a message without HTML."""
    return _page("".join(_fold(linked(one.text), quoted=one.quoted) for one in blocks(text)), note, paper=False)


def linked(text: str) -> str:
    """Plain text, escaped, its addresses made clickable."""
    return "".join(_anchor(one.href, one.text) if one.href else _escaped(one.text) for one in pieces(text))


def _fold(html: str, *, quoted: bool) -> str:
    lines = f"<pre>{html}</pre>"
    summary = wording.reading.QUOTED_TEXT
    return f'<details class="quoted"><summary>{summary}</summary>{lines}</details>' if quoted else lines


def _anchor(href: str, text: str) -> str:
    return f'<a href="{escaping.escape(href)}" target="_blank" rel="noopener noreferrer">{_escaped(text)}</a>'


def _escaped(text: str) -> str:
    return escaping.escape(text, quote=False)


def _page(body: str, note: str, *, paper: bool) -> str:
    above = f'<p class="note">{_escaped(note)}</p>' if note else ""
    look = ' class="paper"' if paper else ""
    return (
        f'<!doctype html><html{look}><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
        f"<style>{_STYLE}</style></head><body>{above}{body}</body></html>"
    )
