"""Words as the search index knows them: the same for what is stored and for what is asked."""

import re
import unicodedata

LONGEST = 64
# For ASCII, which most of mail is: everything but letters and digits becomes a space.
_BETWEEN_WORDS = bytes(code if code < 128 and chr(code).isalnum() else 32 for code in range(256))
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
    found: list[str] = []
    for part in [plain] if plain.isascii() else plain.split("\n"):
        found += _ascii_words(part) if part.isascii() else _foreign_words(part)
        if len(found) >= most:
            del found[most:]
            break
    return [word[:LONGEST] for word in found]


def _ascii_words(plain: str) -> list[str]:
    return plain.encode("ascii").translate(_BETWEEN_WORDS).decode("ascii").split()


def _foreign_words(plain: str) -> list[str]:
    folded = _FOREIGN.sub(_folded, plain)
    unspaced = not folded.isascii() and _CHARACTER.search(folded)
    return (_CHARACTER_OR_RUN if unspaced else _RUN).findall(folded)


def _folded(run: re.Match[str]) -> str:
    bare = _MARKS.sub("", unicodedata.normalize("NFKD", run.group()).casefold())
    return unicodedata.normalize("NFC", bare).translate(_WITHOUT_STROKE)
