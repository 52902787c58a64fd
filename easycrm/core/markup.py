"""Received markup looked at without parsing it, in one pass however it was meant to be slow."""

import re

DEEPEST = 1500
_TAG = re.compile(r"<(/?)([a-zA-Z][^\s/>]*)")
_ANY_TAG = re.compile(r"<[^<>]*>")
_HIDDEN = re.compile(r"<(?:(style|script|head|title)\b|!--)", re.IGNORECASE)
# These end by themselves, or have no end: however many there are, they do not nest.
_FLAT = frozenset(
    "area base br col dd dt embed hr img input li link meta option p param source tbody td tfoot th thead tr track "
    "wbr !doctype".split()
)


def too_deep(html: str) -> bool:
    """Whether tags stand in each other more than `DEEPEST` deep, as far as one pass over the text can tell.

    No mail program writes that, and every parser of HTML takes minutes over tens of thousands.
    """
    if html.count("<") <= DEEPEST:
        return False
    depth = 0
    for end, name in _TAG.findall(html):
        if name.lower() not in _FLAT:
            depth = max(0, depth - 1) if end else depth + 1
            if depth > DEEPEST:
                return True
    return False


def without_tags(html: str) -> str:
    """The text between the tags, for what need not be exact."""
    return _ANY_TAG.sub(" ", html)


def without_hidden(html: str) -> str:
    """The markup without styles, scripts, its head and comments; what does not end takes the rest with it."""
    kept: list[str] = []
    lower, at = html.lower(), 0
    while found := _HIDDEN.search(html, at):
        kept.append(html[at : found.start()])
        end = lower.find(f"</{found[1].lower()}" if found[1] else "-->", found.end())
        if end < 0:
            return "".join(kept)
        at = lower.find(">", end) + 1 or len(html)
    return "".join([*kept, html[at:]])
