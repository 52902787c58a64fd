"""Address headers and encoded words of real mail."""

from email.utils import getaddresses

import pytest
from hypothesis import given
from hypothesis import strategies as st

from easycrm.providers import addresses
from easycrm.providers.addresses import decoded, parsed
from easycrm.providers.pages import Address


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("plain", "plain"),
        ("=?utf-8?B?0J/RgNC40LLQtdGC?=", "Привет"),
        ("=?iso-8859-1?Q?Gr=FC=DFe?=", "Grüße"),
        ("=?utf-8?Q?one?=\r\n =?utf-8?Q?_two?=", "one two"),
        ("=?no-such-charset?Q?abc?=", "abc"),
        ("=?utf-8?B?%%%?=", "=?utf-8?B?%%%?="),
        ("Re: =?iso-2022-jp?B?GyRCOCtAUT1xGyhC?=", "Re: 見積書"),
    ],
)
def test_encoded_words_become_text(value: str, text: str) -> None:
    assert decoded(value) == text


@pytest.mark.parametrize(
    ("value", "addresses"),
    [
        ("Mara <Mara@Example.org>", [Address("mara@example.org", "Mara")]),
        ("mara@example.org", [Address("mara@example.org")]),
        ('"mara@example.org" <mara@example.org>', [Address("mara@example.org")]),
        (
            '"Lindqvist, Mara" <m@example.org>, b@example.org',
            [Address("m@example.org", "Lindqvist, Mara"), Address("b@example.org")],
        ),
        ("undisclosed-recipients:;", []),
        ("=?utf-8?B?0J/RgNC40LLQtdGC?= <p@example.org>", [Address("p@example.org", "Привет")]),
        ("", []),
        ("not an address", []),
    ],
)
def test_addresses_are_read_leniently(value: str, addresses: list[Address]) -> None:
    assert list(parsed([value])) == addresses


@given(st.text(max_size=200))
def test_no_header_makes_reading_fail(value: str) -> None:
    decoded(value)
    parsed([value])


PIECES = st.sampled_from(
    ["Ada", "Élodie", "山田", "-", "_", " ", ".", "<", ">", "@", "a", "b.c", "example.com", ",", '"', "+", "="]
)


@given(st.lists(PIECES, min_size=1, max_size=9).map("".join) | st.from_regex(addresses._PLAIN, fullmatch=True))
def test_plain_addresses_are_found_as_the_standard_library_finds_them(value: str) -> None:
    assert addresses.pairs_of(value) == getaddresses([value])
