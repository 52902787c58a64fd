"""What HTML quotes, in the forms of the mail programs that people use."""

import pytest

from easycrm.core import wording
from easycrm.mail.quoted_html import folded, own_words

FOLD = f'<details class="quoted"><summary>{wording.reading.QUOTED_TEXT}</summary>'
GMAIL = (
    '<br><div class="gmail_quote"><div class="gmail_attr">On Mon, Ada wrote:<br></div>'
    '<blockquote class="gmail_quote">old words</blockquote></div>'
)
FORMS = {
    "gmail": GMAIL,
    "outlook on the web": '<div id="appendonsend"></div><hr><div id="divRplyFwdMsg"><b>From:</b> Ada</div>'
    "<p>old words</p>",
    "outlook": '<div><div style="border:none;border-top:solid #E1E1E1 1.0pt"><p><b>From:</b> Ada<br><b>Sent:</b> Monday'
    "</p></div></div><p>old words</p>",
    "apple": '<div><blockquote type="cite"><div>On 1 Jan, Ada wrote:</div>old words</blockquote></div>',
    "thunderbird": '<div class="moz-cite-prefix">On 1 Jan, Ada wrote:<br></div>'
    '<blockquote type="cite">old words</blockquote>',
    "yahoo": '<div class="yahoo_quoted">On Monday, Ada wrote: old words</div>',
    "easycrm": "<p>On 01 March 2026 at 09:00 UTC, Ada wrote:</p><blockquote>old words</blockquote>",
}


@pytest.mark.parametrize("form", FORMS)
def test_the_quotation_of_each_mail_program_is_folded(form: str) -> None:
    html = f"<html><body><div><p>Thank you</p>{FORMS[form]}</div></body></html>"
    own, fold, quoted = folded(html).partition(FOLD)
    assert fold
    assert "Thank you" in own
    assert "old words" not in own
    assert "old words" in quoted
    assert quoted.count("</details>") == 1
    assert "Thank you" in own_words(html)
    assert "old words" not in own_words(html)


@pytest.mark.parametrize(
    "html",
    [
        '<p>See below</p><div class="gmail_quote">---------- Forwarded message ---------<br>From: Ada</div>',
        '<blockquote type="cite">there is nothing else</blockquote>',
        "<p>On 1 March, Ada wrote:</p><blockquote>is it done?</blockquote><p>Yes, it is</p>",
        "<p>A saying:</p><blockquote>Make it work</blockquote>",
        "<p>plain</p>",
        "",
    ],
)
def test_nothing_is_folded_that_somebody_wants_to_read(html: str) -> None:
    assert folded(html) is html
    assert own_words(html) is html


@pytest.mark.parametrize(
    "html", ["<blockquote type=cite></blockquote>" * 20_000, "<div style='border-top:solid'>" * 20_000, "<!--" * 50_000]
)
def test_threat_42_markup_made_to_be_slow_is_left_as_it_is(html: str) -> None:
    assert folded(html) == html
