"""Fetches Gmail messages in batches, several at a time: as many as the provider takes and the allowance pays for."""

import asyncio
import random
from collections import deque
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from easycrm.providers import google_api, pacer
from easycrm.providers.base import TokenSource
from easycrm.providers.errors import (
    AnswerTooLarge,
    MessageGone,
    OverBudget,
    ProviderError,
    RateLimited,
    UnexpectedRefusal,
)
from easycrm.providers.gmail_prices import price
from easycrm.providers.google_message import decode
from easycrm.providers.google_plan import Call, plan
from easycrm.providers.pages import FetchedMessage, Unreadable

BATCH = 25
SMALLEST_BATCH = 10
"""Calls that must be affordable before less than a whole batch is asked for."""
BURST = 250
"""Messages after which everything under way is awaited: whoever reads slice by slice stops there without waste."""
FEWEST, START, MOST = 1, 2, 4
_PAUSE_SECONDS = 1.0
_LONGEST_PAUSE_SECONDS = 3.0
_JITTER = 0.25
_PATIENCE = 3
MOST_TRIES = 8
"""Runs in which a message is waited for although nothing else is refused: about an hour, as the runs grow rarer."""
_NONE: Mapping[str, int] = MappingProxyType({})


@dataclass
class Fetched:
    """One batch's outcome; `gone` are ids that are not there any more, `failure` is why those `refused` are missing.

    `under_way`: other batches are being answered already.
    """

    messages: list[FetchedMessage] = field(default_factory=list[FetchedMessage])
    unreadable: list[Unreadable] = field(default_factory=list[Unreadable])
    gone: list[str] = field(default_factory=list[str])
    refused: list[str] = field(default_factory=list[str])
    throttled: bool = False
    failure: ProviderError | None = None
    under_way: bool = False


@dataclass
class Flow:
    """How many batches at a time a mailbox takes: half as many when throttled, slowly more while all goes well."""

    width: int = START
    well: int = 0

    def learn(self, fetched: Fetched) -> None:
        """Draw the conclusion from a batch."""
        self.well = 0 if fetched.throttled else self.well + 1
        if fetched.throttled:
            self.width = max(FEWEST, self.width // 2)
        elif self.well >= self.width and self.width < MOST:
            self.width, self.well = self.width + 1, 0


async def fetch(
    access: TokenSource,
    wanted: Sequence[dict[str, str]],
    tries: Mapping[str, int] = _NONE,
    flow: Flow | None = None,
) -> AsyncIterator[Fetched]:
    """Batches of the wanted messages (id, threadId), in order, the next ones under way while one is stored.

    Args:
        tries: by id, the earlier runs that ended because the message was refused.
        flow: what earlier batches of this mailbox taught.

    Raises:
        OverBudget: the minute's allowance is used up. Here, as below, what had come until then was yielded.
        ProviderError: the provider keeps refusing.
    """
    left, running = deque(plan(wanted)), deque[asyncio.Task[Fetched]]()
    flow, asked, stop = flow or Flow(), 0, None
    try:
        while running or (left and not stop):
            while left and not stop and len(running) < flow.width and (asked < BURST or not running):
                calls = _affordable(access, left)
                if not calls:
                    stop = _over_budget(access, left)
                    break
                asked = sum(len(call.ids) for call in calls) + (asked if asked < BURST else 0)
                running.append(asyncio.create_task(_batch(access, calls, tries)))
                await asyncio.sleep(0)  # so that it is charged before the next one is weighed
            if running:
                fetched = await running.popleft()
                flow.learn(fetched)
                fetched.under_way = bool(running)
                yield fetched
                stop = fetched.failure or stop
        if stop:
            raise stop
    finally:
        for task in running:
            task.cancel()
            task.add_done_callback(lambda ended: ended.cancelled() or ended.exception())


def _affordable(access: TokenSource, left: deque[Call]) -> list[Call]:
    """The next batch, shorter where the allowance does not pay for a whole one; none where it would be tiny."""
    room, calls = pacer.room(access), list[Call]()
    while left and len(calls) < BATCH and (cost := price(left[0].path)) <= room:
        calls.append(left.popleft())
        room -= cost
    if len(calls) < SMALLEST_BATCH and left:
        left.extendleft(reversed(calls))
        return []
    return calls


def _over_budget(access: TokenSource, left: deque[Call]) -> OverBudget:
    units = sum(price(call.path) for call in list(left)[:SMALLEST_BATCH])
    return OverBudget(code="over_budget", retry_after=pacer.wait(access, units))


async def _batch(access: TokenSource, calls: Sequence[Call], tries: Mapping[str, int]) -> Fetched:
    """One batch, refused parts asked for again a few times, but never earlier than the provider says."""
    fetched, left = Fetched(), list(calls)
    refusals: list[tuple[Call, ProviderError]] = []
    for attempt in range(_PATIENCE):
        pause = _pause(attempt, refusals)
        if pause > _LONGEST_PAUSE_SECONDS:
            break
        if attempt:  # the first try is charged without a pause, before the next batch is weighed
            await asyncio.sleep(pause)
        settled = [(call, _settle(fetched, call, answer)) for call, answer in await _answers(access, left)]
        refusals = [(call, error) for call, error in settled if error]
        if not refusals:
            return fetched
        left = [call for call, _ in refusals]
        fetched.throttled |= any(isinstance(error, RateLimited) for _, error in refusals)
    _give_up(fetched, refusals, tries, outage=len(refusals) == len(calls))
    return fetched


def _pause(attempt: int, refusals: Sequence[tuple[Call, ProviderError]]) -> float:
    """Seconds before a try; a little more than needed, and never the same, so that many do not come back at once."""
    if not attempt:
        return 0
    asked = max(error.retry_after or 0 for _, error in refusals)
    return max(_PAUSE_SECONDS * 2 ** (attempt - 1), asked) * random.uniform(1, 1 + _JITTER)


async def _answers(access: TokenSource, calls: Sequence[Call]) -> list[tuple[Call, dict[str, Any] | ProviderError]]:
    """Each call with its answer; a batch too large to hold is asked for in halves.

    One that was throttled as a whole counts as refused part by part.
    """
    try:
        return list(zip(calls, await google_api.batch(access, [call.path for call in calls]), strict=True))
    except RateLimited as error:
        return [(call, error) for call in calls]
    except AnswerTooLarge as error:
        if len(calls) == 1:
            return [(calls[0], error)]
        half = len(calls) // 2
        return [*await _answers(access, calls[:half]), *await _answers(access, calls[half:])]


def _settle(fetched: Fetched, call: Call, answer: dict[str, Any] | ProviderError) -> ProviderError | None:
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
    fetched: Fetched, refusals: Sequence[tuple[Call, ProviderError]], tries: Mapping[str, int], *, outage: bool
) -> None:
    """What to make of parts that failed every time.

    A few of a batch are bad messages, for the ledger; throttled ones, and all of a batch, are waited for, but not in
    ever so many runs. A message alone is bad at once only if it was refused for a reason of its own.
    """
    if outage and len(refusals) == 1:
        outage = not isinstance(refusals[0][1], UnexpectedRefusal)
    for call, error in refusals:
        waited_for = max(tries.get(one, 0) for one in call.ids) >= MOST_TRIES - 1
        asked_to_wait = outage or error.retry_after
        if isinstance(error, RateLimited) or (asked_to_wait and not waited_for):
            fetched.failure = _longer(fetched.failure, error)
            fetched.refused.extend(() if isinstance(error, RateLimited) else call.ids)
        else:
            fetched.unreadable.extend(Unreadable(one, "refused by the provider", error.code) for one in call.ids)


def _longer(one: ProviderError | None, other: ProviderError) -> ProviderError:
    """Of two failures the one that asks for the longer wait."""
    return one if one and (one.retry_after or 0) >= (other.retry_after or 0) else other


def _take(fetched: Fetched, call: Call, answer: dict[str, Any]) -> None:
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
