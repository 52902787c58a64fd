"""A Gmail message in its `full` form as a `FetchedMessage`."""

import html as escaping
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import pybase64

from easycrm.providers.addresses import decoded, parsed
from easycrm.providers.pages import FetchedAttachment, FetchedMessage, MessageState
from easycrm.providers.texts import snippet_of, text_of

Json = dict[str, Any]


def decode(body: Json) -> FetchedMessage:
    """The message. Gmail has decoded transfer encodings and charsets; headers come as they were sent."""
    payload: Json = body.get("payload", {})
    parts = list(_leaves(payload))
    attached = [part for part in parts if _is_attachment(part)]
    html = _first(parts, "text/html")
    text = _first(parts, "text/plain") or text_of(html)
    told = _told(payload)
    senders = parsed(told.get("from", []))
    labels = tuple(str(label) for label in body.get("labelIds", []))
    return FetchedMessage(
        provider_message_id=body["id"],
        provider_thread_id=body.get("threadId", body["id"]),
        message_id_header=_single(told, "message-id"),
        subject=decoded(_single(told, "subject")),
        sender=senders[0] if senders else None,
        to=parsed(told.get("to", [])),
        cc=parsed(told.get("cc", [])),
        bcc=parsed(told.get("bcc", [])),
        reply_to=parsed(told.get("reply-to", [])),
        received_at=datetime.fromtimestamp(int(body["internalDate"]) / 1000, UTC),
        snippet=escaping.unescape(body.get("snippet", "")) or snippet_of(text),
        text=text,
        html=html,
        unread="UNREAD" in labels,
        starred="STARRED" in labels,
        labels=labels,
        attachments=tuple(_attachment(part) for part in attached),
        in_reply_to=_single(told, "in-reply-to"),
        references=_single(told, "references"),
        size=int(body.get("sizeEstimate", 0)),
    )


def message_state(ident: str, labels: Sequence[str]) -> MessageState:
    """What Gmail's labels say about reading and stars."""
    return MessageState(ident, "UNREAD" in labels, "STARRED" in labels, tuple(labels))


def _leaves(part: Json) -> list[Json]:
    """Parts without parts, depth first; without recursion, since depth is the sender's choice.

    A message within the message is one part, whatever it contains: its text is not this message's.
    """
    found: list[Json] = []
    waiting = [part]
    while waiting:
        one = waiting.pop()
        inner = one.get("parts")
        if inner and (one is part or _media_type(one) != "message/rfc822"):
            waiting.extend(reversed(inner))
        else:
            found.append(one)
    return found


def _told(part: Json) -> dict[str, list[str]]:
    """The part's headers by name in lower case, read once: a message has dozens."""
    found: dict[str, list[str]] = {}
    for one in part.get("headers", []):
        found.setdefault(str(one.get("name", "")).lower(), []).append(str(one.get("value", "")))
    return found


def _single(told: dict[str, list[str]], name: str) -> str:
    return " ".join(told[name][0].split()) if name in told else ""


def _header(part: Json, name: str) -> str:
    return _single(_told(part), name)


def _is_attachment(part: Json) -> bool:
    disposition = _header(part, "content-disposition").lower()
    if part.get("filename") or disposition.startswith("attachment") or _media_type(part) == "message/rfc822":
        return True
    return not _media_type(part).startswith("text/") and bool(part.get("body", {}).get("attachmentId"))


def _media_type(part: Json) -> str:
    return str(part.get("mimeType", "")).lower()


def _first(parts: Sequence[Json], media_type: str) -> str:
    texts = [_content(part) for part in parts if _media_type(part) == media_type and not _is_attachment(part)]
    said = [text for text in texts if text.strip()]
    return "\n".join(said) if media_type == "text/plain" else next(iter(said), "")


def _content(part: Json) -> str:
    data = part.get("body", {}).get("data", "")
    return pybase64.urlsafe_b64decode(data + "=" * (-len(data) % 4)).decode("utf-8", "replace")


def _attachment(part: Json) -> FetchedAttachment:
    content_id = _header(part, "content-id").strip("<> ")
    disposition = _header(part, "content-disposition").lower()
    return FetchedAttachment(
        provider_part_id=str(part.get("partId", "")),
        file_name=str(part.get("filename") or "attachment"),
        media_type=str(part.get("mimeType") or "application/octet-stream"),
        size=int(part.get("body", {}).get("size", 0)),
        content_id=content_id,
        inline=bool(content_id) and not disposition.startswith("attachment"),
    )
