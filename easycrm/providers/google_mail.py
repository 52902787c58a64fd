"""Reading a Gmail mailbox: the import newest first, then its history."""

import asyncio
import base64
import secrets
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

import orjson

from easycrm.providers import google_api, google_history, google_list, pacer
from easycrm.providers.base import Folder, Known, TokenSource, Window
from easycrm.providers.errors import UnexpectedRefusal
from easycrm.providers.google_fetch import MOST_TRIES, START, Fetched, Flow, fetch
from easycrm.providers.google_history import NOT_IMPORTED, STREAM, Told
from easycrm.providers.pages import Page, Removal

FIRST = 25
_LABEL_KINDS = {"INBOX": "inbox", "SENT": "sent", "STARRED": "starred", "IMPORTANT": "important", "UNREAD": "unread"}
_CATEGORY = "CATEGORY_"


async def profile(access: TokenSource) -> dict[str, Any]:
    """users.getProfile."""
    return await google_api.get(access, "/profile", fields="emailAddress,historyId")


async def labels(access: TokenSource) -> list[Folder]:
    """users.labels.list, without those that are never imported."""
    body = await google_api.get(access, "/labels", fields="labels(id,name,type)")
    return [_label(label) for label in body.get("labels", []) if label["id"] not in NOT_IMPORTED]


def _label(label: dict[str, Any]) -> Folder:
    """A label by the name that people know: Gmail shouts its own ones."""
    ident, name = str(label["id"]), str(label["name"])
    if label.get("type") != "system":
        return Folder(ident, name, "user")
    kind = "category" if ident.startswith(_CATEGORY) else _LABEL_KINDS.get(ident, "mark")
    return Folder(ident, name.removeprefix(_CATEGORY).capitalize(), kind)


async def changes(access: TokenSource, cursor: str, window: Window, known: Known) -> AsyncIterator[Page]:
    """The rest of the import, if it has not ended, then the history since it began.

    A cursor holds the history id to go on from (h); while importing, the list page to go on with (p), the import's own
    name (i), the total (t), whether some of it was known before (k), how many batches at a time went well (w) and what
    was spent in the last minute (u); and how often messages were refused when nothing else came (f).
    """
    state: dict[str, Any] = orjson.loads(cursor) if cursor else {}
    access = pacer.Metered(access, state.pop("u", ()))
    if not state:
        # Before the list, so that what arrives meanwhile is told by the history.
        state = {"h": (await profile(access))["historyId"], "p": "", "i": secrets.token_hex(8)}
    if "p" in state:
        async for page in _import(access, state, window, known):
            yield page
    async for page in _history(access, state, window, known):
        yield page


async def quiet(access: TokenSource, cursor: str) -> bool:
    """Whether the history tells nothing new; only asked when nothing is left of an import."""
    state: dict[str, Any] = orjson.loads(cursor) if cursor else {}
    if set(state) != {"h"}:
        return False
    body = await google_history.page(access, state["h"], "")
    return not body.get("history") and not body.get("nextPageToken")


async def _import(access: pacer.Metered, state: dict[str, Any], window: Window, known: Known) -> AsyncIterator[Page]:
    fresh, listed, flow = "t" not in state, await _list_again(access, window, state), Flow(state.get("w", START))
    while True:
        wanted = [entry for entry in listed.get("messages", []) if isinstance(entry.get("id"), str)]
        following = listed.get("nextPageToken", "")
        stored = await asyncio.to_thread(known, [entry["id"] for entry in wanted])
        missing = [entry for entry in wanted if entry["id"] not in stored]
        if fresh:
            async for fetched in fetch(access, missing[:FIRST], _tries(state), flow):
                yield _importing(state, fetched, window, access, flow)
            missing = missing[FIRST:]
            rest, some_known = await _rest(access, window, state, following, known)
            state["t"], state["k"], fresh = len(wanted) + rest, bool(stored) or some_known, False
        async for fetched in fetch(access, missing, _tries(state), flow):
            yield _importing(state, fetched, window, access, flow)
        if not following:
            break
        state["p"] = following
        yield _importing(state, Fetched(), window, access, flow)
        listed = await _listed(access, window, state, following)
    if state.get("k"):
        # No history tells how these messages were labelled meanwhile.
        kinds = ("user", "category")
        labelled = [one.provider_folder_id for one in await labels(access) if one.kind in kinds]
        async for states in google_list.states(access, window, labelled):
            yield replace(_page(state, Fetched(), window), states=tuple(states))
    total = state["t"]
    for name in ("t", "k", "p", "f", "i", "w"):
        state.pop(name, None)
    yield Page(STREAM, orjson.dumps(state).decode(), total=total)


async def _listed(access: TokenSource, window: Window, state: dict[str, Any], page: str) -> dict[str, Any]:
    """One list page of this import, asked for once as long as this process remembers it."""
    key = (state.setdefault("i", secrets.token_hex(8)), page)
    if (found := google_list.remembered(key)) is None:
        found = await google_list.listed(access, window, page)
        google_list.remember(key, found)
    return found


async def _list_again(access: TokenSource, window: Window, state: dict[str, Any]) -> dict[str, Any]:
    """The list page to go on with; from the top where Gmail has dropped its token: what is known is skipped."""
    try:
        return await _listed(access, window, state, state["p"])
    except UnexpectedRefusal:
        if not state["p"]:
            raise
        state["p"] = ""
        return await _listed(access, window, state, "")


async def _rest(
    access: TokenSource, window: Window, state: dict[str, Any], page: str, known: Known
) -> tuple[int, bool]:
    """How many messages the rest of the list has, for the progress bar, and whether any of them is known."""
    count, some_known = 0, False
    while page:
        found = await _listed(access, window, state, page)
        ids = [entry["id"] for entry in found.get("messages", [])]
        count += len(ids)
        some_known = some_known or bool(await asyncio.to_thread(known, ids))
        page = found.get("nextPageToken", "")
    return count, some_known


def _tries(state: dict[str, Any]) -> dict[str, int]:
    return state.setdefault("f", {})


def _importing(state: dict[str, Any], fetched: Fetched, window: Window, access: pacer.Metered, flow: Flow) -> Page:
    """A page of the import, whose cursor tells the next slice, wherever it runs, how fast it may go on."""
    state["w"] = flow.width
    page = _page(state, fetched, window)
    return replace(page, cursor=orjson.dumps({**state, "u": access.spending.log()}).decode())


def _page(state: dict[str, Any], fetched: Fetched, window: Window) -> Page:
    kept = [message for message in fetched.messages if _belongs(message.received_at, message.labels, window)]
    _count_refusals(state, fetched)
    cursor = orjson.dumps(state).decode()
    return Page(
        STREAM, cursor, messages=tuple(kept), unreadable=tuple(fetched.unreadable), total=state.get("t"),
        removals=tuple(Removal(ident, certain=True) for ident in fetched.gone), under_way=fetched.under_way,
    )  # fmt: skip


def _count_refusals(state: dict[str, Any], fetched: Fetched) -> None:
    tries = _tries(state)
    for ident in fetched.refused:
        tries[ident] = tries.get(ident, 0) + 1
    for one in (*fetched.messages, *fetched.unreadable):
        tries.pop(one.provider_message_id, None)
    if not tries:
        del state["f"]


def _belongs(received_at: datetime, labels: Sequence[str], window: Window) -> bool:
    recent = window.since is None or received_at >= window.since
    return recent and not NOT_IMPORTED.intersection(labels)


async def _history(access: TokenSource, state: dict[str, Any], window: Window, known: Known) -> AsyncIterator[Page]:
    """Everything since the cursor's history id, which moves at the end: each step may safely be repeated."""
    told, start = Told(), state["h"]
    body = await google_history.page(access, start, "")
    # What happens while the pages are read may be on none of them: the next look begins where the first one ended.
    latest = body.get("historyId", start)
    told.add(body.get("history", []))
    while following := body.get("nextPageToken"):
        body = await google_history.page(access, start, following)
        told.add(body.get("history", []))
    stored = await asyncio.to_thread(known, list(told.labels))
    wanted = [{"id": ident, "threadId": told.threads[ident]} for ident in told.labels if told.is_new(ident, stored)]
    async for fetched in fetch(access, wanted, _tries(state)):
        yield _page(state, fetched, window)
    states = [told.state(ident) for ident in told.labels if ident in stored and told.stays(ident)]
    removals = [ident for ident in (*told.deleted, *told.labels) if ident in told.deleted or not told.stays(ident)]
    yield Page(
        STREAM, orjson.dumps({"h": latest}).decode(), states=tuple(states), caught_up=True,
        removals=tuple(Removal(ident, certain=True) for ident in dict.fromkeys(removals)),
    )  # fmt: skip


async def again(access: TokenSource, ids: Sequence[str], window: Window) -> AsyncIterator[Page]:
    """These messages once more; they were waited for before."""
    wanted = [{"id": ident, "threadId": ident} for ident in ids]
    async for fetched in fetch(access, wanted, dict.fromkeys(ids, MOST_TRIES)):
        yield replace(_page({}, fetched, window), stream="", cursor="")


async def original(access: TokenSource, ident: str) -> bytes:
    """The message's RFC 5322 bytes."""
    body = await google_api.get(access, f"/messages/{ident}", format="raw", fields="raw")
    return base64.urlsafe_b64decode(body["raw"] + "==")
