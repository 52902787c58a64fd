"""One folder of a Microsoft 365 mailbox: its delta from where it was left, or what has changed since its end."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from urllib.parse import quote

import orjson

from easycrm.providers import microsoft_graph, microsoft_list
from easycrm.providers.base import TokenSource, Window
from easycrm.providers.errors import CursorExpired, MessageGone, ProviderError
from easycrm.providers.microsoft_message import SELECT, moment
from easycrm.providers.microsoft_page import Json, page_of
from easycrm.providers.pages import Page

# Pages after which none is requested in advance: whoever reads slice by slice stops there without waste.
BURST_PAGES = 2


def state_of(cursor: str) -> Json:
    """What a cursor holds; nothing where reading has not begun."""
    return orjson.loads(cursor) if cursor else {}


def is_settled(cursor: str) -> bool:
    """Whether only changes are still to come."""
    state = state_of(cursor)
    return "d" in state and "b" not in state


async def read(access: TokenSource, ident: str, state: Json, window: Window, *, big: bool) -> AsyncIterator[Page]:
    """The folder from where it was left, to its end.

    Args:
        big: it holds more than a delta lists; what is older is listed after it.
    """
    start = f"/me/mailFolders/{quote(ident)}/messages/delta?{microsoft_list.query(window, {'$select': SELECT})}"
    if "d" not in state:
        async for page in _delta(access, ident, state.get("n", start), window, oldest=state.get("o", "")):
            state = state_of(page.cursor)
            if "d" in state and big and state.get("o"):
                state = {"d": state["d"], "b": state["o"]}
                yield replace(page, cursor=orjson.dumps(state).decode(), caught_up=False)
            else:
                yield page
    if "b" in state:
        async for page in _older(access, ident, state, window):
            yield page


async def poll(
    access: TokenSource, ids: Sequence[str], cursors: Mapping[str, str], window: Window
) -> AsyncIterator[Page]:
    """Ask up to twenty folders in one request what has changed."""
    links = [str(state_of(cursors[ident])["d"]) for ident in ids]
    answers = await microsoft_graph.batch(access, links)
    for ident, answer in zip(ids, answers, strict=True):
        if isinstance(answer, CursorExpired):
            raise CursorExpired(ident, code=answer.code)
        if isinstance(answer, MessageGone):
            continue
        if isinstance(answer, ProviderError):
            raise answer
        following = answer.get("@odata.nextLink")
        # The old link stays good until the whole answer is in: it may be asked again.
        state = state_of(cursors[ident]) if following else {"d": answer["@odata.deltaLink"]}
        yield page_of(ident, answer, state, window)
        if following:
            async for page in _delta(access, ident, following, window):
                yield page


async def _delta(access: TokenSource, ident: str, link: str, window: Window, oldest: str = "") -> AsyncIterator[Page]:
    """Pages of a delta, the next one under way while one is stored."""
    coming: asyncio.Task[Json] | None = asyncio.create_task(microsoft_graph.get(access, link))
    pages = 0
    try:
        while coming:
            try:
                body = await coming
            except CursorExpired as error:
                raise CursorExpired(ident, code=error.code) from error
            except MessageGone:
                return  # the folder was deleted meanwhile; its messages are told elsewhere or by the nightly comparison
            following, pages = body.get("@odata.nextLink"), pages + 1
            ahead, coming = bool(following) and pages % BURST_PAGES != 0, None
            if following and ahead:
                coming = asyncio.create_task(microsoft_graph.get(access, following))
                await asyncio.sleep(0)  # so that it is on its way before this page is decoded
            oldest = _oldest(body, oldest)
            state = {"n": following, "o": oldest} if following else _settled(body, oldest)
            yield replace(page_of(ident, body, state, window), under_way=ahead)
            if following and not ahead:
                coming = asyncio.create_task(microsoft_graph.get(access, following))
    finally:
        if coming:
            coming.cancel()
            coming.add_done_callback(lambda ended: ended.cancelled() or ended.exception())


def _settled(body: Json, oldest: str) -> Json:
    return {"d": body["@odata.deltaLink"], **({"o": oldest} if oldest else {})}


def _oldest(body: Json, oldest: str) -> str:
    times = [str(entry["receivedDateTime"]) for entry in body.get("value", []) if "receivedDateTime" in entry]
    return min([*times, oldest] if oldest else times, default="")


async def _older(access: TokenSource, ident: str, state: Json, window: Window) -> AsyncIterator[Page]:
    """Messages before what the delta listed, newest first, until the window ends."""
    while True:
        more = {"$select": SELECT, "$orderby": "receivedDateTime desc", "$top": str(microsoft_graph.PAGE)}
        before = _inclusive(state["b"])
        body = await microsoft_graph.get(
            access, f"/me/mailFolders/{quote(ident)}/messages?{microsoft_list.query(window, more, before)}"
        )
        oldest = _oldest(body, "")
        ended = "@odata.nextLink" not in body or not oldest
        # All messages of one second could fill a page; then the second is left behind rather than read for ever.
        state = (
            {"d": state["d"]} if ended else {"d": state["d"], "b": oldest if oldest < state["b"] else _earlier(oldest)}
        )
        yield page_of(ident, body, state, window)
        if ended:
            return


def _inclusive(time: str) -> str:
    """The second after `time`: several messages may share one, and repeating some does no harm."""
    return microsoft_list.written(datetime.fromtimestamp(moment(time).timestamp() + 1, UTC))


def _earlier(time: str) -> str:
    return microsoft_list.written(datetime.fromtimestamp(moment(time).timestamp() - 1, UTC))
