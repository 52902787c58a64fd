"""Reading a Gmail mailbox: the import newest first, then its history."""

import asyncio
import base64
from collections.abc import AsyncIterator, Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson

from easycrm.core.clock import now
from easycrm.providers import google_api
from easycrm.providers.addresses import decoded
from easycrm.providers.base import Folder, Known, Located, TokenSource, Window
from easycrm.providers.errors import CursorExpired, MessageGone, ProviderError, UnexpectedRefusal
from easycrm.providers.google_fetch import Fetched, fetch
from easycrm.providers.google_message import message_state
from easycrm.providers.pages import MessageState, Page, Removal

STREAM = "mailbox"
FIRST = 25
LIST = 500
_NOT_IMPORTED = frozenset(("DRAFT", "SPAM", "TRASH", "CHAT"))
_LABEL_KINDS = {"INBOX": "inbox", "SENT": "sent", "STARRED": "starred", "IMPORTANT": "important", "UNREAD": "unread"}
_SLACK = timedelta(seconds=2)


async def profile(access: TokenSource) -> dict[str, Any]:
    """users.getProfile."""
    return await google_api.get(access, "/profile", fields="emailAddress,historyId")


async def labels(access: TokenSource) -> list[Folder]:
    """users.labels.list, without those that are never imported."""
    body = await google_api.get(access, "/labels", fields="labels(id,name,type)")
    return [
        Folder(label["id"], label["name"], _LABEL_KINDS.get(label["id"], "user"))
        for label in body.get("labels", [])
        if label["id"] not in _NOT_IMPORTED
    ]


async def changes(access: TokenSource, cursor: str, window: Window, known: Known) -> AsyncIterator[Page]:
    """The rest of the import, if it has not ended, then the history since it began.

    A cursor holds the history id to go on from (h), while importing the list page to go on with (p), and the total (t).
    """
    state: dict[str, Any] = orjson.loads(cursor) if cursor else {}
    if not state:
        # Before the list, so that what arrives meanwhile is told by the history.
        state = {"h": (await profile(access))["historyId"], "p": ""}
    if "p" in state:
        async for page in _import(access, state, window, known):
            yield page
    async for page in _history(access, state["h"], window, known):
        yield page


async def _import(access: TokenSource, state: dict[str, Any], window: Window, known: Known) -> AsyncIterator[Page]:
    fresh, listed = "t" not in state, await _list_again(access, window, state)
    while True:
        wanted = [entry for entry in listed.get("messages", []) if isinstance(entry.get("id"), str)]
        following = listed.get("nextPageToken", "")
        stored = await asyncio.to_thread(known, [entry["id"] for entry in wanted])
        missing = [entry for entry in wanted if entry["id"] not in stored]
        if fresh:
            async for fetched in fetch(access, missing[:FIRST]):
                yield _page(state, fetched, window)
            missing = missing[FIRST:]
            state["t"] = len(wanted) + await _count(access, window, following)
            fresh = False
        async for fetched in fetch(access, missing):
            yield _page(state, fetched, window)
        if not following:
            break
        state["p"] = following
        yield _page(state, Fetched(), window)
        listed = await _list(access, window, following)
    total = state.pop("t")
    state.pop("p")
    yield Page(STREAM, orjson.dumps(state).decode(), total=total)


async def _list_again(access: TokenSource, window: Window, state: dict[str, Any]) -> dict[str, Any]:
    """The list page to go on with; from the top where Gmail has dropped its token: what is known is skipped."""
    try:
        return await _list(access, window, state["p"])
    except UnexpectedRefusal:
        if not state["p"]:
            raise
        state["p"] = ""
        return await _list(access, window, "")


async def _list(
    access: TokenSource, window: Window, page: str, fields: str = "messages(id,threadId)"
) -> dict[str, Any]:
    query = {"maxResults": LIST, "fields": f"nextPageToken,{fields}", "q": _search(window)}
    return await google_api.get(access, "/messages", **query, **({"pageToken": page} if page else {}))


def _search(window: Window) -> str:
    terms = ["-in:drafts", "-in:chats"]
    if window.since is not None:
        terms.append(f"after:{int((window.since - _SLACK).timestamp())}")
    return " ".join(terms)


async def _count(access: TokenSource, window: Window, page: str) -> int:
    """How many messages the rest of the list has: for the progress bar, one cheap request per 500."""
    count = 0
    while page:
        listed = await _list(access, window, page, "messages/id")
        count += len(listed.get("messages", []))
        page = listed.get("nextPageToken", "")
    return count


def _page(state: dict[str, Any], fetched: Fetched, window: Window) -> Page:
    kept = [message for message in fetched.messages if _belongs(message.received_at, message.labels, window)]
    cursor = orjson.dumps(state).decode()
    return Page(
        STREAM, cursor, messages=tuple(kept), unreadable=tuple(fetched.unreadable), total=state.get("t"),
        removals=tuple(Removal(ident, certain=True) for ident in fetched.gone),
    )  # fmt: skip


def _belongs(received_at: datetime, labels: Sequence[str], window: Window) -> bool:
    recent = window.since is None or received_at >= window.since
    return recent and not _NOT_IMPORTED.intersection(labels)


async def _history(access: TokenSource, start: str, window: Window, known: Known) -> AsyncIterator[Page]:
    """Everything since `start`; the cursor moves at the end, since each step may safely be repeated."""
    told, latest = _Told(), start
    page = ""
    while True:
        body = await _history_page(access, start, page)
        told.add(body.get("history", []))
        latest, page = body.get("historyId", latest), body.get("nextPageToken", "")
        if not page:
            break
    stored = await asyncio.to_thread(known, list(told.labels))
    wanted = [{"id": ident, "threadId": told.threads[ident]} for ident in told.labels if told.is_new(ident, stored)]
    async for fetched in fetch(access, wanted):
        yield _page({"h": start}, fetched, window)
    states = [told.state(ident) for ident in told.labels if ident in stored and told.stays(ident)]
    removals = [ident for ident in (*told.deleted, *told.labels) if ident in told.deleted or not told.stays(ident)]
    yield Page(
        STREAM, orjson.dumps({"h": latest}).decode(), states=tuple(states), caught_up=True,
        removals=tuple(Removal(ident, certain=True) for ident in dict.fromkeys(removals)),
    )  # fmt: skip


async def _history_page(access: TokenSource, start: str, page: str) -> dict[str, Any]:
    query = {"startHistoryId": start, "maxResults": LIST, **({"pageToken": page} if page else {})}
    kinds = ",".join(f"{kind}(message(id,threadId,labelIds))" for kind in ("messagesAdded", "messagesDeleted"))
    marks = ",".join(f"{kind}(message(id,threadId,labelIds))" for kind in ("labelsAdded", "labelsRemoved"))
    try:
        return await google_api.get(
            access, "/history", **query, fields=f"nextPageToken,historyId,history({kinds},{marks})"
        )
    except MessageGone as error:
        raise CursorExpired(STREAM, code=error.code) from error


class _Told:
    """What a history says in the end about each message it mentions."""

    def __init__(self) -> None:
        self.labels: dict[str, list[str]] = {}
        self.threads: dict[str, str] = {}
        self.deleted: dict[str, None] = {}

    def add(self, records: Iterable[dict[str, Any]]) -> None:
        """Take records in, oldest first: what comes later counts."""
        for record in records:
            for kind in ("messagesAdded", "labelsAdded", "labelsRemoved", "messagesDeleted"):
                for entry in record.get(kind, []):
                    self._add(kind, entry["message"])

    def _add(self, kind: str, message: dict[str, Any]) -> None:
        ident = message["id"]
        if kind == "messagesDeleted":
            self.deleted[ident] = None
            self.labels.pop(ident, None)
        elif ident not in self.deleted:
            self.labels[ident] = message.get("labelIds", [])
            self.threads[ident] = message.get("threadId", ident)

    def stays(self, ident: str) -> bool:
        """Whether the message lies where mail is imported from."""
        return not _NOT_IMPORTED.intersection(self.labels[ident])

    def is_new(self, ident: str, stored: set[str]) -> bool:
        """Whether the message has to be fetched."""
        return ident not in stored and self.stays(ident)

    def state(self, ident: str) -> MessageState:
        """Read state, star and labels."""
        return message_state(ident, self.labels[ident])


async def message_ids(access: TokenSource, window: Window) -> AsyncIterator[list[str]]:
    """Every id in the window that belongs in an import."""
    page = ""
    while True:
        listed = await _list(access, window, page, "messages/id")
        yield [entry["id"] for entry in listed.get("messages", [])]
        page = listed.get("nextPageToken", "")
        if not page:
            return


async def original(access: TokenSource, ident: str) -> bytes:
    """The message's RFC 5322 bytes."""
    body = await google_api.get(access, f"/messages/{ident}", format="raw", fields="raw")
    return base64.urlsafe_b64decode(body["raw"] + "==")


async def find(access: TokenSource, text: str) -> list[Located]:
    """Up to 25 messages that match, spam and trash included."""
    words = text.replace('"', " ").strip()
    found = await google_api.get(
        access, "/messages", q=f'in:anywhere "{words}"', maxResults=25, includeSpamTrash="true"
    )
    paths = [
        f"/messages/{entry['id']}?format=metadata&metadataHeaders=Subject&metadataHeaders=From"
        for entry in found.get("messages", [])
    ]
    answers = await google_api.batch(access, paths) if paths else []
    return [_located(answer) for answer in answers if not isinstance(answer, ProviderError)]


def _located(body: dict[str, Any]) -> Located:
    headers = {header["name"].lower(): header["value"] for header in body.get("payload", {}).get("headers", [])}
    marks = set(body.get("labelIds", []))
    place = "spam" if "SPAM" in marks else "trash" if "TRASH" in marks else "draft" if "DRAFT" in marks else "mailbox"
    received = datetime.fromtimestamp(int(body["internalDate"]) / 1000, UTC) if "internalDate" in body else now()
    return Located(body["id"], decoded(headers.get("subject", "")), decoded(headers.get("from", "")), received, place)
