"""Address headers and encoded words, read leniently: real mail is full of broken ones."""

import re
from email.errors import HeaderParseError
from email.header import decode_header
from email.utils import getaddresses

from easycrm.providers.pages import Address

_FOLD = re.compile(r"\r?\n[ \t]*|\r|\n")
_BARE = r"[\w+-]+(?:\.[\w+-]+)*@[\w-]+(?:\.[\w-]+)+"
_PLAIN = re.compile(rf"(?:([\w-]+(?: [\w-]+)*) )?<({_BARE})>|({_BARE})")
_ENCODED = re.compile(r"=\?[^?\s]+\?[BbQq]\?[^?]*\?=")


def decoded(value: str) -> str:
    """RFC 2047 words as text; what cannot be decoded stays as it came."""
    value = _FOLD.sub(" ", value).strip()
    if not _ENCODED.search(value):
        return value
    try:
        parts = decode_header(value)
    except (HeaderParseError, ValueError):
        return value
    return "".join(_part(text, charset) for text, charset in parts).strip() or value


def _part(text: str | bytes, charset: str | None) -> str:
    if isinstance(text, str):
        return text
    try:
        return text.decode(charset or "utf-8", "replace")
    except (LookupError, ValueError):
        return text.decode("latin-1")


def parsed(values: list[str]) -> tuple[Address, ...]:
    """Every address of these header values, in order, in lower case."""
    pairs = [pair for value in values for pair in pairs_of(_FOLD.sub(" ", value))]
    return tuple(address(email, name) for name, email in pairs if "@" in email)


def pairs_of(value: str) -> list[tuple[str, str]]:
    """Names and addresses as the standard library finds them; for one that is as plain as most are, without it."""
    found = _PLAIN.fullmatch(value)
    return [(found[1] or "", found[2] or found[3])] if found else getaddresses([value])


def address(email: str, name: str = "") -> Address:
    """One address; a name that only repeats it is left out."""
    email = email.strip().lower()
    shown = decoded(name).strip("'\" ")
    return Address(email, "" if shown.lower() == email else shown)
