"""HTML as text."""

from hypothesis import given
from hypothesis import strategies as st

from easycrm.mail.plain_text import plain


def test_paragraphs_lists_links_and_quotations_read_well() -> None:
    html = (
        "<p>Dear <b>Grace</b>,</p><p>see <a href='https://example.com/x'>the plan</a> or https://example.org.<br>Bye</p>"
        "<ol><li>one</li><li>two</li></ol><ul><li>dot</li></ul>"
        "<p>On Monday, Grace wrote:</p><blockquote><p>Hello</p><blockquote>deep</blockquote></blockquote>"
    )
    assert plain(html) == (
        "Dear Grace,\n\nsee the plan (https://example.com/x) or https://example.org.\nBye\n1. one\n2. two\n- dot\n\n"
        "On Monday, Grace wrote:\n> Hello\n> > deep"
    )


def test_a_link_that_shows_its_address_is_not_written_twice() -> None:
    assert plain('<a href="https://example.com/">https://example.com</a>') == "https://example.com"
    assert plain('<a href="mailto:ada@example.com">ada@example.com</a>') == "ada@example.com"


@given(st.text(max_size=300))
def test_no_markup_is_an_error(html: str) -> None:
    assert isinstance(plain(html), str)
