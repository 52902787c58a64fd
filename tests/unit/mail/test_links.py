"""Addresses in plain text: which become links, and where they end."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as some

from easycrm.mail.links import pieces

SAFE = ("http://", "https://", "mailto:", "tel:")


@pytest.mark.parametrize(
    ("text", "href"),
    [
        ("See https://example.com/a?b=1&c=2.", "https://example.com/a?b=1&c=2"),
        ("(https://example.com/x_(y))", "https://example.com/x_(y)"),
        ("<http://example.com/>", "http://example.com/"),
        ("www.example.org/map, please", "https://www.example.org/map"),
        ("write to Grace.Hopper@example.org!", "mailto:Grace.Hopper@example.org"),
        ("call tel:+49123", "tel:+49123"),
    ],
)
def test_an_address_becomes_a_link_without_the_sentence_around_it(text: str, href: str) -> None:
    assert [one.href for one in pieces(text) if one.href] == [href]


@pytest.mark.parametrize(
    "text",
    ["javascript:alert(1)", "data:text/html,x", "vbscript:x", "file:///etc", "//example.org", "MAILTO:}", "http://."],
)
def test_threat_26_no_other_scheme_becomes_a_link(text: str) -> None:
    assert [one.href for one in pieces(text) if one.href] == []


@example("MAILTO:}")
@given(some.text() | some.from_regex(r"(https?://|www\.|mailto:|[a-z]+@[a-z]+\.)[^ ]{0,30}"))
def test_the_text_stays_what_it_was_and_links_are_safe(text: str) -> None:
    found = list(pieces(text))
    assert "".join(one.text for one in found) == text
    assert all(one.href.lower().startswith(SAFE) for one in found if one.href)
