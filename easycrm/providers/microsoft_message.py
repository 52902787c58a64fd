"""A Graph message as a `FetchedMessage`."""

from datetime import UTC, datetime
from typing import Any

from easycrm.providers.addresses import address
from easycrm.providers.pages import Address, FetchedMessage, MessageState
from easycrm.providers.texts import snippet_of, text_of

SELECT = (
    "id,conversationId,internetMessageId,subject,from,sender,toRecipients,ccRecipients,bccRecipients,replyTo,"
    "receivedDateTime,bodyPreview,body,isRead,isDraft,flag,parentFolderId,hasAttachments,categories"
)
Json = dict[str, Any]


def decode(body: Json) -> FetchedMessage:
    """The message, whose body Graph has decoded already."""
    content: Json = body.get("body") or {}
    flag: Json = body.get("flag") or {}
    html = str(content.get("content") or "") if str(content.get("contentType")).lower() == "html" else ""
    text = text_of(html) if html else str(content.get("content") or "")
    folder = str(body.get("parentFolderId") or "")
    return FetchedMessage(
        provider_message_id=str(body["id"]),
        provider_thread_id=str(body.get("conversationId") or body["id"]),
        message_id_header=str(body.get("internetMessageId") or ""),
        subject=str(body.get("subject") or ""),
        sender=_one(body.get("from") or body.get("sender")),
        to=_all(body.get("toRecipients")),
        cc=_all(body.get("ccRecipients")),
        bcc=_all(body.get("bccRecipients")),
        reply_to=_all(body.get("replyTo")),
        received_at=moment(str(body["receivedDateTime"])),
        snippet=snippet_of(str(body.get("bodyPreview") or "")) or snippet_of(text),
        text=text,
        html=html,
        unread=body.get("isRead") is False,
        starred=flag.get("flagStatus") == "flagged",
        labels=(folder,) if folder else (),
        has_attachments=bool(body.get("hasAttachments")),
    )


def state_of(body: Json) -> MessageState:
    """The marks of a message of which only some properties were asked for."""
    flag: Json = body.get("flag") or {}
    folder = str(body.get("parentFolderId") or "")
    starred = flag.get("flagStatus") == "flagged"
    return MessageState(str(body["id"]), body.get("isRead") is False, starred, (folder,) if folder else ())


def moment(text: str) -> datetime:
    """A time as Graph writes it."""
    found = datetime.fromisoformat(text.replace("Z", "+00:00"))
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def _one(recipient: Json | None) -> Address | None:
    found: Json = (recipient or {}).get("emailAddress") or {}
    email = str(found.get("address") or "")
    return address(email, str(found.get("name") or "")) if email else None


def _all(recipients: list[Json] | None) -> tuple[Address, ...]:
    return tuple(one for one in map(_one, recipients or ()) if one is not None)
