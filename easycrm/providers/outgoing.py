"""What is handed to a provider to be sent, and the copy that it keeps."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

Kind = Literal["new", "reply", "reply_all", "forward"]


@dataclass(frozen=True)
class Outgoing:
    """One message to hand over.

    Args:
        raw: the whole RFC 5322 message with CRLF line ends, `Bcc` and `X-EasyCRM-Id: <key>` included.
        provider_thread_id: the conversation it belongs to; empty for a new one.
        answers: provider id of the message that is answered or forwarded; empty for none.
    """

    raw: bytes = field(repr=False)
    key: str
    provider_thread_id: str = ""
    answers: str = ""
    kind: Kind = "new"


@dataclass(frozen=True)
class SentCopy:
    """The provider's own copy of a sent message; its Message-ID may be another than the one it was handed."""

    provider_message_id: str
    provider_thread_id: str
    message_id_header: str = ""
    sent_at: datetime | None = None
