"""Calls of Microsoft Graph, single and in batches, with its errors as ours."""

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit

import httpx
import orjson

from easycrm.providers import http, json_text
from easycrm.providers.base import TokenSource
from easycrm.providers.errors import (
    AnswerTooLarge,
    CursorExpired,
    MessageGone,
    NoMailbox,
    PermissionMissing,
    ProviderError,
    ProviderUnavailable,
    RateLimited,
    UnexpectedRefusal,
)
from easycrm.providers.retry_after import seconds_of

BASE = "https://graph.microsoft.com/v1.0"
MOST_IN_BATCH = 20
PAGE = 250
SMALLER_PAGES = (25, 2)
_PERMISSION = frozenset(("erroraccessdenied", "accessdenied", "authorization_requestdenied"))
_CURSOR = frozenset(("syncstatenotfound", "resyncrequired", "syncstateinvalid"))
Json = dict[str, Any]


def prefer(page: int = PAGE) -> str:
    """Preferences of every request: immutable ids survive a move; others change with the folder."""
    return f'IdType="ImmutableId", odata.maxpagesize={page}'


async def get(access: TokenSource, path: str) -> Json:
    """GET below v1.0, or of a full link that Graph handed out; raises this package's errors.

    A page of huge messages that would not fit into memory is asked for again in smaller pieces.
    """
    for page in (PAGE, *SMALLER_PAGES):
        try:
            return await _get(access, path, prefer(page))
        except AnswerTooLarge:
            if page == SMALLER_PAGES[-1]:
                raise
    raise AnswerTooLarge(code="answer_too_large")


async def _get(access: TokenSource, path: str, preferences: str) -> Json:
    url = path if path.startswith("https://") else BASE + path
    response = await http.authorized("GET", url, access, headers={"Prefer": preferences})
    if response.status_code != 200:
        raise failure_of(response)
    return http.as_object(response)


async def content(access: TokenSource, path: str) -> bytes:
    """The bytes of GET below v1.0."""
    response = await http.authorized("GET", BASE + path, access, headers={"Prefer": prefer()})
    if response.status_code != 200:
        raise failure_of(response)
    return response.content


async def batch(access: TokenSource, paths: Sequence[str]) -> list[Json | ProviderError]:
    """Up to 20 GETs below v1.0 in one request; for each its answer or its error, in order."""
    asked = [
        {"id": str(number), "method": "GET", "url": _relative(path), "headers": {"Prefer": prefer()}}
        for number, path in enumerate(paths)
    ]
    response = await http.authorized(
        "POST",
        BASE + "/$batch",
        access,
        content=orjson.dumps({"requests": asked}),
        headers={"Content-Type": "application/json"},
    )
    if response.status_code != 200:
        raise failure_of(response)
    answers: Any = http.as_object(response).get("responses", [])
    found = {str(answer.get("id")): _answer(answer) for answer in answers}
    return [found.get(str(number)) or ProviderUnavailable(code="batch_part_missing") for number in range(len(paths))]


def _relative(path: str) -> str:
    """Batches take addresses below the version; a link elsewhere is refused as any foreign host is."""
    if not path.startswith("https://"):
        return path
    parts = urlsplit(path)
    if parts.netloc != "graph.microsoft.com" or not parts.path.startswith("/v1.0/"):
        raise ProviderUnavailable(code="foreign_host")
    return f"{parts.path.removeprefix('/v1.0')}?{parts.query}"


def _answer(answer: Json) -> Json | ProviderError:
    status, body = answer.get("status"), answer.get("body")
    if status == 200 and isinstance(body, dict):
        return body  # pyright: ignore[reportUnknownVariableType] (JSON)
    return failure(int(status or 0), body, answer.get("headers") or {})


def _body(data: bytes) -> Any:
    try:
        return json_text.read(data)
    except ValueError:
        return None


def failure_of(response: httpx.Response) -> ProviderError:
    """The error of an answer other than success, whose body has been read."""
    return failure(response.status_code, _body(response.content), response.headers)


def failure(status: int, body: Any, headers: Mapping[str, str]) -> ProviderError:
    """Graph's error as ours, by status and `code`. Source: https://learn.microsoft.com/graph/errors"""
    code = _code(body)
    wait = seconds_of(next((value for name, value in headers.items() if name.lower() == "retry-after"), None))
    if code.lower() in _CURSOR or status == 410:
        return CursorExpired("", code=code)
    if status == 429 or code in ("ApplicationThrottled", "TooManyRequests", "ErrorServerBusy"):
        return RateLimited(code=code or "429", retry_after=wait)
    if code in ("MailboxNotEnabledForRESTAPI", "MailboxNotSupportedForRESTAPI"):
        return NoMailbox(code=code)
    if status == 403 and code.lower() in _PERMISSION:
        return PermissionMissing(code=code)
    if status == 404 and code:
        return MessageGone(code=code)
    if code and status in (400, 403):
        return UnexpectedRefusal(code=code)
    # Without a code it was not Graph that spoke, but something on the way: a 404 of a proxy deletes nothing.
    return ProviderUnavailable(code=code or str(status), retry_after=wait)


def _code(body: Any) -> str:
    try:
        return str(body["error"]["code"])
    except (KeyError, TypeError):
        return ""
