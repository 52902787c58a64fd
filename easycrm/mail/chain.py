"""By which Message-IDs an answer names its conversation, so that it stays one at the recipients."""

from sqlmodel import Session, col, select

from easycrm.mail.composing import Answered
from easycrm.mail.message import Message

# The newest of a long conversation are enough for every mail program, and a header has its limits.
_MOST = 50


def answered(session: Session, message: Message) -> Answered:
    """The headers of the answered message; where it came without References, as Graph lists it, what is stored of
    its conversation before it stands for them.

    Source: RFC 5322, 3.6.4
    """
    return Answered(message.message_id_header, message.references or _before(session, message))


def _before(session: Session, message: Message) -> str:
    query = (
        select(Message.message_id_header)
        .where(Message.thread_id == message.thread_id, Message.connection_id == message.connection_id)
        .where(Message.sort_key < message.sort_key, Message.message_id_header != "")
        .order_by(col(Message.sort_key).desc())
        .limit(_MOST)
    )
    earlier = [one for one in session.exec(query) if one != message.in_reply_to]
    return " ".join([*reversed(earlier), message.in_reply_to]).strip()
