"""One message in Graph's form, its ids, and $select."""

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from easycrm.simulator import mime, weighty
from easycrm.simulator.corpus import mime as mime_of
from easycrm.simulator.corpus import tree
from easycrm.simulator.gmail_message import snippet
from easycrm.simulator.mailbox import SYSTEM_FOLDERS, Item
from easycrm.simulator.quota import graph_error
from easycrm.simulator.world import Person, World

WELL_KNOWN = {
    "inbox": "inbox", "sentitems": "sent", "drafts": "drafts", "junkemail": "spam", "deleteditems": "trash",
    "archive": "archive",
}  # fmt: skip
_ABSENT = ("outbox", "conversationhistory", "syncissues", "recoverableitemsdeletions", "clutter", "scheduled")
PROPERTIES = frozenset(
    [
        "id",
        "createdDateTime",
        "lastModifiedDateTime",
        "changeKey",
        "categories",
        "receivedDateTime",
        "sentDateTime",
        "hasAttachments",
        "internetMessageId",
        "internetMessageHeaders",
        "subject",
        "bodyPreview",
        "importance",
        "parentFolderId",
        "conversationId",
        "conversationIndex",
        "isDeliveryReceiptRequested",
        "isReadReceiptRequested",
        "isRead",
        "isDraft",
        "webLink",
        "inferenceClassification",
        "body",
        "sender",
        "from",
        "toRecipients",
        "ccRecipients",
        "bccRecipients",
        "replyTo",
        "flag",
        "uniqueBody",
    ]
)


@dataclass(frozen=True)
class Caller:
    """Who asks, and how."""

    world: World
    person: Person
    query: dict[str, str]
    prefer: str

    @property
    def immutable(self) -> bool:
        """Whether ids shall survive a move."""
        return "immutableid" in self.prefer.lower().replace('"', "").replace(" ", "")


def folder_id(person: Person, key: str) -> str:
    """The opaque id of a folder."""
    return "AQMkAD" + hashlib.sha256(f"{person.subject}/{key}".encode()).hexdigest()[:40] + "AAAA"


def folder_of(person: Person, ident: str) -> str:
    """The folder behind an id or well-known name."""
    if ident.lower() in WELL_KNOWN:
        return WELL_KNOWN[ident.lower()]
    for key in (*SYSTEM_FOLDERS, *person.mailbox.user_folders):
        if folder_id(person, key) == ident:
            return key
    if ident.lower() in _ABSENT:
        raise graph_error(404, "ErrorItemNotFound", "The specified object was not found in the store.")
    raise graph_error(400, "ErrorInvalidIdMalformed", "Id is malformed.")


def message_id(call: Caller, item: Item) -> str:
    """The message's id: immutable where asked for, else one that changes with the folder."""
    if call.immutable:
        return f"AAkALgAAAAAAHYQDEapmEc2byACqAC-EWg0A{item.id}AAA="
    place = hashlib.sha256(item.folder.encode()).hexdigest()[:24]
    return f"AAMkAD{place}{item.id}AAA="


def find(call: Caller, ident: str) -> Item:
    """The message behind an id of either kind."""
    item = call.person.mailbox.items.get(ident[-20:-4])
    if item is None or (message_id(call, item) != ident and not ident.startswith("AAkALg")):
        raise graph_error(404, "ErrorItemNotFound", "The specified object was not found in the store.")
    return item


def check_select(query: dict[str, str]) -> None:
    """Refuse a $select of something that a message does not have."""
    for name in filter(None, query.get("$select", "").split(",")):
        if name not in PROPERTIES:
            raise graph_error(
                400,
                "RequestBroker--ParseUri",
                f"Could not find a property named '{name}' on type 'microsoft.graph.message'.",
            )


def select(call: Caller, body: dict[str, Any]) -> dict[str, Any]:
    """`body` reduced to $select; ids and etags always stay."""
    wanted = set(filter(None, call.query.get("$select", "").split(",")))
    if not wanted:
        return {name: value for name, value in body.items() if name != "internetMessageHeaders"}
    return {name: value for name, value in body.items() if name in wanted or name == "id" or name.startswith("@odata")}


def moment(milliseconds: int) -> str:
    """A time as Graph writes it."""
    return datetime.fromtimestamp(milliseconds // 1000, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def render(call: Caller, item: Item) -> dict[str, Any]:
    """The whole message."""
    key = hashlib.sha256(
        f"{item.id}{item.folder}{item.unread}{item.starred}{sorted(item.labels)}".encode()
    ).hexdigest()[:20]
    names = call.person.mailbox.user_folders
    return {
        "@odata.etag": f'W/"{key}"', "id": message_id(call, item), "changeKey": key,
        "categories": [names.get(label, label) for label in sorted(item.labels)],
        "createdDateTime": moment(item.received_ms), "lastModifiedDateTime": moment(item.received_ms),
        "receivedDateTime": moment(item.received_ms), "sentDateTime": moment(item.received_ms),
        "parentFolderId": folder_id(call.person, item.folder), "conversationId": "AAQkAD" + item.thread_id + "AAA=",
        "isRead": not item.unread, "isDraft": item.folder == "drafts", "importance": "normal",
        "inferenceClassification": "focused", "isReadReceiptRequested": False, "isDeliveryReceiptRequested": False,
        "flag": {"flagStatus": "flagged" if item.starred else "notFlagged"},
        "webLink": "https://outlook.office365.com/owa/?ItemID=" + item.id,
        **_content_of(item, "text" in call.prefer.lower()),
    }  # fmt: skip


def _content_of(item: Item, as_text: bool) -> dict[str, Any]:
    if not item.body:
        return _content(mime_of(item), as_text)
    own = {name: value for name, value in weighty.headers(item) if name in ("From", "To")}
    sender, recipient = (mime.addresses(mime.Part("", "", "", [(n, v)], b"", "", ""), n)[0] for n, v in own.items())
    return {
        **_heavy(item.body, as_text), "subject": item.subject, "internetMessageId": f"<{item.id}@mail.example.com>",
        "from": _recipient(sender), "sender": _recipient(sender), "toRecipients": [_recipient(recipient)],
    }  # fmt: skip


@lru_cache(maxsize=2 * weighty.BODIES)
def _heavy(number: int, as_text: bool) -> dict[str, Any]:
    return _content(weighty.raw(Item("", "", 0, "", "", "", body=number)), as_text)


@lru_cache(maxsize=2048)
def _content(raw: bytes, as_text: bool) -> dict[str, Any]:
    root = mime.parse(raw)
    parts = [part for part in root.walk() if part.disposition != "attachment" and not part.file_name]
    html = next((part for part in parts if part.media_type == "text/html"), None)
    text = next((part for part in parts if part.media_type == "text/plain"), None)
    chosen = (text or html) if as_text else (html or text)
    words = chosen.data.decode("utf-8", "replace") if chosen else ""
    sender = mime.addresses(root, "From")
    return {
        "internetMessageId": mime.header(root, "Message-ID"),
        "internetMessageHeaders": [{"name": name, "value": value} for name, value in root.headers],
        "subject": mime.header(root, "Subject"), "bodyPreview": snippet(root),
        "body": {"contentType": "html" if chosen is html and html else "text", "content": words},
        "hasAttachments": any(part.disposition != "inline" for part in _attached(root)),
        "from": _recipient(sender[0]) if sender else None, "sender": _recipient(sender[0]) if sender else None,
        "toRecipients": _recipients(root, "To"), "ccRecipients": _recipients(root, "Cc"),
        "bccRecipients": _recipients(root, "Bcc"), "replyTo": _recipients(root, "Reply-To"),
    }  # fmt: skip


def _recipient(pair: tuple[str, str]) -> dict[str, Any]:
    return {"emailAddress": {"name": pair[0] or pair[1], "address": pair[1]}}


def _recipients(root: mime.Part, name: str) -> list[dict[str, Any]]:
    return [_recipient(pair) for pair in mime.addresses(root, name)]


def _attached(root: mime.Part) -> list[mime.Part]:
    leaves = [part for part in root.walk() if not part.parts and part.data]
    return [
        part
        for part in leaves
        if part.file_name or part.disposition == "attachment" or not part.media_type.startswith("text/")
    ]


def selectable(_call: Caller, item: Item) -> list[dict[str, Any]]:
    """The attachments, as fileAttachment or itemAttachment."""
    return [_attachment(item, part) for part in _attached(tree(item))]


def attachment_part(item: Item, ident: str) -> mime.Part | None:
    """The MIME part behind an attachment's id."""
    return next((one for one in _attached(tree(item)) if _attachment_id(item, one) == ident), None)


def _attachment_id(item: Item, part: mime.Part) -> str:
    return f"AAMkATT{item.id}-{part.part_id or '0'}"


def _attachment(item: Item, part: mime.Part) -> dict[str, Any]:
    kind = "itemAttachment" if part.media_type == "message/rfc822" else "fileAttachment"
    body: dict[str, Any] = {
        "@odata.type": f"#microsoft.graph.{kind}", "id": _attachment_id(item, part),
        "name": part.file_name or "attachment", "contentType": part.media_type, "size": len(part.data),
        "isInline": part.disposition == "inline" or bool(part.content_id),
        "lastModifiedDateTime": moment(item.received_ms),
    }  # fmt: skip
    if kind == "fileAttachment":
        body |= {
            "contentId": part.content_id or None,
            "contentLocation": None,
            "contentBytes": mime.base64url(part.data).translate(str.maketrans("-_", "+/")),
        }
    return body
