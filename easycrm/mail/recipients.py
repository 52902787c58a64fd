"""Recipients as people type them, and what can be sent to."""

import unicodedata
from collections.abc import Iterable

from email_validator import EmailNotValidError, validate_email

from easycrm.core import wording
from easycrm.core.errors import InvalidInput
from easycrm.providers.pages import Address

MOST = 500
_LONGEST_NAME = 200


def parsed(text: str, *, field: str = "") -> tuple[Address, ...]:
    """The addresses in a line such as `Ada <ada@example.com>, grace@example.com`; each address once.

    Args:
        field: the field's name, for the error to point at.

    Raises:
        InvalidInput: a piece is no address, or there are too many; the sentence names it.
    """
    found = {one.email.lower(): one for one in (_address(piece, field) for piece in _pieces(text))}
    if len(found) > MOST:
        raise InvalidInput(wording.writing.too_many_recipients(MOST), field=field)
    return tuple(found.values())


def one_line(text: str, *, field: str) -> str:
    """A header's text, trimmed.

    Raises:
        InvalidInput: it holds a line break or another control character, which could begin a header of its own.
    """
    line = text.replace("\t", " ").strip()
    if any(unsafe(letter) for letter in line):
        raise InvalidInput(wording.writing.control_characters(field), field=field)
    return line


def unsafe(letter: str) -> bool:
    """Whether a character may not stand in a header: controls, and every kind of line break."""
    return unicodedata.category(letter) in ("Cc", "Cs", "Zl", "Zp")


def written(people: Iterable[Address]) -> str:
    """Addresses as a line that `parsed` reads back."""
    return ", ".join(_written(one) for one in people)


def _written(one: Address) -> str:
    if not one.name:
        return one.email
    plain = all(letter.isalnum() or letter in " .-'_" for letter in one.name)
    quoted = one.name.replace("\\", "\\\\").replace('"', '\\"')
    return f"{one.name} <{one.email}>" if plain else f'"{quoted}" <{one.email}>'


def _pieces(text: str) -> list[str]:
    """The line cut at commas, semicolons and line ends that stand outside quotes and angle brackets."""
    pieces, piece, quoted, angled, escaped = [""], "", False, False, False
    for letter in text:
        if escaped:
            escaped = False
        elif letter == "\\" and quoted:
            escaped = True
        elif letter == '"' and not angled:
            quoted = not quoted
        elif letter in "<>" and not quoted:
            angled = letter == "<"
        elif letter in ",;" and not quoted and not angled:
            pieces.append(piece)
            piece = ""
            continue
        piece += letter
    return [found for found in (one.strip() for one in [*pieces, piece]) if found]


def _address(piece: str, field: str) -> Address:
    piece = one_line(piece, field=field or "recipient")
    name, bracket, rest = piece.rpartition("<") if piece.endswith(">") else ("", "", piece)
    email = rest.removesuffix(">").strip() if bracket else piece
    try:
        valid = validate_email(email, check_deliverability=False)
    except EmailNotValidError as error:
        raise InvalidInput(wording.writing.no_recipient(piece[:100]), field=field) from error
    return Address(valid.normalized, _unquoted(name.strip())[:_LONGEST_NAME])


def _unquoted(name: str) -> str:
    if len(name) >= 2 and name[0] == name[-1] == '"':
        name = name[1:-1]
        return name.replace('\\"', '"').replace("\\\\", "\\")
    return name
