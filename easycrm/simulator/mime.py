"""MIME as providers present it: a tree of decoded parts, however broken the message."""

import base64
import email
import email.policy
import re
from dataclasses import dataclass, field
from email.header import decode_header
from email.message import Message
from email.utils import getaddresses
from typing import Any, cast


@dataclass(frozen=True)
class Part:
    """One MIME part; `data` is decoded from its transfer encoding, text also to UTF-8."""

    part_id: str
    media_type: str
    file_name: str
    headers: list[tuple[str, str]]
    data: bytes
    content_id: str
    disposition: str
    parts: list["Part"] = field(default_factory=list["Part"])

    def walk(self) -> list["Part"]:
        """This part and all below it."""
        return [self, *(inner for part in self.parts for inner in part.walk())]


def parse(raw: bytes) -> Part:
    """The tree of `raw`; never fails."""
    return _part(email.message_from_bytes(raw, policy=email.policy.compat32), "")


def header(part: Part, name: str) -> str:
    """The first header called `name`, decoded, or an empty string."""
    return decoded(next((value for key, value in part.headers if key.lower() == name.lower()), ""))


def addresses(part: Part, name: str) -> list[tuple[str, str]]:
    """(display name, address) of every address in the headers called `name`."""
    values = [value for key, value in part.headers if key.lower() == name.lower()]
    return [(decoded(shown), address) for shown, address in getaddresses(values) if address]


def decoded(value: str) -> str:
    """RFC 2047 words decoded; what cannot be decoded stays as it is."""
    value = re.sub(r"\r?\n[ \t]*", " ", value)
    try:
        return "".join(
            text if isinstance(text, str) else text.decode(charset or "ascii", "replace")
            for text, charset in decode_header(value)
        )
    except (LookupError, ValueError):
        return value


def _part(message: "Message[str, str]", part_id: str) -> Part:
    payload: Any = message.get_payload()
    inner = cast("list[Message[str, str]]", payload if isinstance(payload, list) else [])
    attached = message.get_content_type() == "message/rfc822"
    prefix = f"{part_id}." if part_id else ""
    return Part(
        part_id=part_id,
        media_type=message.get_content_type(),
        file_name=_file_name(message),
        headers=[(name, _printable(str(value))) for name, value in message.items()],
        data=inner[0].as_bytes() if attached and inner else _data(message) if not inner else b"",
        content_id=str(message.get("Content-ID", "")).strip("<> "),
        disposition=(str(message.get("Content-Disposition", "")).split(";")[0]).strip().lower(),
        parts=[] if attached else [_part(child, f"{prefix}{number}") for number, child in enumerate(inner)],
    )


def _data(message: "Message[str, str]") -> bytes:
    try:
        data = message.get_payload(decode=True)
    except (ValueError, LookupError, AssertionError):
        data = str(message.get_payload()).encode("utf-8", "replace")
    content = data if isinstance(data, bytes) else b""
    if message.get_content_maintype() != "text" or "attachment" in str(message.get("Content-Disposition", "")).lower():
        return content
    return _as_utf8(content, _charset(message))


def _charset(message: "Message[str, str]") -> str:
    try:
        return str(message.get_content_charset() or "utf-8")
    except (LookupError, ValueError, AttributeError):
        return "utf-8"


def _as_utf8(content: bytes, charset: str) -> bytes:
    for attempt in (charset, "utf-8"):
        try:
            return content.decode(attempt).encode("utf-8", "replace")
        except (LookupError, ValueError):
            continue
    return content.decode("latin-1").encode()


def _file_name(message: "Message[str, str]") -> str:
    try:
        return decoded(str(message.get_filename() or ""))
    except (LookupError, ValueError, AttributeError):
        return ""


def _printable(value: str) -> str:
    try:
        return value.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
    except UnicodeError:
        return value.encode("utf-8", "replace").decode()


def base64url(data: bytes) -> str:
    """Base64url as both providers write it."""
    return base64.urlsafe_b64encode(data).decode()
