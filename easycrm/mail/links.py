"""Addresses in plain text, made into links: http, https, mailto and tel, and nothing else."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

_ADDRESS = re.compile(
    r"(?P<url>https?://[^\s<>\"']{1,2000}|(?:mailto|tel):[^\s<>\"']{1,500})"
    r"|(?P<www>\bwww\.[a-z0-9-]+\.[^\s<>\"']{1,2000})"
    r"|(?P<mail>\b[a-z0-9][a-z0-9._%+-]{0,63}@[a-z0-9-]{1,63}(?:\.[a-z0-9-]{1,63})+\b)",
    re.IGNORECASE,
)
_AFTER = ".,;:!?*_~"
_PAIRS = {")": "(", "]": "[", "}": "{"}


@dataclass(frozen=True)
class Piece:
    """Some text; where it is a link, `href` is a full address of a safe scheme."""

    text: str
    href: str = ""


def pieces(text: str) -> Iterator[Piece]:
    """The text, cut where links begin and end; joined again it is what it was."""
    done = 0
    for found in _ADDRESS.finditer(text):
        address = _without_punctuation(found[0])
        whole = _ADDRESS.fullmatch(address)
        if whole is None:  # nothing but a scheme and punctuation
            continue
        if found.start() > done:
            yield Piece(text[done : found.start()])
        yield Piece(address, _href(whole, address))
        done = found.start() + len(address)
    if done < len(text):
        yield Piece(text[done:])


def _href(found: re.Match[str], address: str) -> str:
    if found["mail"]:
        return f"mailto:{address}"
    return f"https://{address}" if found["www"] else address


def _without_punctuation(address: str) -> str:
    """The address without what ends the sentence around it; a bracket stays where it was opened inside."""
    while address:
        last = address[-1]
        unopened = last in _PAIRS and address.count(last) > address.count(_PAIRS[last])
        if not unopened and last not in _AFTER:
            break
        address = address[:-1]
    return address
