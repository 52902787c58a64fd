"""What single refusals within a batch mean for the whole run."""

import json
from time import monotonic

import pytest

from easycrm.providers.errors import PermissionMissing, ProviderError, ProviderMisconfigured
from easycrm.providers.fixed_token import FixedToken
from easycrm.providers.google_fetch import Fetched, Flow, fetch
from tests.unit.providers.conftest import Host
from tests.unit.providers.test_google_api import BATCH, multipart, told

GOOD = json.dumps({"id": "good", "threadId": "good", "internalDate": "0", "payload": {}}).encode()


async def fetched(host: Host, *parts: tuple[int, int, bytes], ids: tuple[str, ...]) -> list[Fetched]:
    """What becomes of these messages when the batch is answered by these parts."""
    host.answer(BATCH, multipart(*parts), content_type="multipart/mixed; boundary=the_boundary")
    wanted = [{"id": ident, "threadId": ident} for ident in ids]
    return [some async for some in fetch(FixedToken("token"), wanted)]


@pytest.mark.parametrize(
    ("reason", "kind"), [("insufficientPermissions", PermissionMissing), ("accessNotConfigured", ProviderMisconfigured)]
)
async def test_what_concerns_the_mailbox_is_no_fault_of_its_messages(
    reason: str, kind: type[Exception], host: Host
) -> None:
    with pytest.raises(kind):
        await fetched(host, (0, 200, GOOD), (1, 403, told(reason)), ids=("good", "refused"))

    assert host.paths() == [BATCH]


async def test_a_message_that_is_gone_is_no_error(host: Host) -> None:
    (one,) = await fetched(host, (0, 404, told("notFound")), (1, 200, GOOD), ids=("gone", "good"))

    assert one.gone == ["gone"]
    assert [message.provider_message_id for message in one.messages] == ["good"]


async def test_a_message_that_cannot_be_decoded_costs_only_itself(host: Host) -> None:
    odd = json.dumps({"id": "odd", "threadId": "odd", "internalDate": "then", "payload": {}}).encode()

    (one,) = await fetched(host, (0, 200, odd), (1, 200, GOOD), ids=("odd", "good"))

    assert [(entry.provider_message_id, entry.reason) for entry in one.unreadable] == [("odd", "could not be read")]
    assert [message.provider_message_id for message in one.messages] == ["good"]


async def test_threads_are_fetched_whole_where_that_is_cheaper(host: Host) -> None:
    bodies = [{"id": name, "threadId": "t", "internalDate": "0", "payload": {}} for name in ("a", "b", "c", "unwanted")]
    thread = multipart((0, 200, json.dumps({"id": "t", "messages": bodies}).encode()), (1, 200, GOOD))
    host.answer(BATCH, thread, content_type="multipart/mixed; boundary=the_boundary")
    wanted = [{"id": name, "threadId": "t"} for name in ("a", "b", "c", "vanished")]

    found = [some async for some in fetch(FixedToken("token"), [*wanted, {"id": "good", "threadId": "good"}])]

    assert [message.provider_message_id for message in found[0].messages] == ["a", "b", "c", "good"]
    assert found[0].gone == ["vanished"]
    assert host.asked[0][1].count(b"GET ") == 2


def part(number: int, status: int, *headers: str) -> bytes:
    """The answer of one part of a batch, with headers of its own."""
    lines = [
        "--the_boundary", "Content-Type: application/http", f"Content-ID: <response-{number}>", "",
        f"HTTP/1.1 {status} Whatever", *headers, "", "{}", "",
    ]  # fmt: skip
    return "\r\n".join(lines).encode()


@pytest.mark.parametrize("status", [429, 503])
async def test_threat_39_a_part_of_a_batch_names_the_time_to_wait(host: Host, status: int) -> None:
    parts = part(0, status, "Retry-After: 30", "Content-Type: application/json") + part(1, status, "retry-after:  700")
    host.answer(BATCH, parts + b"--the_boundary--", content_type="multipart/mixed; boundary=the_boundary")
    wanted = [{"id": ident, "threadId": ident} for ident in ("a", "b")]

    with pytest.raises(ProviderError) as refused:
        [some async for some in fetch(FixedToken("token"), wanted)]

    assert refused.value.retry_after == 700
    assert host.paths() == [BATCH]


async def test_threat_39_a_short_wait_that_a_part_asks_for_is_waited(host: Host) -> None:
    kind = "multipart/mixed; boundary=the_boundary"
    host.answer(BATCH, part(0, 429, "Retry-After: 2") + b"--the_boundary--", content_type=kind)
    host.answer(BATCH, multipart((0, 200, GOOD)), content_type=kind)
    began = monotonic()

    (one,) = [some async for some in fetch(FixedToken("token"), [{"id": "good", "threadId": "good"}])]

    assert [message.provider_message_id for message in one.messages] == ["good"]
    assert monotonic() - began >= 2


def test_a_mailbox_that_is_throttled_gets_half_as_much_at_a_time_and_slowly_more_again() -> None:
    flow, good, bad = Flow(), Fetched(), Fetched(throttled=True)
    widths: list[int] = []
    for fetched in [good] * 6 + [bad] + [good] * 6 + [bad, bad]:
        flow.learn(fetched)
        widths.append(flow.width)

    assert widths == [2, 3, 3, 3, 4, 4, 2, 2, 3, 3, 3, 4, 4, 2, 1]
