"""Gmail's answers, one by one and in a batch, and what its errors mean."""

import json

import httpx
import pytest

from easycrm.core import wording
from easycrm.providers import google_api
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
from easycrm.providers.fixed_token import FixedToken
from tests.unit.providers.conftest import Host

BATCH = "gmail.googleapis.com/batch/gmail/v1"


def told(reason: str) -> bytes:
    """An error as Gmail words it."""
    return json.dumps({"error": {"code": 400, "message": "words", "errors": [{"reason": reason}]}}).encode()


@pytest.mark.parametrize(
    ("status", "reason", "kind"),
    [
        (401, "authError", ProviderUnavailable),
        (403, "rateLimitExceeded", RateLimited),
        (403, "userRateLimitExceeded", RateLimited),
        (403, "insufficientPermissions", PermissionMissing),
        (403, "accessNotConfigured", ProviderMisconfigured),
        (403, "domainPolicy", UnexpectedRefusal),
        (404, "notFound", MessageGone),
        (429, "rateLimitExceeded", RateLimited),
        (400, "failedPrecondition", UnexpectedRefusal),
        (500, "backendError", ProviderUnavailable),
        (503, "backendError", ProviderUnavailable),
    ],
)
def test_a_reason_decides(status: int, reason: str, kind: type[ProviderError]) -> None:
    error = google_api.failure(status, told(reason), httpx.Headers())
    assert type(error) is kind
    assert error.code == reason


@pytest.mark.parametrize(
    "body",
    [
        {"errors": [{"reason": "failedPrecondition"}], "message": "Mail service not enabled"},
        {"status": "FAILED_PRECONDITION", "message": "Mail service not enabled"},
    ],
)
def test_an_account_without_gmail_is_told_from_other_refusals(body: object) -> None:
    error = google_api.failure(400, json.dumps({"error": body}).encode(), httpx.Headers())
    assert type(error) is NoMailbox
    assert error.user_message == wording.connecting.NO_GMAIL


@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [
        (403, {"status": "DENIED", "details": [{"reason": "ACCESS_TOKEN_SCOPE_INSUFFICIENT"}]}, PermissionMissing),
        (403, {"status": "PERMISSION_DENIED", "details": [{"reason": "SERVICE_DISABLED"}]}, ProviderMisconfigured),
        (404, {"status": "NOT_FOUND"}, MessageGone),
        (429, {"status": "RESOURCE_EXHAUSTED"}, RateLimited),
    ],
)  # fmt: skip
def test_the_newer_form_of_errors_is_understood(status: int, body: object, kind: type[ProviderError]) -> None:
    content = json.dumps({"error": body}).encode()
    assert type(google_api.failure(status, content, httpx.Headers())) is kind


@pytest.mark.parametrize("status", [400, 401, 403, 404, 407, 410, 418, 500, 502, 504, 511])
@pytest.mark.parametrize("body", [b"", b"<html>404</html>", b"[]", b'{"error": "x"}', b'{"error": {"errors": [1]}}'])
def test_threat_40_what_gmail_did_not_say_deletes_nothing_and_asks_nobody(status: int, body: bytes) -> None:
    assert type(google_api.failure(status, body, httpx.Headers())) is ProviderUnavailable


def test_threat_39_the_time_to_wait_is_read() -> None:
    assert google_api.failure(429, b"", httpx.Headers({"Retry-After": "12"})).retry_after == 12
    assert google_api.failure(503, b"", httpx.Headers({"Retry-After": "9999999"})).retry_after == 3600


def multipart(*parts: tuple[int, int, bytes], newline: str = "\r\n") -> bytes:
    """A batch's answer: number, status and body of each part."""
    lines = b""
    for number, status, body in parts:
        head = [
            "--the_boundary", "Content-Type: application/http", f"Content-ID: <response-{number}>", "",
            f"HTTP/1.1 {status} Whatever", "Content-Type: application/json; charset=UTF-8", "", "",
        ]  # fmt: skip
        lines += newline.join(head).encode() + body + newline.encode()
    return lines + b"--the_boundary--" + newline.encode()


async def test_parts_come_back_in_the_order_of_the_calls(host: Host) -> None:
    body = multipart((2, 200, b'{"id": "c"}'), (0, 200, b'{"id": "a"}'), (1, 404, told("notFound")))
    host.answer(BATCH, body, content_type="multipart/mixed; boundary=the_boundary")

    answers = await google_api.batch(FixedToken("token"), ["/messages/a", "/messages/b", "/messages/c"])

    assert answers[0] == {"id": "a"}
    assert isinstance(answers[1], MessageGone)
    assert answers[2] == {"id": "c"}


async def test_a_missing_part_and_a_broken_one_cost_only_themselves(host: Host) -> None:
    body = multipart((0, 200, b'{"id": "a"}'), (1, 200, b"<html>"), (2, 200, b"[]"))
    host.answer(BATCH, body, content_type='multipart/mixed; boundary="the_boundary"')

    answers = await google_api.batch(FixedToken("token"), ["/a", "/b", "/c", "/d"])

    assert answers[0] == {"id": "a"}
    assert [type(answer) for answer in answers[1:]] == [ProviderUnavailable] * 3


async def test_bare_line_ends_are_understood(host: Host) -> None:
    body = multipart((0, 200, b'{\n"id": "a"\n}'), newline="\n")
    host.answer(BATCH, body, content_type="multipart/mixed; boundary=the_boundary")

    assert await google_api.batch(FixedToken("token"), ["/a"]) == [{"id": "a"}]


async def test_a_batch_asks_for_each_path_once(host: Host) -> None:
    host.answer(BATCH, multipart(), content_type="multipart/mixed; boundary=the_boundary")

    await google_api.batch(FixedToken("token"), ["/messages/a?format=full", "/threads/b?format=full"])

    _, content, headers = host.asked[0]
    assert content.count(b"GET /gmail/v1/users/me/") == 2
    assert b"GET /gmail/v1/users/me/threads/b?format=full\r\n" in content
    assert headers["Authorization"] == "Bearer token"
    assert b"Bearer" not in content
