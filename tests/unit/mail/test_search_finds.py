"""What search finds is what a naive reading of every message finds, thread by thread and page by page."""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest

from easycrm.core.db import reading
from easycrm.mail import search
from easycrm.mail.message_rows import sort_key
from easycrm.mail.search_query import Field, Query, Term, parse
from easycrm.mail.search_words import words
from easycrm.mail.thread import Thread
from easycrm.providers.pages import Address, FetchedAttachment, FetchedMessage
from tests.mailboxes import Mailbox, fetched, mailbox, user

LATEST = datetime(2026, 2, 24, tzinfo=UTC)
VOCABULARY = (
    "invoice invoices invite Meeting MEET crème creme brûlée Łódź 日本語 日本 テスト straße a b4 plan planned".split()
)
PEOPLE = [Address("ada@example.com", "Ada"), Address("grace@example.net", "Grace Crème"), Address("alan@example.org")]
QUERIES = [
    "invoice", "invoice ", "inv", "meet", "meet ", "creme brulee", '"creme brulee"', "日本", "本語", "テス", "from:ada",
    "from:example.net", "to:grace", "to:alan@example.org", "subject:plan", "subject:plan ", "-invoice", "plan -meet",
    'invoice -"a b4"', "has:attachment", "-has:attachment plan", "is:unread invoice", "is:read -plan",
    "after:2026-02-10", "before:2026-02-10 plan", "after:2026-02-03 before:2026-02-20 meet",
    "report", "nowhere", "-from:ada creme",
    "strasse", "lodz", "in:inbox plan", "plan pdf", "-nowhere",
]  # fmt: skip


@dataclass
class World:
    """Two users' mailboxes and everything in them."""

    mine: list[Mailbox]
    other: Mailbox
    stored: dict[int, list[tuple[int, FetchedMessage]]]

    def naive(self, text: str, mailboxes: Sequence[Mailbox]) -> list[tuple[int, str]]:
        """Mailbox and provider's id of every thread that matches, in the order of their newest matches."""
        query = parse(text)
        found = [
            (place(query, ident, message), box.connection_id, message.provider_thread_id)
            for box in mailboxes
            for ident, message in self.stored[box.connection_id]
            if matches(query, message)
        ]
        return list(dict.fromkeys((box, thread) for _, box, thread in sorted(found, reverse=True)))


def place(query: Query, ident: int, message: FetchedMessage) -> tuple[int, int]:
    """Where a message stands: of those of one second, the order is that of what was searched."""
    second, key = int(message.received_at.timestamp()), sort_key(message.received_at, message.provider_message_id)
    return (second, ident if query.terms or query.has_attachments is not None else key)


def matches(query: Query, message: FetchedMessage) -> bool:
    """Whether a message is what is asked for, by reading all of it."""
    return (
        all(has(term, message) != term.absent for term in query.terms)
        and query.has_attachments in (None, bool(message.attachments))
        and query.unread in (None, message.unread)
        and (query.since is None or message.received_at >= query.since)
        and (query.until is None or message.received_at < query.until)
    )


def has(term: Term, message: FetchedMessage) -> bool:
    people = [f"{one.name} {one.email}" for one in (*message.to, *message.cc, *message.bcc)]
    fields = {
        Field.SENDER: f"{message.sender.name} {message.sender.email}" if message.sender else "",
        Field.RECIPIENTS: " ".join(people),
        Field.SUBJECT: message.subject,
        None: f"{message.text} {' '.join(one.file_name for one in message.attachments)}",
    }
    read = [fields[term.field]] if term.field else fields.values()
    return any(stands(term, words(text, 10_000)) for text in read)


def stands(term: Term, found: list[str]) -> bool:
    length = len(term.words)
    runs = (tuple(found[start : start + length]) for start in range(len(found) - length + 1))
    if not term.begins:
        return term.words in runs
    return any(run[:-1] == term.words[:-1] and run[-1].startswith(term.words[-1]) for run in runs)


@pytest.fixture
def world(database: object) -> World:
    """Messages of two years, most of them of a few weeks, many at the same second."""
    del database
    rng = random.Random(7)
    owner = user()
    boxes = [mailbox(owner), mailbox(owner), mailbox(user())]
    made = World(boxes[:2], boxes[2], {})
    for box in boxes:
        messages = [random_message(rng, f"{box.connection_id}-{number}") for number in range(90)]
        for first in range(0, len(messages), 30):
            box.commit(*messages[first : first + 30])
        ids = box.ids()
        made.stored[box.connection_id] = [(ids[one.provider_message_id], one) for one in messages]
    return made


def random_message(rng: random.Random, ident: str) -> FetchedMessage:
    age = rng.choice((rng.randint(0, 21), rng.randint(0, 21), rng.randint(0, 700)))
    chosen = rng.choices(VOCABULARY, k=rng.randint(0, 6))
    files = (FetchedAttachment("1", "Report.pdf", "application/pdf", 1),) if rng.random() < 0.3 else ()
    return fetched(
        ident,
        LATEST - timedelta(days=age, hours=rng.randint(0, 2)),
        provider_thread_id=f"t{rng.randint(0, 40)}",
        subject=" ".join(rng.choices(VOCABULARY, k=rng.randint(0, 3))),
        text="\n".join(chosen),
        sender=rng.choice(PEOPLE),
        to=tuple(rng.sample(PEOPLE, rng.randint(0, 2))),
        cc=tuple(rng.sample(PEOPLE, rng.randint(0, 1))),
        attachments=files,
        unread=rng.random() < 0.4,
    )


def found(user_id: int, text: str, connection_id: int | None = None, limit: int = 4) -> list[tuple[int, str]]:
    """Every thread, gathered page by page."""
    threads: list[tuple[int, str]] = []
    before = None
    for _ in range(100):
        page = search.page(user_id, text, connection_id=connection_id, before=before, limit=limit)
        threads += [(row.connection_id, thread_of(row.id)) for row in page.rows]
        before = page.older
        if before is None:
            return threads
    raise AssertionError("the pages have no end")


def thread_of(thread_id: int) -> str:
    with reading() as session:
        return session.get_one(Thread, thread_id).provider_thread_id


def test_search_finds_what_reading_everything_finds(world: World) -> None:
    owner, [first, _] = world.mine[0].user_id, world.mine
    for text in QUERIES:
        assert found(owner, text, first.connection_id) == world.naive(text, [first]), text
        assert found(owner, text, limit=7) == world.naive(text, world.mine), text


def test_made_up_queries_find_the_same(world: World, full: bool) -> None:
    rng = random.Random(11)
    starts = ["", "", "", "-", "from:", "to:", "subject:", '"', "-subject:"]
    box = world.mine[0]
    for _ in range(1000 if full else 60):
        pieces = [rng.choice(starts) + " ".join(rng.choices(VOCABULARY, k=rng.choice((1, 1, 2)))) for _ in range(2)]
        text = " ".join(piece + '"' if piece.startswith('"') else piece for piece in pieces[: rng.randint(1, 2)])
        text = text[: -rng.randint(1, 2)] if rng.random() < 0.5 else text
        assert found(box.user_id, text, box.connection_id, limit=20) == world.naive(text, [box]), text


def test_only_ones_own_mail_is_found(world: World) -> None:
    other = world.other
    for text in ("a", "-nowhere", "has:attachment", "from:ada", "is:unread"):
        assert {box for box, _ in found(other.user_id, text)} == {other.connection_id}
        assert found(world.mine[0].user_id, text, other.connection_id) == []
