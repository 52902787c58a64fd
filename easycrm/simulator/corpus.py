"""Generated mail: varied, neutral, the same for the same seed, turned into MIME only when somebody reads it."""

import random
from datetime import UTC, datetime
from email.message import EmailMessage
from email.utils import format_datetime, formataddr
from functools import lru_cache
from pathlib import Path

from easycrm.simulator import mime as mime_tree
from easycrm.simulator import phrases, weighty
from easycrm.simulator.mailbox import Item, Mailbox, gmail_id

DAY_MS = 86_400_000
_PLACES = (("inbox", "archive", "Label_1", "spam", "trash", "drafts"), (78, 10, 6, 2, 2, 2))


def generate(*, email: str, seed: int, threads: int, now: float) -> Mailbox:
    """A mailbox of `threads` conversations up to `now` (epoch seconds), about a quarter older than 30 days."""
    rng = random.Random(seed)
    mailbox = Mailbox(seed)
    mailbox.user_folders = {"Label_1": "Customers", "Label_2": "Travel"}
    for number in range(threads):
        age_days = rng.uniform(0.05, 29) if rng.random() < 0.75 else rng.uniform(31, 80)
        newest = int(now * 1000 - (0.01 if number == 0 else age_days) * DAY_MS)
        length = rng.choices((1, 2, 3, 6, 14), (55, 22, 12, 8, 3))[0]
        place = "inbox" if number == 0 else rng.choices(*_PLACES)[0]
        thread_id = gmail_id(f"{email}/{seed}/{number}")
        for position in range(length):
            received = newest - (length - 1 - position) * rng.randint(600_000, 7_200_000)
            mailbox.add(_item(rng, email, thread_id, received, position, place), logged=False)
    return mailbox


def fast(*, email: str, seed: int, messages: int, now: float, days: int = 29) -> Mailbox:
    """A mailbox of exactly `messages` inbox messages within `days`, for loads of tens of thousands."""
    rng = random.Random(seed)
    mailbox = Mailbox(seed)
    step = days * DAY_MS / max(messages, 1)
    for index in range(messages):
        thread_id = gmail_id(f"{email}/{seed}/fast/{index}")
        received = int(now * 1000 - index * step) - 1000
        mailbox.add(_item(rng, email, thread_id, received, 0, "inbox"), logged=False)
    return mailbox


def load(directory: Path, *, email: str, now: float) -> Mailbox:
    """A mailbox of every .eml file in `directory`, received over the last 20 days whatever their headers claim."""
    mailbox = Mailbox()
    files = sorted(directory.glob("*.eml"))
    for position, path in enumerate(files):
        received = int(now * 1000) - position * (20 * DAY_MS // max(len(files), 1)) - 60_000
        ident = gmail_id(f"{email}/{path.name}")
        mailbox.add(Item(ident, ident, received, path.stem, "", email, path.read_bytes()), logged=False)
    return mailbox


def mime(item: Item) -> bytes:
    """The message's MIME bytes."""
    if item.body:
        return weighty.raw(item)
    return item.raw if item.raw is not None else _render(item.id, item.thread_id, *_headers(item))


def tree(item: Item) -> mime_tree.Part:
    """The message as a tree of decoded parts."""
    return weighty.parsed(item) if item.body else _parsed(mime(item))


_parsed = lru_cache(maxsize=2048)(mime_tree.parse)


def _item(rng: random.Random, email: str, thread_id: str, received: int, position: int, place: str) -> Item:
    fixed = random.Random(thread_id)
    subject, (name, address) = fixed.choice(phrases.SUBJECTS), fixed.choice(phrases.PEOPLE)
    outgoing = position % 3 == 1
    other = formataddr((name, address), "utf-8") if name.isascii() else f"{name} <{address}>"
    return Item(
        id=gmail_id(f"{thread_id}/{position}"),
        thread_id=thread_id,
        received_ms=received,
        subject=f"Re: {subject}" if position else subject,
        sender=email if outgoing else other,
        recipient=other if outgoing else email,
        folder="sent" if outgoing else place,
        labels={"Label_2"} if rng.random() < 0.08 else set(),
        unread=not outgoing and rng.random() < 0.3,
        starred=rng.random() < 0.06,
    )


def _headers(item: Item) -> tuple[str, str, str, int]:
    return item.subject, item.sender, item.recipient, item.received_ms


@lru_cache(maxsize=8192)
def _render(ident: str, thread_id: str, subject: str, sender: str, recipient: str, received_ms: int) -> bytes:
    rng = random.Random(ident)
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = sender, recipient, subject
    message["Date"] = format_datetime(datetime.fromtimestamp(received_ms / 1000, UTC))
    message["Message-ID"] = f"<{ident}@mail.example.com>"
    if subject.startswith("Re: "):
        parent = f"<{gmail_id(thread_id + '/0')}@mail.example.com>"
        message["In-Reply-To"], message["References"] = parent, parent
    _fill(message, rng, subject, ident)
    return message.as_bytes()


def _fill(message: EmailMessage, rng: random.Random, subject: str, ident: str) -> None:
    sentences = [rng.choice(phrases.SENTENCES) for _ in range(rng.randint(3, 12))]
    quoted = "".join(f"> {rng.choice(phrases.SENTENCES)}\n" for _ in range(4)) if subject.startswith("Re: ") else ""
    _set_text(message, "\n\n".join(sentences) + "\n\n" + quoted, subject)
    kind = rng.random()
    if kind < 0.55:
        paragraphs = "".join(f"<p>{sentence}</p>" for sentence in sentences * 3)
        message.add_alternative(
            phrases.NEWSLETTER.format(title=subject, paragraphs=paragraphs, ident=ident), subtype="html"
        )
    if kind < 0.08:
        message.add_alternative('<p>See the picture: <img src="cid:pixel@example.com" alt="dot"></p>', subtype="html")
        parts = list(message.iter_parts())
        parts[-1].add_related(phrases.PIXEL, "image", "png", cid="<pixel@example.com>", filename="dot.png")
    if 0.4 < kind < 0.65:
        name, main, sub, data = rng.choice(phrases.ATTACHMENTS)
        message.add_attachment(data, maintype=main, subtype=sub, filename=name)


def _set_text(message: EmailMessage, text: str, subject: str) -> None:
    charset = next((name for start, name in phrases.CHARSETS.items() if start in subject), "utf-8")
    try:
        text.encode(charset)
    except UnicodeEncodeError:
        charset = "utf-8"
    message.set_content(text, charset=charset, cte="base64" if charset != "utf-8" else None)


def compose(*, sender: str, to: str, subject: str, text: str, html: str = "", when: float, message_id: str) -> bytes:
    """MIME for a message that is delivered on request."""
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = sender, to, subject
    message["Date"] = format_datetime(datetime.fromtimestamp(when, UTC))
    message["Message-ID"] = message_id
    message.set_content(text or "\n")
    if html:
        message.add_alternative(html, subtype="html")
    return message.as_bytes()
