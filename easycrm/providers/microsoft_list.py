"""Listing and searching a Microsoft 365 mailbox, without reading the messages."""

from collections.abc import AsyncIterator, Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote, urlencode

from easycrm.providers import microsoft_folders, microsoft_graph
from easycrm.providers.base import Located, TokenSource, Window
from easycrm.providers.errors import ProviderError
from easycrm.providers.microsoft_message import decode, state_of
from easycrm.providers.pages import MessageState

Json = dict[str, Any]


def query(window: Window, more: Mapping[str, str], before: str = "") -> str:
    """A query string that keeps to the window, and to what came before a moment as Graph writes it."""
    terms = [f"receivedDateTime ge {written(window.since)}"] if window.since else []
    terms += [f"receivedDateTime lt {before}"] if before else []
    return urlencode({**more, **({"$filter": " and ".join(terms)} if terms else {})})


def written(time: datetime) -> str:
    """A moment as Graph's filters want it."""
    return time.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


async def listing(access: TokenSource, window: Window) -> AsyncIterator[list[MessageState]]:
    """Every message in the window, folder by folder."""
    for folder in await microsoft_folders.imported(access):
        if folder.provider_folder_id in window.left_out:
            continue
        text = query(window, {"$select": "id,isDraft,isRead,flag,parentFolderId", "$top": "1000"})
        link = f"/me/mailFolders/{quote(folder.provider_folder_id)}/messages?{text}"
        while link:
            body = await microsoft_graph.get(access, link)
            yield [state_of(entry) for entry in body.get("value", []) if not entry.get("isDraft")]
            link = body.get("@odata.nextLink", "")


async def find(access: TokenSource, text: str) -> list[Located]:
    """Up to 25 messages that match, wherever they lie."""
    words = text.replace('"', " ").replace("\\", " ").strip()
    select = "id,subject,from,toRecipients,ccRecipients,bccRecipients,receivedDateTime,parentFolderId,isDraft"
    text = urlencode({"$search": f'"{words}"', "$top": "25", "$select": select})
    body = await microsoft_graph.get(access, f"/me/messages?{text}")
    places = {one.provider_folder_id: "mailbox" for one in await microsoft_folders.imported(access)}
    places |= await _places(access)
    return [_located(entry, places) for entry in body.get("value", [])]


async def _places(access: TokenSource) -> dict[str, str]:
    names = {"junkemail": "spam", "deleteditems": "trash", "drafts": "draft"}
    answers = await microsoft_graph.batch(access, [f"/me/mailFolders/{name}?$select=id" for name in names])
    return {
        str(answer["id"]): place
        for place, answer in zip(names.values(), answers, strict=True)
        if not isinstance(answer, ProviderError)
    }


def _located(entry: Json, places: Mapping[str, str]) -> Located:
    message = decode(entry)
    place: Any = places.get(str(entry.get("parentFolderId")), "elsewhere")
    sender = message.sender.email if message.sender else ""
    people = (sender, *(one.email for one in (*message.to, *message.cc, *message.bcc)))
    return Located(
        message.provider_message_id, message.subject, sender, message.received_at, place, people, message.labels
    )
