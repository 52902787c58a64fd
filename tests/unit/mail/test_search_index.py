"""The index holds the words of exactly the messages that are stored, whatever came, changed and went."""

import random
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text
from sqlmodel import Session, col, select, update

from easycrm.core.db import portions, reading, transaction
from easycrm.mail import forget, search, search_fill, search_index
from easycrm.mail.connection import Connection, ConnectionEnded, Status
from easycrm.mail.message import Message
from easycrm.providers.pages import Address, FetchedAttachment, FetchedMessage
from tests.mailboxes import Mailbox, fetched, mailbox, user

START = datetime(2026, 3, 1, tzinfo=UTC)
WORDS = "alpha Beta gämma δέλτα 漢字 epsilon zeta eta theta".split()
Index = dict[int, dict[str, str]]


@pytest.fixture
def boxes(database: object) -> list[Mailbox]:
    """Two empty mailboxes."""
    del database
    return [mailbox(user()), mailbox(user())]


def index() -> Index:
    """The words that the index has of each message, read back from it."""
    with reading() as session:
        if search_index.on_postgresql(session):
            rows = session.connection().execute(text("SELECT message_id, words::text FROM search_index"))
            return {ident: {"words": words} for ident, words in rows}
        return _of_fts5(session)


def _of_fts5(session: Session) -> Index:
    found: dict[int, dict[str, list[tuple[int, str]]]] = {}
    session.connection().execute(
        text("CREATE VIRTUAL TABLE IF NOT EXISTS temp.vocabulary USING fts5vocab(main, search_index, instance)")
    )
    rows = session.connection().execute(text('SELECT doc, col, "offset", term FROM temp.vocabulary'))
    for key, column, place, term in rows:
        found.setdefault(key & search_index.ID_MASK, {}).setdefault(column, []).append((place, term))
    return {
        ident: {column: " ".join(term for _, term in sorted(places)) for column, places in columns.items()}
        for ident, columns in found.items()
    }


def made_anew() -> Index:
    """The same, of an index made of all that is stored now."""
    with transaction() as session:
        search_index.drop(None, session.connection())
        search_index.create(None, session.connection())
        ids = [ident or 0 for ident in session.exec(select(Message.id).order_by(col(Message.sort_key)))]
        for some in portions(ids):
            search_index.add(session, search_index.stored(session, some))
    return index()


def random_message(rng: random.Random, number: int) -> FetchedMessage:
    people = [Address(f"{word}@example.com", word.title()) for word in rng.sample(WORDS[:2], 2)]
    return fetched(
        f"m{number}",
        START + timedelta(seconds=rng.randint(0, 5)),
        provider_thread_id=f"t{number // 3}",
        subject=" ".join(rng.choices(WORDS, k=2)) + "\x00",
        text=" ".join(rng.choices(WORDS, k=rng.randint(0, 8))),
        sender=rng.choice([None, *people]),
        cc=tuple(people[: rng.randint(0, 2)]),
        attachments=(FetchedAttachment("1", "zeta.txt", "text/plain", 1),) if rng.random() < 0.3 else (),
    )


@pytest.mark.parametrize("seed", range(3))
def test_the_index_equals_the_messages_after_any_sequence(boxes: list[Mailbox], seed: int, full: bool) -> None:
    rng = random.Random(seed)
    for _ in range(200 if full else 25):
        box, some = rng.choice(boxes), rng.sample(range(30), rng.randint(1, 8))
        if rng.random() < 0.7:
            box.commit(*(random_message(rng, number) for number in some))
        else:
            box.remove([f"m{number}" for number in some])

    kept = index()

    assert set(kept) == {ident for box in boxes for ident in box.ids().values()} != set()
    assert kept == made_anew()


def test_a_page_that_is_not_stored_leaves_no_words(boxes: list[Mailbox]) -> None:
    box = boxes[0]
    box.commit(fetched("m1", START, text="alpha"))
    box.owner = "somebody else"

    with pytest.raises(ConnectionEnded):
        box.commit(fetched("m1", START, text="beta"), fetched("m2", START, text="gamma"))

    assert len(search.page(box.user_id, "alpha").rows) == 1
    assert search.page(box.user_id, "beta").rows == search.page(box.user_id, "gamma").rows == []
    assert index() == made_anew()


def test_deleting_synced_mail_deletes_its_words(boxes: list[Mailbox]) -> None:
    for box in boxes:
        box.commit(*(fetched(f"m{number}", START, text="alpha beta") for number in range(20)))
    with transaction() as session:
        gone = update(Connection).where(col(Connection.id) == boxes[0].connection_id)
        session.connection().execute(gone.values(status=Status.NOT_CONNECTED))

    forget.forget(boxes[0].user_id, boxes[0].connection_id)

    assert set(index()) == set(boxes[1].ids().values())
    assert search.page(boxes[0].user_id, "alpha").rows == []
    assert len(search.page(boxes[1].user_id, "alpha").rows) == 20


def test_mail_from_before_the_index_is_filled_in_while_other_mail_comes_and_goes(
    boxes: list[Mailbox], monkeypatch: pytest.MonkeyPatch
) -> None:
    box, rng = boxes[0], random.Random(5)
    monkeypatch.setattr(search_fill, "AT_ONCE", 3)
    box.commit(*(random_message(rng, number) for number in range(30)))
    forget_the_index()
    assert search.page(box.user_id, "alpha").rows == []
    assert search_fill.is_due()

    while search_fill.fill(most_steps=1):
        box.commit(*(random_message(rng, number) for number in rng.sample(range(40), 4)))
        box.remove([f"m{number}" for number in rng.sample(range(40), 2)])

    kept = index()
    assert not search_fill.is_due()
    assert set(kept) == set(box.ids().values())
    assert kept == made_anew()


def forget_the_index() -> None:
    """As the migration leaves a database that has mail."""
    with transaction() as session:
        search_index.drop(None, session.connection())
        search_index.create(None, session.connection())
        session.connection().execute(update(Connection).values(unsearched_below=(1 << 63) - 1))
