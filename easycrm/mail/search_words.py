"""Words as the search index knows them: the same for what is stored and for what is asked."""

import re
import unicodedata

LONGEST = 64
_FOREIGN = re.compile(r"[^\x00-\x7f]+")
_RUN = re.compile(r"[^\W_]+")
# Scripts that put no space between words: each character is a word, and what is asked for is a run of them.
_UNSPACED = (
    "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
)
_CHARACTER = re.compile(f"[{_UNSPACED}]")
_CHARACTER_OR_RUN = re.compile(rf"[{_UNSPACED}]|[^\W_{_UNSPACED}]+")
# Accents, niqqud and harakat; the vowel signs of other scripts make different words.
_MARKS = re.compile(
    "[\u0300-\u036f\u0591-\u05c7\u064b-\u065f\u0670\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]+"
)
_WITHOUT_STROKE = str.maketrans({"ø": "o", "đ": "d", "ł": "l", "æ": "ae", "œ": "oe", "ı": "i", "ð": "d", "þ": "th"})


def words(text: str, most: int) -> list[str]:
    """The first `most` words, folded: without capitals, accents and compatibility forms."""
    plain = text.lower()
    if not plain.isascii():
        plain = _FOREIGN.sub(_folded, plain)
    unspaced = not plain.isascii() and _CHARACTER.search(plain)
    found = (_CHARACTER_OR_RUN if unspaced else _RUN).findall(plain)
    del found[most:]
    return [word[:LONGEST] for word in found]


def _folded(run: re.Match[str]) -> str:
    bare = _MARKS.sub("", unicodedata.normalize("NFKD", run.group()).casefold())
    return unicodedata.normalize("NFC", bare).translate(_WITHOUT_STROKE)
