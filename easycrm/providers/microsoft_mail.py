"""Reading a Microsoft 365 mailbox: which folders there are, and what is new in each (`microsoft_delta`)."""

import random
from collections.abc import AsyncIterator, Mapping, Sequence
from urllib.parse import quote, urlencode

import orjson

from easycrm.core.clock import now
from easycrm.providers import microsoft_delta, microsoft_folders, microsoft_graph, microsoft_list
from easycrm.providers.base import Folder, TokenSource, Window
from easycrm.providers.errors import MessageGone, ProviderError, RateLimited
from easycrm.providers.microsoft_delta import is_settled, state_of
from easycrm.providers.microsoft_message import SELECT
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
    state: Json = state_of(cursors.get(FOLDERS, ""))
    if not state:
        yield await _newest(access, window)
    if not state or now().timestamp() - state["at"] > LOOK_FOR_FOLDERS_SECONDS:
        ids = await _read_ids(access, window)
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
        ids = await _read_ids(access, window, afresh=True)
        new = [ident for ident in ids if ident not in state["ids"]]
        state |= {"at": now().timestamp(), "ids": ids}
        yield Page(FOLDERS, orjson.dumps(state).decode(), caught_up=True)
        async for page in _of_folders(access, new, cursors, window, state):
            yield page


async def _read_ids(access: TokenSource, window: Window, *, afresh: bool = False) -> list[str]:
    """Ids of the folders that are read."""
    found = await microsoft_folders.imported(access, afresh=afresh)
    return [one.provider_folder_id for one in found if one.provider_folder_id not in window.left_out]


async def _of_folders(
    access: TokenSource, idents: Sequence[str], cursors: Mapping[str, str], window: Window, all_folders: Json
) -> AsyncIterator[Page]:
    """What these folders' cursors do not know: those first that were not read to their end."""
    unread = [ident for ident in idents if not is_settled(cursors.get(ident, ""))]
    for ident in unread:
        state, big = state_of(cursors.get(ident, "")), ident in all_folders["big"]
        async for page in microsoft_delta.read(access, ident, state, window, big=big):
            yield page
    settled = [ident for ident in idents if ident not in unread]
    for start in range(0, len(settled), microsoft_graph.MOST_IN_BATCH):
        some = settled[start : start + microsoft_graph.MOST_IN_BATCH]
        async for page in microsoft_delta.poll(access, some, cursors, window):
            yield page


async def _newest(access: TokenSource, window: Window) -> Page:
    """The newest of the inbox, for whoever waits for the first rows: a delta says nothing of its order."""
    more = {"$select": SELECT, "$orderby": "receivedDateTime desc", "$top": str(FIRST)}
    body = await microsoft_graph.get(access, f"/me/mailFolders/inbox/messages?{microsoft_list.query(window, more)}")
    wanted = [entry for entry in body.get("value", []) if entry.get("parentFolderId") not in window.left_out]
    return page_of(FOLDERS, {"value": wanted}, {"at": 0}, window)


async def quiet(access: TokenSource, cursors: Mapping[str, str], left_out: frozenset[str]) -> bool:
    """Whether no folder has changed, by one `$batch`.

    Of more than twenty folders the first, where mail arrives, are always asked, the others by lot; `changes`, due once
    in an hour at the latest, asks all of them, and looks for new folders.
    """
    state = state_of(cursors.get(FOLDERS, ""))
    if not state or now().timestamp() - state["at"] > TRUST_FOLDERS_SECONDS:
        return False
    idents = [ident for ident in state["ids"] if ident not in left_out]
    if not all(is_settled(cursors.get(ident, "")) for ident in idents):
        return False
    if len(idents) > microsoft_graph.MOST_IN_BATCH:
        rest = random.sample(idents[ALWAYS_ASKED:], microsoft_graph.MOST_IN_BATCH - ALWAYS_ASKED)
        idents = [*idents[:ALWAYS_ASKED], *rest]
    links = [str(state_of(cursors[ident])["d"]) for ident in idents]
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
