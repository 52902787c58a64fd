"""Fetches Gmail messages in batches, several at a time, as many as the provider takes well."""

import asyncio
from collections import Counter, deque
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from easycrm.providers import google_api
from easycrm.providers.base import TokenSource
from easycrm.providers.errors import MessageGone, PermissionMissing, ProviderError, RateLimited
from easycrm.providers.google_message import decode
from easycrm.providers.pages import FetchedMessage, Unreadable

BATCH = 25
FEWEST, START, MOST = 1, 2, 4
THREAD_PAYS_FROM = 3
_PAUSE_SECONDS = 1.0
_PATIENCE = 3


@dataclass
class Fetched:
    """One batch's outcome; `gone` are ids that are not there any more."""

    messages: list[FetchedMessage] = field(default_factory=list[FetchedMessage])
    unreadable: list[Unreadable] = field(default_factory=list[Unreadable])
    gone: list[str] = field(default_factory=list[str])


@dataclass(frozen=True)
class _Call:
    """One part of a batch: a message, or a whole thread of which `ids` are wanted."""

    path: str
    ids: frozenset[str]


async def fetch(access: TokenSource, wanted: Sequence[dict[str, str]]) -> AsyncIterator[Fetched]:
    """Batches of the wanted messages (id, threadId), in order, the next ones under way while one is stored.

    Raises:
        RateLimited: the provider keeps refusing; what had come until then was yielded.
    """
    calls = _plan(wanted)
    groups = [calls[start : start + BATCH] for start in range(0, len(calls), BATCH)]
    width, running = START, deque[asyncio.Task[tuple[Fetched, bool]]]()
    try:
        while groups or running:
            while groups and len(running) < width:
                running.append(asyncio.create_task(_batch(access, groups.pop(0))))
            fetched, refused = await running.popleft()
            width = max(FEWEST, width // 2) if refused else min(MOST, width + 1)
            yield fetched
    finally:
        for task in running:
            task.cancel()


def _plan(wanted: Sequence[dict[str, str]]) -> list[_Call]:
    """A whole thread (40 units) where three or more of its messages are wanted, else single messages (20 each)."""
    sizes = Counter(entry["threadId"] for entry in wanted)
    calls: dict[str, _Call] = {}
    for entry in wanted:
        thread = entry["threadId"]
        if sizes[thread] >= THREAD_PAYS_FROM:
            whole = calls.get(thread, _Call(f"/threads/{thread}?format=full", frozenset()))
            calls[thread] = _Call(whole.path, whole.ids | {entry["id"]})
        else:
            calls[entry["id"]] = _Call(f"/messages/{entry['id']}?format=full", frozenset((entry["id"],)))
    return list(calls.values())


async def _batch(access: TokenSource, calls: Sequence[_Call]) -> tuple[Fetched, bool]:
    """One batch, refused parts asked for again; whether any was refused."""
    fetched, left, refused = Fetched(), list(calls), False
    for attempt in range(_PATIENCE):
        again: list[_Call] = []
        last: ProviderError | None = None
        for call, answer in zip(left, await google_api.batch(access, [call.path for call in left]), strict=True):
            if isinstance(answer, MessageGone):
                fetched.gone.extend(call.ids)
            elif isinstance(answer, PermissionMissing):
                fetched.unreadable.extend(Unreadable(one, "refused by the provider", answer.code) for one in call.ids)
            elif isinstance(answer, ProviderError):
                again.append(call)
                last = answer
            else:
                _take(fetched, call, answer)
        if not again or last is None:
            return fetched, refused
        left, refused = again, refused or isinstance(last, RateLimited)
        if attempt == _PATIENCE - 1:
            raise last
        await asyncio.sleep(_PAUSE_SECONDS * 2**attempt)
    return fetched, refused


def _take(fetched: Fetched, call: _Call, answer: dict[str, Any]) -> None:
    bodies = answer.get("messages", [answer])
    came: set[str] = set()
    for body in bodies:
        ident = str(body.get("id", ""))
        if ident not in call.ids:
            continue
        came.add(ident)
        try:
            fetched.messages.append(decode(body))
        except Exception as error:
            fetched.unreadable.append(Unreadable(ident, "could not be read", f"{type(error).__name__}: {error}"[:200]))
    fetched.gone.extend(call.ids - came)
