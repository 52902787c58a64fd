"""Keeps secrets of the browser's requests out of what Reflex stores: a callback's code, the session cookie."""

from dataclasses import replace
from typing import Any
from urllib.parse import urlsplit

import reflex as rx
from reflex.istate.data import HeaderData, PageData, ReflexURL, URLData

from easycrm.core.settings import settings

# What these show stands in their address: with Redis, a push reads it from the stored state. No secret comes there.
_SHOWN_BY_ADDRESS = ("/mailbox", "/contacts")


def keep_secrets_out_of_stored_states() -> None:
    """Strip queries and cookies from the router's data whenever a state is written down; lists keep what they show.

    The tab's next event brings both along again. Redis must keep the cookie: there every step of an event reads the
    state anew, and the later steps bring only the address.
    """
    original = rx.State.__getstate__
    if getattr(original, "strips_secrets", False):
        return

    def stripped(self: rx.State) -> dict[str, Any]:
        with_cookie = bool(settings().redis_url)
        return {name: _without_secrets(value, with_cookie) for name, value in original(self).items()}

    stripped.strips_secrets = True  # pyright: ignore[reportFunctionMemberAccess] (marks it as done)
    rx.State.__getstate__ = stripped  # pyright: ignore[reportAttributeAccessIssue] (no hook for this exists)


def _without_secrets(value: Any, with_cookie: bool) -> Any:
    match value:
        case URLData():
            return URLData.from_url(ReflexURL(_path(str(value.href))))
        case PageData():
            return PageData(value.host, value.path, _path(value.raw_path), value.full_path, _path(value.full_raw_path))
        case HeaderData() if not with_cookie:
            return replace(value, cookie="", raw_headers=type(value.raw_headers)())
        case {"pathname": str(), **_rest}:
            return _router_data(value, with_cookie)
        case _:
            return value


def _router_data(value: dict[str, Any], with_cookie: bool) -> dict[str, Any]:
    dropped = {"headers"} if not with_cookie else set[str]()
    if not _is_shown_by_address(value["pathname"]):
        dropped.add("query")
    kept = {name: inner for name, inner in value.items() if name not in dropped}
    return {name: _path(inner) if name == "asPath" else inner for name, inner in kept.items()}


def _path(url: str) -> str:
    """The address without what may be secret in it."""
    parts = urlsplit(url)
    return parts._replace(query=parts.query if _is_shown_by_address(parts.path) else "", fragment="").geturl()


def _is_shown_by_address(path: str) -> bool:
    return path.rstrip("/") in _SHOWN_BY_ADDRESS
