"""Recipients as people type them."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from easycrm.core.errors import InvalidInput
from easycrm.mail import recipients
from easycrm.providers.pages import Address


def test_names_commas_and_semicolons_are_understood() -> None:
    line = '"Lovelace, Ada" <Ada@Example.com>; grace@example.com,  Ünal Ö <unal@example.org> ,'
    assert recipients.parsed(line) == (
        Address("Ada@example.com", "Lovelace, Ada"),
        Address("grace@example.com"),
        Address("unal@example.org", "Ünal Ö"),
    )


def test_an_address_given_twice_is_written_to_once() -> None:
    assert recipients.parsed("ada@example.com, Ada <ADA@example.com>")[0].email.lower() == "ada@example.com"
    assert len(recipients.parsed("ada@example.com, Ada <ADA@example.com>")) == 1


@pytest.mark.parametrize("piece", ["nobody", "a@", "@example.com", "a b@example.com", "<a@example.com", "a@b@c"])
def test_what_is_no_address_is_named(piece: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        recipients.parsed(f"ada@example.com, {piece}")
    assert piece in refused.value.user_message


def test_too_many_recipients_are_refused() -> None:
    with pytest.raises(InvalidInput):
        recipients.parsed(", ".join(f"a{number}@example.com" for number in range(recipients.MOST + 1)))


_NAMES = st.text(st.characters(exclude_categories=("Cc", "Cs", "Zl", "Zp")), max_size=40).map(str.strip)


@given(st.lists(_NAMES, min_size=1, max_size=5))
def test_what_is_written_is_read_back(names: list[str]) -> None:
    people = tuple(Address(f"a{number}@example.com", name) for number, name in enumerate(names))
    assert recipients.parsed(recipients.written(people)) == people


@given(st.text(max_size=200))
def test_whatever_is_typed_is_understood_or_refused_in_words(text: str) -> None:
    with suppress(InvalidInput):
        assert all("@" in one.email for one in recipients.parsed(text))
