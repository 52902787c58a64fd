"""The token of a browser tab, mixed with the session: what one session leaves in a tab is out of the next one's reach.

Reflex finds a tab's state, and the socket that its changes go to, by a token that the tab keeps over sign-out. A change
that is late, of a handler that still runs or from another process, would follow the token to whoever signed in since.
"""

import hashlib
from urllib.parse import parse_qsl, urlencode

SOCKET_PATH = "/_event"
_PARAMETER = "token"


def mixed(query: bytes, cookie: str) -> bytes:
    """A socket's query string with the token that belongs to this session; without a token as it is.

    The same tab has the same token as long as its session lasts; nobody without the cookie can arrive at it.
    """
    pairs = parse_qsl(query.decode("latin-1"), keep_blank_values=True)
    if not any(name == _PARAMETER for name, _ in pairs):
        return query
    key = hashlib.sha256(cookie.encode()).digest()
    return urlencode([(name, _digest(key, value) if name == _PARAMETER else value) for name, value in pairs]).encode()


def _digest(key: bytes, token: str) -> str:
    return hashlib.blake2b(token.encode(), key=key, digest_size=16).hexdigest()
