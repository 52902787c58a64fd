"""Mail as heavy as people's: thousands of varied messages, on average 46 KB of MIME with 23 KB of HTML in it.

A message is one of some hundred bodies under headers of its own, so that a mailbox of 50,000 takes no time to make and
little to serve: the simulator must not be what a measurement measures.
"""

import random
from datetime import UTC, datetime
from email.message import EmailMessage
from email.utils import format_datetime
from functools import lru_cache

from easycrm.simulator import mime, phrases
from easycrm.simulator.mailbox import Item, Mailbox, gmail_id

BODIES = 240
DAY_MS = 86_400_000
_MEAN_HTML, _MEAN_FILE = 22_400, 10_000
_STYLE = "font-family:Georgia,serif;font-size:15px;line-height:1.5;color:#1f2937;margin:0 0 12px 0"


def mailbox(*, email: str, seed: int, messages: int, now: float, days: int = 29, per_thread: int = 1) -> Mailbox:
    """A mailbox of exactly so many inbox messages within `days`, `per_thread` of them in each conversation."""
    rng, made = random.Random(seed), Mailbox(seed)
    made.user_folders = {"Label_1": "Customers"}
    step = days * DAY_MS / max(messages, 1)
    for index in range(messages):
        thread = gmail_id(f"{email}/{seed}/weighty/{index // per_thread}")
        name, address = rng.choice(phrases.PEOPLE)
        made.add(
            Item(
                id=gmail_id(f"{thread}/{index}"), thread_id=thread, received_ms=int(now * 1000 - index * step) - 1000,
                subject=f"{rng.choice(phrases.SUBJECTS)} {index}", sender=f"{name} <{address}>", recipient=email,
                unread=rng.random() < 0.3, starred=rng.random() < 0.05, body=1 + index % BODIES,
            ),
            logged=False,
        )  # fmt: skip
    return made


def headers(item: Item) -> list[tuple[str, str]]:
    """The message's own headers."""
    return [
        ("From", item.sender), ("To", item.recipient), ("Subject", item.subject), ("Date", _date(item.received_ms)),
        ("Message-ID", f"<{item.id}@mail.example.com>"), ("MIME-Version", "1.0"),
        *((f"X-Route-{number}", f"by relay{number}.example.net with esmtps id {item.id}") for number in range(12)),
    ]  # fmt: skip


def raw(item: Item) -> bytes:
    """The whole message."""
    own = "".join(f"{name}: {value}\r\n" for name, value in headers(item))
    return own.encode() + _body(item.body)


def parsed(item: Item) -> mime.Part:
    """The same as a tree, whose body was parsed once for all messages that have it."""
    root = _tree(item.body)
    return mime.Part("", root.media_type, "", [*headers(item), *root.headers], b"", "", "", root.parts)


@lru_cache(maxsize=BODIES)
def _tree(number: int) -> mime.Part:
    return mime.parse(_body(number))


@lru_cache(maxsize=BODIES)
def _body(number: int) -> bytes:
    """Everything below the message's own headers, from `Content-Type` on."""
    rng = random.Random(f"body {number}")
    message = EmailMessage()
    message.set_content(_text(rng, rng.randint(600, 5_000)), cte="quoted-printable")
    message.add_alternative(_html(rng, int(_MEAN_HTML * _spread(rng))), subtype="html", cte="quoted-printable")
    size = int(_MEAN_FILE * _spread(rng))
    message.add_attachment(rng.randbytes(size), maintype="application", subtype="pdf", filename=f"plan-{number}.pdf")
    del message["MIME-Version"]
    return message.as_bytes().replace(b"\n", b"\r\n")


def _spread(rng: random.Random) -> float:
    """Around one: many small messages, few large ones."""
    return min(rng.lognormvariate(-0.32, 0.8), 8)


def _text(rng: random.Random, size: int) -> str:
    words: list[str] = []
    length = 0
    while length < size:
        words.append(rng.choice(phrases.SENTENCES))
        length += len(words[-1].encode()) + 2
    return "\n\n".join(words) + "\n"


def _html(rng: random.Random, size: int) -> str:
    rows: list[str] = []
    length = 400
    while length < size:
        link = f"https://www.example.info/read?item={rng.getrandbits(48):x}&list={rng.getrandbits(20):x}"
        rows.append(
            f'<tr><td style="{_STYLE}"><p>{rng.choice(phrases.SENTENCES)} {rng.choice(phrases.SENTENCES)}</p>'
            f'<a href="{link}">Read more</a></td><td width="96"><img src="https://images.example.info/'
            f'{rng.getrandbits(40):x}.png" width="96" height="64" alt=""></td></tr>'
        )
        length += len(rows[-1].encode())
    return f"<!doctype html><html><body><table>{''.join(rows)}</table></body></html>\n"


def _date(milliseconds: int) -> str:
    return format_datetime(datetime.fromtimestamp(milliseconds / 1000, UTC))
