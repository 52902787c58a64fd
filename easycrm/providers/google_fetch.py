"""Fetches Gmail messages in batches, several at a time, as many as the provider takes well."""

import asyncio
from collections import Counter, deque
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from easycrm.providers import google_api
from easycrm.providers.base import TokenSource
from easycrm.providers.errors import AnswerTooLarge, MessageGone, ProviderError, RateLimited, UnexpectedRefusal
from easycrm.providers.google_message import decode
from easycrm.providers.pages import FetchedMessage, Unreadable

BATCH = 25
FEWEST, START, MOST = 1, 2, 4
THREAD_PAYS_FROM = 3
_PAUSE_SECONDS = 1.0
_PATIENCE = 3
MOST_TRIES = 8
"""Runs in which a message is waited for although nothing else is refused: about an hour, as the runs grow rarer."""
_NONE: Mapping[str, int] = MappingProxyType({})


@dataclass
class Fetched:
    """One batch's outcome; `gone` are ids that are not there any more, `failure` is why those `refused` are missing."""

    messages: list[FetchedMessage] = field(default_factory=list[FetchedMessage])
    unreadable: list[Unreadable] = field(default_factory=list[Unreadable])
    gone: list[str] = field(default_factory=list[str])
    refused: list[str] = field(default_factory=list[str])
    throttled: bool = False
    failure: ProviderError | None = None


@dataclass(frozen=True)
class _Call:
    """One part of a batch: a message, or a whole thread of which `ids` are wanted."""

    path: str
    ids: frozenset[str]


async def fetch(
    access: TokenSource, wanted: Sequence[dict[str, str]], tries: Mapping[str, int] = _NONE
) -> AsyncIterator[Fetched]:
    """Batches of the wanted messages (id, threadId), in order, the next ones under way while one is stored.

    Args:
        tries: by id, the earlier runs that ended because the message was refused.

    Raises:
        ProviderError: the provider keeps refusing; what had come until then was yielded.
    """
    calls = _plan(wanted)
    groups = [calls[start : start + BATCH] for start in range(0, len(calls), BATCH)]
    width, running = START, deque[asyncio.Task[Fetched]]()
    try:
        while groups or running:
            while groups and len(running) < width:
                running.append(asyncio.create_task(_batch(access, groups.pop(0), tries)))
            fetched = await running.popleft()
            width = max(FEWEST, width // 2) if fetched.throttled else min(MOST, width + 1)
            yield fetched
            if fetched.failure:
                raise fetched.failure
    finally:
        for task in running:
            task.cancel()
            task.add_done_callback(lambda ended: ended.cancelled() or ended.exception())


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


async def _batch(access: TokenSource, calls: Sequence[_Call], tries: Mapping[str, int]) -> Fetched:
    """One batch, refused parts asked for again a few times."""
    fetched, left = Fetched(), list(calls)
    refusals: list[tuple[_Call, ProviderError]] = []
    for attempt in range(_PATIENCE):
        if attempt:
            await asyncio.sleep(_PAUSE_SECONDS * 2 ** (attempt - 1))
        settled = [(call, _settle(fetched, call, answer)) for call, answer in await _answers(access, left)]
        refusals = [(call, error) for call, error in settled if error]
        if not refusals:
            return fetched
        left = [call for call, _ in refusals]
        fetched.throttled |= any(isinstance(error, RateLimited) for _, error in refusals)
    _give_up(fetched, refusals, tries, outage=len(refusals) == len(calls))
    return fetched


async def _answers(access: TokenSource, calls: Sequence[_Call]) -> list[tuple[_Call, dict[str, Any] | ProviderError]]:
    """Each call with its answer; a batch too large to hold is asked for in halves."""
    try:
        return list(zip(calls, await google_api.batch(access, [call.path for call in calls]), strict=True))
    except AnswerTooLarge as error:
        if len(calls) == 1:
            return [(calls[0], error)]
        half = len(calls) // 2
        return [*await _answers(access, calls[:half]), *await _answers(access, calls[half:])]


def _settle(fetched: Fetched, call: _Call, answer: dict[str, Any] | ProviderError) -> ProviderError | None:
    """Take the answer in; an error that may pass is handed back.

    Raises:
        ProviderError: one that concerns more than this message.
    """
    if isinstance(answer, MessageGone):
        fetched.gone.extend(call.ids)
    elif isinstance(answer, AnswerTooLarge):
        fetched.unreadable.extend(Unreadable(one, "too large") for one in call.ids)
    elif isinstance(answer, ProviderError):
        if answer.permanent:
            raise answer
        return answer
    else:
        _take(fetched, call, answer)
    return None


def _give_up(
    fetched: Fetched, refusals: Sequence[tuple[_Call, ProviderError]], tries: Mapping[str, int], *, outage: bool
) -> None:
    """What to make of parts that failed every time.

    A few of a batch are bad messages, for the ledger; throttled ones, and all of a batch, are waited for, but not in
    ever so many runs. A message alone is bad at once only if it was refused for a reason of its own.
    """
    if outage and len(refusals) == 1:
        outage = not isinstance(refusals[0][1], UnexpectedRefusal)
    for call, error in refusals:
        waited_for = max(tries.get(one, 0) for one in call.ids) >= MOST_TRIES - 1
        if isinstance(error, RateLimited) or (outage and not waited_for):
            fetched.failure = fetched.failure or error
            fetched.refused.extend(() if isinstance(error, RateLimited) else call.ids)
        else:
            fetched.unreadable.extend(Unreadable(one, "refused by the provider", error.code) for one in call.ids)


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
