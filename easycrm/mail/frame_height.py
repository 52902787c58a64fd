"""How tall a message will be, as far as its markup tells: a frame without scripts and origin cannot say it itself."""

import re
from dataclasses import dataclass

from easycrm.core.markup import without_hidden, without_tags
from easycrm.mail.quoted_html import own_words

_BREAK = re.compile(
    r"</?(?:p|div|br|tr|li|h[1-6]|table|ul|ol|hr|blockquote|center|section|details|pre)\b[^<>]*>", re.IGNORECASE
)
_IMAGE = re.compile(r"<img\b[^<>]*>", re.IGNORECASE)
_SIDE = re.compile(r"\b(height|width)\s*[=:]\s*[\"']?\s*(\d{1,4})(?!\s*%)", re.IGNORECASE)
_LINE, _PARAGRAPH, _PADDING, _FOLD, _IMAGE_HEIGHT, _NOTE = 23.3, 15, 34, 50, 120, 40
_LETTERS_WIDE, _LETTERS_NARROW = 104, 40
_LARGEST = 400_000


@dataclass(frozen=True)
class Height:
    """Pixels, on a wide and on a narrow screen."""

    wide: int
    narrow: int


def of_html(html: str) -> Height:
    """An estimate for HTML whose quotation is folded; longer than any screen is long enough."""
    own = own_words(html)
    parts = _BREAK.split(without_hidden(own[:_LARGEST]))
    images = sum(_image(found[0]) for part in parts for found in _IMAGE.finditer(part))
    texts = [len(text) for part in parts if (text := " ".join(without_tags(part).split()))]
    gaps = len(re.findall(r"<p\b", own, re.IGNORECASE)) * _PARAGRAPH
    blanks = len(re.findall(r"<br\b[^<>]*>\s*(?:</?(?:div|p)\b[^<>]*>\s*)*<br\b", own, re.IGNORECASE))
    rest = _PADDING + images + gaps + blanks * _LINE + (_FOLD if own is not html else 0)
    return Height(
        *(round(rest + sum(-(-size // most) for size in texts) * _LINE) for most in (_LETTERS_WIDE, _LETTERS_NARROW))
    )


def _image(tag: str) -> int:
    sides = {name.lower(): int(size) for name, size in _SIDE.findall(tag)}
    return sides.get("height", 0 if sides.get("width", _IMAGE_HEIGHT) < 4 else _IMAGE_HEIGHT)
