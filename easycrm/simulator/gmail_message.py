"""One message in Gmail's forms: full, raw, metadata and minimal."""

import hashlib
import re
from functools import lru_cache
from typing import Any

from easycrm.simulator import mime
from easycrm.simulator.corpus import mime as mime_of
from easycrm.simulator.mailbox import Item

SNIPPET = 200
_PARSED = lru_cache(maxsize=2048)(mime.parse)


def render(item: Item, shape: str, history: int, headers: set[str]) -> dict[str, Any]:
    """The message as users.messages.get answers; `headers` limits those of the metadata form."""
    raw = mime_of(item)
    body: dict[str, Any] = {
        "id": item.id, "threadId": item.thread_id, "labelIds": item.gmail_labels(), "snippet": snippet(raw),
        "historyId": str(history), "internalDate": str(item.received_ms), "sizeEstimate": len(raw),
    }  # fmt: skip
    if shape == "raw":
        body["raw"] = mime.base64url(raw)
    elif shape == "metadata":
        root = _PARSED(raw)
        kept = [
            {"name": name, "value": value} for name, value in root.headers if not headers or name.lower() in headers
        ]
        body["payload"] = {"mimeType": root.media_type, "headers": kept}
    elif shape == "full":
        body["payload"] = _part(item, _PARSED(raw))
    return body


@lru_cache(maxsize=8192)
def snippet(raw: bytes) -> str:
    """The first words of the text, as Gmail shows them."""
    parts = _PARSED(raw).walk()
    chosen = next(
        (part for part in parts if part.media_type == "text/plain" and part.disposition != "attachment"), None
    )
    chosen = chosen or next((part for part in parts if part.media_type == "text/html"), None)
    text = chosen.data.decode("utf-8", "replace") if chosen else ""
    return " ".join(re.sub(r"<[^>]*>", " ", text).split())[:SNIPPET]


def attachment(item: Item, attachment_id: str) -> dict[str, Any] | None:
    """users.messages.attachments.get, or None for an unknown id."""
    for part in _PARSED(mime_of(item)).walk():
        if _attachment_id(item, part) == attachment_id:
            return {"size": len(part.data), "data": mime.base64url(part.data)}
    return None


def _attachment_id(item: Item, part: mime.Part) -> str:
    return "ANGjdJ" + hashlib.sha256(f"{item.id}/{part.part_id}".encode()).hexdigest()


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
