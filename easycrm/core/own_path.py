"""Where to go back to: a path of EasyCRM's own, and nothing that a browser would read as another place."""

import re
from urllib.parse import unquote

_SAFE = re.compile(r"/(?:[A-Za-z0-9._~-]+(?:/[A-Za-z0-9._~-]+)*/?)?(?:\?[A-Za-z0-9._~=&%+-]*)?")
LONGEST = 300


def own_path(text: str, fallback: str = "/") -> str:
    """`text` if it is a plain path on this site, else `fallback`.

    Letters, digits and `-._~` between single slashes, then at most a simple query: whatever a browser might
    turn into another host (`//`, `/\\`, a scheme, control characters, encoded or not) does not fit that form.
    """
    if len(text) > LONGEST or not _SAFE.fullmatch(text):
        return fallback
    path = text.partition("?")[0]
    return text if unquote(path) == path and ".." not in path.split("/") else fallback
