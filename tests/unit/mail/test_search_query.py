"""What is written into the search field is understood, or taken for words."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from easycrm.mail.search_query import MOST_TERMS, Field, Query, Term, parse
from easycrm.mail.search_words import words


def test_words_are_folded_and_the_last_may_go_on() -> None:
    assert parse("Crème BRÛLÉE") == Query(terms=(Term(("creme",)), Term(("brulee",), begins=True)))


def test_a_word_with_a_space_after_it_is_whole() -> None:
    assert parse("invoice ") == Query(terms=(Term(("invoice",)),))


def test_a_single_letter_is_no_beginning() -> None:
    assert parse("plan b") == Query(terms=(Term(("plan",)), Term(("b",))))


def test_a_phrase_is_whole_and_may_be_left_open() -> None:
    assert parse('"final offer"') == parse('"final offer') == Query(terms=(Term(("final", "offer")),))


def test_people_and_subjects_are_searched_apart() -> None:
    assert parse('from:ada to:grace@example.com cc:alan subject:"the plan"').terms == (
        Term(("ada",), Field.SENDER),
        Term(("grace", "example", "com"), Field.RECIPIENTS),
        Term(("alan",), Field.RECIPIENTS),
        Term(("the", "plan"), Field.SUBJECT),
    )


def test_a_minus_turns_everything_round() -> None:
    query = parse('-draft -from:ada -"on hold" -has:attachment -is:unread -in:inbox -before:2026-02-01')

    assert query.terms == (
        Term(("draft",), absent=True),
        Term(("ada",), Field.SENDER, absent=True),
        Term(("on", "hold"), absent=True),
    )
    assert (query.has_attachments, query.unread, query.without_folders) == (False, False, ("inbox",))
    assert query.since == datetime(2026, 2, 1, tzinfo=UTC)


def test_marks_times_and_folders_narrow() -> None:
    query = parse('has:attachment is:unread is:starred in:"To do" in:sent after:2025 before:2026/3/15 before:2026-06')

    assert (query.has_attachments, query.unread, query.starred) == (True, True, True)
    assert query.folders == ("To do", "sent")
    assert (query.since, query.until) == (datetime(2025, 1, 1, tzinfo=UTC), datetime(2026, 3, 15, tzinfo=UTC))
    assert query.terms == query.unclear == ()


@pytest.mark.parametrize("text", ["before:tomorrow", "after:2026-13-01", "has:teeth", "is:late"])
def test_a_value_that_says_nothing_counts_as_words_and_is_named(text: str) -> None:
    query = parse(text)

    assert query.unclear == (text,)
    assert query.terms == (Term(tuple(words(text, 9)), begins=True),) or not query.terms[0].begins


@pytest.mark.parametrize("text", ["http://example.com", "re:invoice", "12:30", "a:b:c"])
def test_an_unknown_operator_is_a_word(text: str) -> None:
    query = parse(text)

    assert query.unclear == ()
    assert [term.words for term in query.terms] == [tuple(words(text, 9))]


def test_scripts_without_spaces_are_runs_of_characters() -> None:
    assert parse("日本語").terms == (Term(("日", "本", "語")),)


@given(st.text())
def test_nothing_is_an_error(text: str) -> None:
    query = parse(text)

    assert len(query.terms) <= MOST_TERMS
    assert all(term.words for term in query.terms)


@given(st.text())
def test_words_hold_nothing_that_could_be_syntax(text: str) -> None:
    assert not set("".join(words(text, 100))) & set(" \"'\\:*()|&!<>-+^{}\x00")
