"""Search finds exactly what was asked for, in one's own mail only, newest first, page by page."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, event

from easycrm.mail import search
from easycrm.mail.search_beginning import MOST
from tests.mailboxes import Mailbox, fetched, mailbox, user

START = datetime(2026, 3, 1, tzinfo=UTC)
ODD = [
    '"', "'", "\x00", "a\x00b", "\ud800", "*", "NEAR(a b)", "a AND", "OR", "NOT x", "(", ")", "{subject}: x", "^a",
    "a:b:c", ":", "-", "--", '-"', "'; DROP TABLE message; --", "a & | ! <-> b", "\\", "%", "_", "🙂", "🙂🙂 x", "½",
    "before:99999-01-01", "before:0000", "after:9999-12-31", "in:\x00", "in:%", "is:", "1" * 10_000, "word " * 2_000,
    '"' * 10_000, "é" * 10_000, "\u0301" * 100, "‮", "İ", "ß", "a" * 64 + "b", "日" * 5_000,
]  # fmt: skip


@pytest.fixture
def mine(database: object) -> Mailbox:
    """A mailbox with a few messages."""
    del database
    made = mailbox(user())
    made.commit(*(fetched(f"m{n}", START + timedelta(hours=n), subject=f"Word {n}") for n in range(3)))
    return made


def test_odd_input_is_no_error(mine: Mailbox) -> None:
    for text in ODD:
        search.page(mine.user_id, text)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40, deadline=None)
@given(text=st.text(max_size=60) | st.lists(st.sampled_from(ODD), max_size=5).map(" ".join))
def test_no_input_is_an_error(mine: Mailbox, text: str) -> None:
    search.page(mine.user_id, text)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=20, deadline=None)
@given(before=st.integers(), connection_id=st.none() | st.integers())
def test_no_key_is_an_error(mine: Mailbox, before: int, connection_id: int | None) -> None:
    search.page(mine.user_id, "word", before=before, connection_id=connection_id)


@pytest.mark.parametrize("text", ["word", "word ", "subject:word -nowhere", "is:read"])
def test_a_page_asks_as_often_for_many_threads_as_for_few(database: Engine, text: str) -> None:
    box = mailbox(user())
    box.commit(*(fetched(f"m{n}", START + timedelta(hours=n), subject=f"Word {n}") for n in range(60)))

    assert _statements(database, box, text, limit=50) == _statements(database, box, text, limit=2) <= 10


def _statements(engine: Engine, box: Mailbox, text: str, limit: int) -> int:
    asked: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        asked.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    page = search.page(box.user_id, text, limit=limit)
    event.remove(engine, "before_cursor_execute", note)
    assert len(page.rows) == limit
    return len(asked)


@pytest.mark.parametrize("words", [1, MOST, MOST + 1])
def test_a_beginning_finds_whatever_goes_on_however_many_words_that_are(database: Engine, words: int) -> None:
    del database
    mine, theirs = (mailbox(user()) for _ in range(2))
    subjects = ["inv", *(f"inv{number:02} paid" for number in range(words)), "inw", "in", "rinv", "invé"]
    for box in (mine, theirs):
        box.commit(*(fetched(f"m{n}", START + timedelta(hours=n), subject=one) for n, one in enumerate(subjects)))
    found = [row.subject for row in search.page(mine.user_id, "inv", limit=100).rows]
    assert found == [one for one in reversed(subjects) if one.startswith("inv")]
    run = [row.subject for row in search.page(mine.user_id, "subject:inv paid", limit=100).rows]
    assert run == []
    assert [row.subject for row in search.page(mine.user_id, "paid subject:inv", limit=100).rows] == [
        one for one in reversed(subjects) if "paid" in one
    ]
    assert search.page(mine.user_id, "invoices").rows == []
