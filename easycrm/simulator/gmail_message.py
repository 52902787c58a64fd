"""One message in Gmail's forms: full, raw, metadata and minimal."""

import hashlib
import re
from functools import lru_cache
from typing import Any

from easycrm.simulator import mime, weighty
from easycrm.simulator.corpus import mime as mime_of
from easycrm.simulator.corpus import tree
from easycrm.simulator.mailbox import Item

SNIPPET = 200


def render(item: Item, shape: str, history: int, headers: set[str]) -> dict[str, Any]:
    """The message as users.messages.get answers; `headers` limits those of the metadata form."""
    body: dict[str, Any] = {
        "id": item.id, "threadId": item.thread_id, "labelIds": item.gmail_labels(), "snippet": snippet_of(item),
        "historyId": str(history), "internalDate": str(item.received_ms), "sizeEstimate": len(mime_of(item)),
    }  # fmt: skip
    if shape == "raw":
        body["raw"] = mime.base64url(mime_of(item))
    elif shape == "metadata":
        root = tree(item)
        kept = [
            {"name": name, "value": value} for name, value in root.headers if not headers or name.lower() in headers
        ]
        body["payload"] = {"mimeType": root.media_type, "headers": kept}
    elif shape == "full":
        body["payload"] = _heavy(item) if item.body else _part(item, tree(item))
    return body


def snippet_of(item: Item) -> str:
    """The first words of the text, as Gmail shows them."""
    return _heavy_snippet(item.body) if item.body else snippet(tree(item))


@lru_cache(maxsize=weighty.BODIES)
def _heavy_snippet(number: int) -> str:
    return snippet(weighty.parsed(Item("", "", 0, "", "", "", body=number)))


def snippet(root: mime.Part) -> str:
    """The first words of the text below `root`."""
    parts = root.walk()
    chosen = next(
        (part for part in parts if part.media_type == "text/plain" and part.disposition != "attachment"), None
    )
    chosen = chosen or next((part for part in parts if part.media_type == "text/html"), None)
    text = chosen.data.decode("utf-8", "replace") if chosen else ""
    return " ".join(re.sub(r"<[^>]*>", " ", text).split())[:SNIPPET]


def attachment(item: Item, attachment_id: str) -> dict[str, Any] | None:
    """users.messages.attachments.get, or None for an unknown id."""
    for part in tree(item).walk():
        if _attachment_id(item, part) == attachment_id:
            return {"size": len(part.data), "data": mime.base64url(part.data)}
    return None


def _attachment_id(item: Item, part: mime.Part) -> str:
    owner = f"heavy {item.body}" if item.body else item.id
    return "ANGjdJ" + hashlib.sha256(f"{owner}/{part.part_id}".encode()).hexdigest()


def _heavy(item: Item) -> dict[str, Any]:
    """The payload of a heavy message: its own headers over parts that were encoded once."""
    root = weighty.parsed(item)
    headers = [{"name": name, "value": value} for name, value in root.headers]
    shared = {"partId": "", "mimeType": root.media_type, "filename": "", "body": {"size": 0}}
    return {**shared, "headers": headers, "parts": _heavy_parts(item.body)}


@lru_cache(maxsize=weighty.BODIES)
def _heavy_parts(number: int) -> list[dict[str, Any]]:
    item = Item("heavy", "", 0, "", "", "", body=number)
    return [_part(item, inner) for inner in weighty.parsed(item).parts]


def _part(item: Item, part: mime.Part) -> dict[str, Any]:
    held: dict[str, Any] = {"size": len(part.data)}
    if part.data and (part.file_name or not part.media_type.startswith("text/")):
        held["attachmentId"] = _attachment_id(item, part)
    elif part.data:
        held["data"] = mime.base64url(part.data)
    body: dict[str, Any] = {
        "partId": part.part_id, "mimeType": part.media_type, "filename": part.file_name,
        "headers": [{"name": name, "value": value} for name, value in part.headers], "body": held,
    }  # fmt: skip
    if part.parts:
        body["parts"] = [_part(item, inner) for inner in part.parts]
    return body
