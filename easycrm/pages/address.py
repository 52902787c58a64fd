"""Numbers that stand in a page's address."""

_LARGEST = 2**63 - 1


def number(text: str | None) -> int:
    """A key or id from the address; 0 for whatever is none that the database could hold."""
    if not text or not text.isascii() or not text.isdigit() or len(text) > len(str(_LARGEST)):
        return 0
    return value if (value := int(text)) <= _LARGEST else 0
