"""Paths inside EasyCRM that came from outside: where a person goes on after sign-in or consent."""

import re

# Nothing that a browser could take for another host or scheme gets through: no percent sign, colon, backslash,
# double slash, control character or dot segment.
_SEGMENT = r"[A-Za-z0-9_-][A-Za-z0-9_.~-]*"
_OWN = re.compile(rf"/|(?:/{_SEGMENT})+/?(?:\?[A-Za-z0-9_=&.~-]*)?")
_LONGEST = 300


def own_path(candidate: str, otherwise: str) -> str:
    """`candidate` if it can only lead to a page of EasyCRM, else `otherwise`."""
    return candidate if len(candidate) <= _LONGEST and _OWN.fullmatch(candidate) else otherwise
