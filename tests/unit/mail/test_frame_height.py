"""How tall a frame is made before anybody has seen its message."""

import pytest

from easycrm.mail.frame_height import of_html

WORDS = "words and more words " * 20


def test_a_short_message_is_short_and_a_long_one_is_not() -> None:
    short, long = of_html("<p>Thanks!</p>"), of_html(f"<p>{WORDS}</p>" * 20)
    assert 50 < short.wide < 120
    assert long.wide > 1500
    assert long.narrow > long.wide


def test_what_is_folded_or_hidden_takes_no_room() -> None:
    quoted = f'<p>Thanks!</p><div class="gmail_quote">On Monday Ada wrote: <p>{WORDS}</p></div>'
    assert of_html(quoted).wide < 150
    assert of_html(f"<style>{WORDS * 50}</style><p>Thanks!</p>") == of_html("<p>Thanks!</p>")


@pytest.mark.parametrize(
    ("tag", "taller"),
    [('<img width="1" height="1">', 1), ('<img width="1">', 0), ('<img style="height:300px">', 300), ("<img>", 120)],
)
def test_an_image_takes_the_room_it_says(tag: str, taller: int) -> None:
    assert of_html(f"<p>Thanks!</p>{tag}").wide - of_html("<p>Thanks!</p>").wide == taller
