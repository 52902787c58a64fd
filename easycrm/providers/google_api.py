"""Calls of the Gmail API, single and in batches, with its errors as ours."""

import re
import secrets
from collections.abc import Sequence
from typing import Any, cast
from urllib.parse import urlencode

import httpx

from easycrm.core import counting, wording
from easycrm.providers import http, json_text, pacer
from easycrm.providers.base import TokenSource
from easycrm.providers.errors import (
    MessageGone,
    NoMailbox,
    PermissionMissing,
    ProviderError,
    ProviderMisconfigured,
    ProviderUnavailable,
    RateLimited,
    UnexpectedRefusal,
)
from easycrm.providers.gmail_prices import price
from easycrm.providers.retry_after import seconds_of

BASE = "https://gmail.googleapis.com"
ME = "/gmail/v1/users/me"
BATCH = BASE + "/batch/gmail/v1"
_RATE = frozenset(
    ("rateLimitExceeded", "userRateLimitExceeded", "quotaExceeded", "dailyLimitExceeded", "RESOURCE_EXHAUSTED")
)
_APPLICATION = frozenset(("accessNotConfigured", "SERVICE_DISABLED"))
_PERMISSION = frozenset(("insufficientPermissions", "ACCESS_TOKEN_SCOPE_INSUFFICIENT"))
_NO_MAIL = frozenset(("failedPrecondition", "FAILED_PRECONDITION"))
_GONE = frozenset(("notFound", "deleted", "NOT_FOUND"))
_PART = re.compile(rb"HTTP/1\.\d (\d{3})[^\r\n]*\r?\n(.*?)\r?\n\r?\n", re.DOTALL)
_WAIT = re.compile(rb"(?i)\nretry-after:[ \t]*([^\r\n]*?)[ \t]*(?:\r|\n|$)")
_IDENT = re.compile(rb"(?i)content-id:\s*<?response-(\d+)")


async def get(access: TokenSource, path: str, **query: str | int) -> dict[str, Any]:
    """GET below users/me; raises this package's errors."""
    url = f"{BASE}{ME}{path}" + (f"?{urlencode(query)}" if query else "")
    _charge(access, [path])
    response = await http.authorized("GET", url, access)
    if response.status_code != 200:
        raise failure(response.status_code, response.content, response.headers)
    return http.as_object(response)


async def batch(access: TokenSource, paths: Sequence[str]) -> list[dict[str, Any] | ProviderError]:
    """Up to 100 GETs below users/me in one request; for each its answer or its error, in order."""
    boundary = "easycrm" + secrets.token_hex(12)
    parts = "".join(
        f"--{boundary}\r\nContent-Type: application/http\r\nContent-ID: <{number}>\r\n\r\nGET {ME}{path}\r\n\r\n"
        for number, path in enumerate(paths)
    )
    headers = {"Content-Type": f"multipart/mixed; boundary={boundary}"}
    _charge(access, paths)
    response = await http.authorized(
        "POST", BATCH, access, content=f"{parts}--{boundary}--\r\n".encode(), headers=headers
    )
    if response.status_code != 200:
        raise failure(response.status_code, response.content, response.headers)
    found = _answers(response)
    return [found.get(number) or ProviderUnavailable(code="batch_part_missing") for number in range(len(paths))]


def _charge(access: TokenSource, paths: Sequence[str]) -> None:
    """Note what Google will charge."""
    units = sum(price(path) for path in paths)
    pacer.charge(access, units)
    counting.add("provider_quota_units", units, provider="google")


def _answers(response: httpx.Response) -> dict[int, dict[str, Any] | ProviderError]:
    boundary = re.search(r'boundary="?([^";]+)"?', response.headers.get("content-type", ""))
    if boundary is None:
        raise ProviderUnavailable(code="batch_without_boundary")
    found: dict[int, dict[str, Any] | ProviderError] = {}
    for part in response.content.split(b"--" + boundary[1].encode()):
        ident, head = _IDENT.search(part), _PART.search(part)
        if ident and head:
            found[int(ident[1])] = _answer(int(head[1]), head[2], part[head.end() :])
    return found


def _answer(status: int, head: bytes, content: bytes) -> dict[str, Any] | ProviderError:
    if status != 200:
        wait = _WAIT.search(b"\r\n" + head)
        return failure(status, content, httpx.Headers({"retry-after": wait[1].decode("latin-1")} if wait else {}))
    try:
        found = json_text.read(content)
    except ValueError:
        found = None
    return cast("dict[str, Any]", found) if isinstance(found, dict) else ProviderUnavailable(code="not_json")


def failure(status: int, content: bytes, headers: httpx.Headers) -> ProviderError:
    """Google's error as ours, by status and `reason`. Source: https://developers.google.com/gmail/api/guides/handle-errors"""
    reason = _reason(content)
    if status == 429 or reason in _RATE:
        return RateLimited(code=reason or "429", retry_after=seconds_of(headers.get("retry-after")))
    if reason in _APPLICATION:
        return ProviderMisconfigured(code="accessNotConfigured")
    if reason in _PERMISSION:
        return PermissionMissing(code=reason)
    if reason in _NO_MAIL and b"Mail service not enabled" in content:
        return NoMailbox(wording.connecting.NO_GMAIL, code=reason)
    if reason in _GONE and status in (404, 410):
        return MessageGone(code=reason)
    if reason and status in (400, 403, 413, 422):
        return UnexpectedRefusal(code=reason)
    # Without a reason it was not Gmail that spoke, but something on the way: a 404 of a proxy deletes nothing.
    return ProviderUnavailable(code=reason or str(status), retry_after=seconds_of(headers.get("retry-after")))


def _reason(content: bytes) -> str:
    try:
        error = json_text.read(content)["error"]
        told = [*error.get("errors", []), *error.get("details", [])]
        return next((str(one["reason"]) for one in told if "reason" in one), str(error.get("status", "")))
    except (ValueError, KeyError, TypeError, AttributeError):
        return ""
