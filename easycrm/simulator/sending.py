"""Mail that people send: their own copy, perhaps late, and delivery to whoever of the recipients has a mailbox here."""

import email
import email.policy
import re
import secrets
from dataclasses import dataclass
from email.message import Message
from email.utils import getaddresses
from functools import lru_cache

from easycrm.simulator import mime
from easycrm.simulator.corpus import mime as mime_of
from easycrm.simulator.mailbox import Item, Mailbox, gmail_id
from easycrm.simulator.world import Person, World

_IDENT = re.compile(r"<[^<>\s]+>")
_BCC = re.compile(rb"(?im)^bcc:[^\n]*\n(?:[ \t][^\n]*\n)*")


@dataclass(frozen=True)
class Letter:
    """What was handed over, read as a mail server reads it."""

    raw: bytes
    subject: str
    sender: str
    recipients: tuple[str, ...]
    message_id: str
    references: tuple[str, ...]


def read(raw: bytes) -> Letter:
    """The letter in `raw`.

    Raises:
        ValueError: it has no recipient, or an address that is none.
    """
    message: Message[str, str] = email.message_from_bytes(raw, policy=email.policy.compat32)
    told = getaddresses([str(value) for name in ("To", "Cc", "Bcc") for value in message.get_all(name, [])])
    recipients = tuple(address.lower() for _, address in told)
    if not recipients:
        raise ValueError("Recipient address required")
    if not all(re.fullmatch(r"[^@\s]+@[^@\s]+", one) for one in recipients):
        raise ValueError("Invalid To header")
    references = _IDENT.findall(f"{message.get('References', '')} {message.get('In-Reply-To', '')}")
    return Letter(
        raw, mime.decoded(str(message.get("Subject", ""))), mime.decoded(str(message.get("From", ""))), recipients,
        str(message.get("Message-ID", "")).strip(), tuple(references),
    )  # fmt: skip


def send(world: World, person: Person, raw: bytes, *, thread_id: str = "") -> Item:
    """Send as this person; their copy, which lies in Sent at once or after `sent_copy_delay` seconds.

    Raises:
        ValueError: as `read`.
    """
    if world.settings.rewrites_message_id:
        raw = _rewritten(raw, f"<CA+{secrets.token_urlsafe(24)}@mail.{person.email.partition('@')[2]}>")
    letter = read(raw)
    own = _item(world, letter, person, folder="sent")
    own.thread_id = thread_id or _thread_of(person.mailbox, letter) or own.id
    world.sent_copies.append((world.now() + world.settings.sent_copy_delay, person.email, own))
    for one in dict.fromkeys(letter.recipients):
        receiver = world.people.get(one)
        if receiver is not None and receiver.has_mailbox:
            item = _item(world, read_without_bcc(letter), receiver, folder="inbox")
            item.thread_id = _thread_of(receiver.mailbox, letter) or item.id
            receiver.mailbox.add(item)
    world.changed = True
    settle(world)
    return own


def settle(world: World) -> None:
    """Put copies into Sent whose time has come."""
    due = [entry for entry in world.sent_copies if entry[0] <= world.now()]
    world.sent_copies = [entry for entry in world.sent_copies if entry[0] > world.now()]
    for _, address, item in due:
        if address in world.people:
            world.people[address].mailbox.add(item)


def read_without_bcc(letter: Letter) -> Letter:
    """The letter as its recipients get it."""
    head, gap, body = letter.raw.partition(b"\r\n\r\n")
    stripped = _BCC.sub(b"", head + b"\r\n").removesuffix(b"\r\n")
    return Letter(
        stripped + gap + body, letter.subject, letter.sender, letter.recipients, letter.message_id, letter.references
    )


def _item(world: World, letter: Letter, owner: Person, *, folder: str) -> Item:
    ident = gmail_id(secrets.token_hex(8))
    return Item(
        ident, ident, int(world.now() * 1000), letter.subject, letter.sender, owner.email, letter.raw,
        folder=folder, unread=folder == "inbox",
    )  # fmt: skip


def _rewritten(raw: bytes, message_id: str) -> bytes:
    return re.sub(rb"(?im)^message-id:[^\n]*\n", f"Message-ID: {message_id}\r\n".encode(), raw, count=1)


def _thread_of(box: Mailbox, letter: Letter) -> str:
    """The conversation that a letter answers, or an empty text."""
    wanted = frozenset(letter.references)
    return next((item.thread_id for item in box.newest_first() if message_id(item) in wanted), "") if wanted else ""


def message_id(item: Item) -> str:
    """The Message-ID of a message."""
    return _message_id(mime_of(item))


@lru_cache(maxsize=8192)
def _message_id(raw: bytes) -> str:
    head = raw.partition(b"\r\n\r\n")[0] + b"\r\n\r\n"
    return mime.header(mime.parse(head), "Message-ID").strip()
