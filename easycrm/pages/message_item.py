"""A message as the reading pane shows it, copied from what the use case says."""

from dataclasses import dataclass
from urllib.parse import urlencode

from easycrm.mail import links
from easycrm.mail.quoted_text import Block
from easycrm.mail.reading import AttachmentView, MessageView, Person

_KINDS = {
    "application/pdf": "text", "application/zip": "archive", "application/gzip": "archive",
    "application/x-7z-compressed": "archive", "application/vnd.rar": "archive", "text/csv": "sheet",
    "text/calendar": "calendar", "application/ics": "calendar", "message/rfc822": "mail",
}  # fmt: skip
_MAIN_KINDS = {"image": "image", "audio": "audio", "video": "video", "text": "text"}


@dataclass(frozen=True)
class FileItem:
    """An attachment as listed; `size` in bytes, `kind` chooses the icon."""

    id: int
    name: str
    size: int
    kind: str


@dataclass(frozen=True)
class TextPiece:
    """Some text; a link where `href` is not empty."""

    text: str
    href: str


@dataclass(frozen=True)
class TextBlock:
    """Own words, or quoted ones to be folded."""

    pieces: list[TextPiece]
    quoted: bool


@dataclass(frozen=True)
class HeaderItem:
    """A line of the details: such as To, and everybody in it."""

    label: str
    value: str


@dataclass(frozen=True)
class MessageItem:
    """A message in the reading pane; `blocks` only where it has no frame, which is `wide` or `narrow` pixels tall."""

    id: int
    mailbox: str
    sender: str
    sender_email: str
    address: str
    contact_href: str
    initial: str
    recipients: str
    headers: list[HeaderItem]
    at: str
    snippet: str
    starred: bool
    files: list[FileItem]
    unlisted: bool
    notices: list[str]
    framed: bool
    wide: str
    narrow: str
    blocks: list[TextBlock]
    remote_images: bool
    trusted: bool
    images_shown: bool
    last: bool


def item_of(view: MessageView, *, last: bool, images: bool) -> MessageItem:
    """What the page needs of a message."""
    named = [one for role in ("to", "cc", "bcc") for one in view.people[role]]
    return MessageItem(
        id=view.id,
        mailbox=view.mailbox,
        sender=view.sender_name or "(no sender)",
        sender_email=view.sender_email if view.sender_email != view.sender_name else "",
        address=view.sender_email,
        contact_href=_contact_href(view),
        initial=(view.sender_name or "?")[:1].upper(),
        recipients=", ".join(one.name or one.email for one in named) or "nobody named",
        headers=_headers(view),
        at=view.received_at.isoformat(),
        snippet=view.snippet,
        starred=view.starred,
        files=[_file(one) for one in view.attachments],
        unlisted=view.unlisted,
        notices=list(view.notices),
        framed=view.framed,
        wide=str(view.height.wide),
        narrow=str(view.height.narrow),
        blocks=[_block(one) for one in view.text],
        remote_images=view.remote_images,
        trusted=view.trusted,
        images_shown=images or view.trusted,
        last=last,
    )


def _contact_href(view: MessageView) -> str:
    """Where the sender's contact is found, or made; nowhere for what one wrote oneself."""
    if not view.sender_email or view.sender_email.lower() == view.mailbox.lower():
        return ""
    return f"/contacts?{urlencode({'address': view.sender_email, 'name': view.sender_name})}"


def _headers(view: MessageView) -> list[HeaderItem]:
    roles = (("From", "from"), ("Reply to", "reply_to"), ("To", "to"), ("Cc", "cc"), ("Bcc", "bcc"))
    found = [HeaderItem(label, _named(view.people[role])) for label, role in roles if view.people[role]]
    return [*found, HeaderItem("Mailbox", view.mailbox)]


def _named(people: tuple[Person, ...]) -> str:
    return ", ".join(f"{one.name} <{one.email}>" if one.name else one.email for one in people)


def _file(view: AttachmentView) -> FileItem:
    media_type = view.media_type.lower()
    kind = _KINDS.get(media_type) or _MAIN_KINDS.get(media_type.partition("/")[0])
    if kind is None and ("sheet" in media_type or "excel" in media_type):
        kind = "sheet"
    return FileItem(view.id, view.file_name or "attachment", view.size, kind or "other")


def _block(one: Block) -> TextBlock:
    return TextBlock([TextPiece(piece.text, piece.href) for piece in links.pieces(one.text)], one.quoted)
