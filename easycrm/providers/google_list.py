"""Listing and searching a Gmail mailbox: ids at 5 units for 500 of them, and what listings tell of marks."""

from collections import OrderedDict
from collections.abc import AsyncIterator, Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from easycrm.core.clock import now
from easycrm.providers import google_api
from easycrm.providers.addresses import decoded, parsed
from easycrm.providers.base import Located, TokenSource, Window
from easycrm.providers.errors import ProviderError
from easycrm.providers.google_message import message_state
from easycrm.providers.pages import MessageState

LIST = 500
TOLD = ("UNREAD", "STARRED", "INBOX")
"""Labels that are worth a listing each day; what became of the others is told by the history, as far as it reaches."""
_PEOPLE = ("from", "to", "cc", "bcc", "reply-to")
_LOCATING = "&".join(f"metadataHeaders={name.title()}" for name in ("subject", *_PEOPLE))
_SLACK = timedelta(seconds=2)
_MOST_REMEMBERED = 400
_pages: OrderedDict[tuple[str, str], tuple[bytes, str]] = OrderedDict()


async def listed(access: TokenSource, window: Window, page: str, **more: str) -> dict[str, Any]:
    """One page of the window's messages, newest first: ids and thread ids."""
    query = {"maxResults": LIST, "fields": "nextPageToken,messages(id,threadId)", "q": _search(window), **more}
    return await google_api.get(access, "/messages", **query, **({"pageToken": page} if page else {}))


def _search(window: Window) -> str:
    terms = ["-in:drafts", "-in:chats"]
    if window.since is not None:
        terms.append(f"after:{int((window.since - _SLACK).timestamp())}")
    return " ".join(terms)


def remembered(key: tuple[str, str]) -> dict[str, Any] | None:
    """A list page that this process asked for before, by the import's name and the page's token."""
    if key not in _pages:
        return None
    packed, following = _pages[key]
    ids = packed.decode().split()
    entries = [{"id": one, "threadId": thread} for one, thread in zip(ids[::2], ids[1::2], strict=True)]
    return {"messages": entries, "nextPageToken": following}


def remember(key: tuple[str, str], listed: dict[str, Any]) -> None:
    """Keep a list page, packed, so that counting an import does not list it twice; the oldest ones are forgotten."""
    ids = [f"{entry['id']} {entry['threadId']}" for entry in listed.get("messages", []) if "threadId" in entry]
    _pages[key] = ("\n".join(ids).encode(), str(listed.get("nextPageToken", "")))
    while len(_pages) > _MOST_REMEMBERED:
        _pages.popitem(last=False)


def forget() -> None:
    """Forget every list page."""
    _pages.clear()


async def ids(access: TokenSource, window: Window, page: str = "", **more: str) -> AsyncIterator[list[str]]:
    """The window's ids in lists, from list page `page` on."""
    while True:
        found = await listed(access, window, page, **{"fields": "nextPageToken,messages/id", **more})
        yield [entry["id"] for entry in found.get("messages", [])]
        page = found.get("nextPageToken", "")
        if not page:
            return


async def states(access: TokenSource, window: Window, more: Iterable[str] = ()) -> AsyncIterator[list[MessageState]]:
    """The window's messages with whether they are unread, starred, in the inbox, under a label left out or `more`."""
    told = (*TOLD, *sorted({*window.left_out, *more}.difference(TOLD)))
    having = {label: await _having(access, window, label) for label in told}
    async for some in ids(access, window):
        yield [_state(ident, [label for label in told if ident in having[label]], told) for ident in some]


async def _having(access: TokenSource, window: Window, label: str) -> set[str]:
    return {ident async for some in ids(access, window, labelIds=label) for ident in some}


def _state(ident: str, labels: list[str], told: Sequence[str]) -> MessageState:
    return replace(message_state(ident, labels), told=frozenset(told))


async def find(access: TokenSource, text: str) -> list[Located]:
    """Up to 25 messages that match, spam and trash included."""
    words = text.replace('"', " ").strip()
    found = await google_api.get(
        access, "/messages", q=f'in:anywhere "{words}"', maxResults=25, includeSpamTrash="true"
    )
    paths = [f"/messages/{entry['id']}?format=metadata&{_LOCATING}" for entry in found.get("messages", [])]
    answers = await google_api.batch(access, paths) if paths else []
    return [_located(answer) for answer in answers if not isinstance(answer, ProviderError)]


def _located(body: dict[str, Any]) -> Located:
    headers = {header["name"].lower(): header["value"] for header in body.get("payload", {}).get("headers", [])}
    marks = set(body.get("labelIds", []))
    place = "spam" if "SPAM" in marks else "trash" if "TRASH" in marks else "draft" if "DRAFT" in marks else "mailbox"
    received = datetime.fromtimestamp(int(body["internalDate"]) / 1000, UTC) if "internalDate" in body else now()
    people = tuple(one.email for one in parsed([headers[name] for name in _PEOPLE if name in headers]))
    subject, sender = decoded(headers.get("subject", "")), decoded(headers.get("from", ""))
    return Located(body["id"], subject, sender, received, place, people, tuple(sorted(marks)))
