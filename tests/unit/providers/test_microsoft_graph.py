"""Graph's answers, one by one and in a batch, and what its errors mean."""

import json

import pytest

from easycrm.providers import http, microsoft_graph
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
from easycrm.providers.fixed_token import FixedToken
from tests.unit.providers.conftest import Host

BATCH = "graph.microsoft.com/v1.0/$batch"


@pytest.mark.parametrize(
    ("status", "code", "kind"),
    [
        (401, "InvalidAuthenticationToken", ProviderUnavailable),
        (403, "ErrorAccessDenied", PermissionMissing),
        (403, "Authorization_RequestDenied", PermissionMissing),
        (403, "ErrorQuotaExceeded", UnexpectedRefusal),
        (404, "ErrorItemNotFound", MessageGone),
        (404, "MailboxNotEnabledForRESTAPI", NoMailbox),
        (410, "syncStateNotFound", CursorExpired),
        (410, "", CursorExpired),
        (400, "SyncStateNotFound", CursorExpired),
        (400, "SYNCSTATENOTFOUND", CursorExpired),
        (400, "resyncRequired", CursorExpired),
        (400, "ErrorInvalidIdMalformed", UnexpectedRefusal),
        (429, "ApplicationThrottled", RateLimited),
        (429, "", RateLimited),
        (500, "generalException", ProviderUnavailable),
        (503, "serviceNotAvailable", ProviderUnavailable),
        (504, "", ProviderUnavailable),
    ],
)
def test_a_code_decides(status: int, code: str, kind: type[ProviderError]) -> None:
    assert type(microsoft_graph.failure(status, {"error": {"code": code, "message": "words"}}, {})) is kind


@pytest.mark.parametrize("status", [0, 400, 401, 403, 404, 407, 500, 502, 511])
@pytest.mark.parametrize("body", [None, "<html>", [], {}, {"error": "x"}, {"error": {"message": "no code"}}])
def test_threat_40_what_graph_did_not_say_deletes_nothing_and_asks_nobody(status: int, body: object) -> None:
    assert type(microsoft_graph.failure(status, body, {})) is ProviderUnavailable


@pytest.mark.parametrize("name", ["Retry-After", "retry-after"])
def test_threat_39_the_time_to_wait_is_read(name: str) -> None:
    assert microsoft_graph.failure(429, None, {name: "12"}).retry_after == 12
    assert microsoft_graph.failure(503, None, {name: "9999999"}).retry_after == 3600


async def test_a_batch_answers_in_the_order_of_the_calls(host: Host) -> None:
    refused = {
        "id": "0",
        "status": 429,
        "headers": {"Retry-After": "5"},
        "body": {"error": {"code": "TooManyRequests"}},
    }
    host.answer(BATCH, {"responses": [{"id": "1", "status": 200, "body": {"value": []}}, refused]})

    answers = await microsoft_graph.batch(FixedToken("token"), ["/a", "https://graph.microsoft.com/v1.0/b?c=d", "/e"])

    assert isinstance(answers[0], RateLimited)
    assert answers[0].retry_after == 5
    assert answers[1] == {"value": []}
    assert isinstance(answers[2], ProviderUnavailable)
    asked = json.loads(host.asked[0][1])["requests"]
    assert [one["url"] for one in asked] == ["/a", "/b?c=d", "/e"]


async def test_ids_that_survive_a_move_are_asked_for_everywhere(host: Host) -> None:
    host.answer("graph.microsoft.com/v1.0/me", {"id": "1"})
    host.answer(BATCH, {"responses": []})

    await microsoft_graph.get(FixedToken("token"), "/me")
    await microsoft_graph.batch(FixedToken("token"), ["/me"])

    assert 'IdType="ImmutableId"' in host.asked[0][2]["Prefer"]
    assert 'IdType="ImmutableId"' in json.loads(host.asked[1][1])["requests"][0]["headers"]["Prefer"]


async def test_a_page_too_large_to_hold_is_asked_for_in_smaller_pieces(
    host: Host, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(http, "LARGEST_BYTES", 1000)
    path = "graph.microsoft.com/v1.0/me/mailFolders/a/messages/delta"
    host.answer(path, {"value": ["x" * 2000]})
    host.answer(path, {"value": []})

    assert await microsoft_graph.get(FixedToken("token"), "/me/mailFolders/a/messages/delta") == {"value": []}

    assert "maxpagesize=250" in host.asked[0][2]["Prefer"]
    assert "maxpagesize=25" in host.asked[1][2]["Prefer"]


async def test_what_stays_too_large_is_told_as_such(host: Host, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http, "LARGEST_BYTES", 1000)
    host.answer("graph.microsoft.com/v1.0/me", {"value": "x" * 2000})

    with pytest.raises(AnswerTooLarge):
        await microsoft_graph.get(FixedToken("token"), "/me")


@pytest.mark.parametrize("value", [{"value": "\ud83d cut"}, {"value": "whole \U0001f600"}])
async def test_half_an_emoji_does_not_spoil_the_page(host: Host, value: dict[str, str]) -> None:
    host.answer("graph.microsoft.com/v1.0/me", value)

    found = await microsoft_graph.get(FixedToken("token"), "/me")

    assert found["value"].replace("?", "\ud83d") == value["value"]
    found["value"].encode()
