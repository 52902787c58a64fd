"""Reading a Microsoft 365 mailbox: delta per folder, the import newest first."""

import asyncio
import random
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from urllib.parse import quote, urlencode

import orjson

from easycrm.core.clock import now
from easycrm.providers import microsoft_folders, microsoft_graph, microsoft_list
from easycrm.providers.base import Folder, TokenSource, Window
from easycrm.providers.errors import CursorExpired, MessageGone, ProviderError, RateLimited
from easycrm.providers.microsoft_message import SELECT, moment
from easycrm.providers.microsoft_page import Json, page_of
from easycrm.providers.pages import Page, Removal, Unreadable

FOLDERS = "folders"
FIRST = 25
LOOK_FOR_FOLDERS_SECONDS = 900
TRUST_FOLDERS_SECONDS = 3600
# Folders that are asked at every look: inbox, sent and archive come first.
ALWAYS_ASKED = 4
# A filtered delta ends here without a word; older messages of a bigger folder are listed instead.
DELTA_ENDS_AT = 5000
# Pages after which none is requested in advance: whoever reads slice by slice stops there without waste.
BURST_PAGES = 2


async def folders(access: TokenSource) -> list[Folder]:
    """Folders that are imported."""
    return await microsoft_folders.imported(access)


async def changes(access: TokenSource, cursors: Mapping[str, str], window: Window) -> AsyncIterator[Page]:
    """Whatever each folder's cursor does not know yet.

    A folder's cursor holds the link to read next (n), or the link that tells changes (d) and, while older messages
    than a delta lists are still to come, the moment before which they lie (b). The cursor of the stream "folders"
    holds which folders there are, since when.

    What left a folder may lie in one that came into being after the folders were listed: they are listed again then.
    """
    state: Json = _state(cursors.get(FOLDERS, ""))
    if not state:
        yield await _newest(access, window)
    if not state or now().timestamp() - state["at"] > LOOK_FOR_FOLDERS_SECONDS:
        found = await microsoft_folders.imported(access)
        ids = [one.provider_folder_id for one in found if one.provider_folder_id not in window.left_out]
        state = await _sizes(access, ids, window, state) | {"at": now().timestamp(), "ids": ids}
        yield Page(FOLDERS, orjson.dumps(state).decode(), total=state["total"], caught_up=True)
    idents = [ident for ident in state["ids"] if ident not in window.left_out]
    moved = False
    async for page in _of_folders(access, idents, cursors, window, state):
        if page.removals and not moved:
            moved = True
            # First, so that the next run looks for new folders if this one is cut short.
            yield Page(FOLDERS, orjson.dumps(state | {"at": 0}).decode())
        yield page
    if moved:
        found = await microsoft_folders.imported(access, afresh=True)
        ids = [one.provider_folder_id for one in found if one.provider_folder_id not in window.left_out]
        new = [ident for ident in ids if ident not in state["ids"]]
        state |= {"at": now().timestamp(), "ids": ids}
        yield Page(FOLDERS, orjson.dumps(state).decode(), caught_up=True)
        async for page in _of_folders(access, new, cursors, window, state):
            yield page


async def _of_folders(
    access: TokenSource, idents: Sequence[str], cursors: Mapping[str, str], window: Window, all_folders: Json
) -> AsyncIterator[Page]:
    """What these folders' cursors do not know: those first that were not read to their end."""
    unread = [ident for ident in idents if not _is_settled(cursors.get(ident, ""))]
    for ident in unread:
        async for page in _read(access, ident, _state(cursors.get(ident, "")), window, all_folders):
            yield page
    settled = [ident for ident in idents if ident not in unread]
    for start in range(0, len(settled), microsoft_graph.MOST_IN_BATCH):
        async for page in _poll(access, settled[start : start + microsoft_graph.MOST_IN_BATCH], cursors, window):
            yield page


async def _newest(access: TokenSource, window: Window) -> Page:
    """The newest of the inbox, for whoever waits for the first rows: a delta says nothing of its order."""
    more = {"$select": SELECT, "$orderby": "receivedDateTime desc", "$top": str(FIRST)}
    body = await microsoft_graph.get(access, f"/me/mailFolders/inbox/messages?{microsoft_list.query(window, more)}")
    wanted = [entry for entry in body.get("value", []) if entry.get("parentFolderId") not in window.left_out]
    return page_of(FOLDERS, {"value": wanted}, {"at": 0}, window)


def _state(cursor: str) -> Json:
    return orjson.loads(cursor) if cursor else {}


def _is_settled(cursor: str) -> bool:
    """Whether only changes are still to come."""
    state = _state(cursor)
    return "d" in state and "b" not in state


async def quiet(access: TokenSource, cursors: Mapping[str, str], left_out: frozenset[str]) -> bool:
    """Whether no folder has changed, by one `$batch`.

    Of more than twenty folders the first, where mail arrives, are always asked, the others by lot; `changes`, due once
    in an hour at the latest, asks all of them, and looks for new folders.
    """
    state = _state(cursors.get(FOLDERS, ""))
    if not state or now().timestamp() - state["at"] > TRUST_FOLDERS_SECONDS:
        return False
    idents = [ident for ident in state["ids"] if ident not in left_out]
    if not all(_is_settled(cursors.get(ident, "")) for ident in idents):
        return False
    if len(idents) > microsoft_graph.MOST_IN_BATCH:
        rest = random.sample(idents[ALWAYS_ASKED:], microsoft_graph.MOST_IN_BATCH - ALWAYS_ASKED)
        idents = [*idents[:ALWAYS_ASKED], *rest]
    links = [str(_state(cursors[ident])["d"]) for ident in idents]
    answers = await microsoft_graph.batch(access, links) if links else []
    return all(isinstance(one, dict) and not one.get("value") and "@odata.deltaLink" in one for one in answers)


async def _sizes(access: TokenSource, ids: Sequence[str], window: Window, before: Json) -> Json:
    """How many messages the window has, in all and per folder that exceeds what a delta lists; counted once."""
    if "total" in before:
        return {"total": before["total"], "big": before["big"]}
    query = microsoft_list.query(window, {"$top": "1", "$select": "id", "$count": "true"})
    paths = [f"/me/mailFolders/{quote(ident)}/messages?{query}" for ident in ids]
    counts: list[int] = []
    for start in range(0, len(paths), microsoft_graph.MOST_IN_BATCH):
        for answer in await microsoft_graph.batch(access, paths[start : start + microsoft_graph.MOST_IN_BATCH]):
            if isinstance(answer, ProviderError):
                raise answer
            counts.append(int(answer.get("@odata.count", 0)))
    big = [ident for ident, count in zip(ids, counts, strict=True) if window.since and count >= DELTA_ENDS_AT]
    return {"total": sum(counts), "big": big}


async def _read(access: TokenSource, ident: str, state: Json, window: Window, all_folders: Json) -> AsyncIterator[Page]:
    """The folder from where it was left, to its end."""
    start = f"/me/mailFolders/{quote(ident)}/messages/delta?{microsoft_list.query(window, {'$select': SELECT})}"
    if "d" not in state:
        async for page in _delta(access, ident, state.get("n", start), window, oldest=state.get("o", "")):
            state = _state(page.cursor)
            if "d" in state and ident in all_folders["big"] and state.get("o"):
                state = {"d": state["d"], "b": state["o"]}
                yield replace(page, cursor=orjson.dumps(state).decode(), caught_up=False)
            else:
                yield page
    if "b" in state:
        async for page in _older(access, ident, state, window):
            yield page


async def _delta(access: TokenSource, ident: str, link: str, window: Window, oldest: str = "") -> AsyncIterator[Page]:
    """Pages of a delta, the next one under way while one is stored."""
    coming, pages = asyncio.create_task(microsoft_graph.get(access, link)), 0
    try:
        while True:
            try:
                body = await coming
            except CursorExpired as error:
                raise CursorExpired(ident, code=error.code) from error
            except MessageGone:
                return  # the folder was deleted meanwhile; its messages are told elsewhere or by the nightly comparison
            following, pages = body.get("@odata.nextLink"), pages + 1
            ahead = bool(following) and pages % BURST_PAGES != 0
            if following and ahead:
                coming = asyncio.create_task(microsoft_graph.get(access, following))
                await asyncio.sleep(0)  # so that it is on its way before this page is decoded
            oldest = _oldest(body, oldest)
            state = {"n": following, "o": oldest} if following else _settled(body, oldest)
            yield replace(page_of(ident, body, state, window), under_way=ahead)
            if not following:
                return
            if not ahead:
                coming = asyncio.create_task(microsoft_graph.get(access, following))
    finally:
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


async def _poll(
    access: TokenSource, ids: Sequence[str], cursors: Mapping[str, str], window: Window
) -> AsyncIterator[Page]:
    """Ask up to twenty folders in one request what has changed."""
    links = [str(_state(cursors[ident])["d"]) for ident in ids]
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
        yield page_of(ident, answer, _state(cursors[ident]) if following else {"d": answer["@odata.deltaLink"]}, window)
        if following:
            async for page in _delta(access, ident, following, window):
                yield page


async def again(access: TokenSource, ids: Sequence[str], window: Window) -> AsyncIterator[Page]:
    """These messages once more."""
    for start in range(0, len(ids), microsoft_graph.MOST_IN_BATCH):
        some = ids[start : start + microsoft_graph.MOST_IN_BATCH]
        paths = [f"/me/messages/{quote(ident)}?{urlencode({'$select': SELECT})}" for ident in some]
        for ident, answer in zip(some, await microsoft_graph.batch(access, paths), strict=True):
            yield _one(ident, answer, window)


def _one(ident: str, answer: Json | ProviderError, window: Window) -> Page:
    if isinstance(answer, MessageGone):
        return Page("", "", removals=(Removal(ident, certain=True),))
    if isinstance(answer, ProviderError):
        if answer.permanent or isinstance(answer, RateLimited):
            raise answer
        return Page("", "", unreadable=(Unreadable(ident, "refused by the provider", answer.code),))
    return page_of("", {"value": [answer]}, {}, window)


async def original(access: TokenSource, ident: str) -> bytes:
    """The message as MIME."""
    return await microsoft_graph.content(access, f"/me/messages/{quote(ident)}/$value")
