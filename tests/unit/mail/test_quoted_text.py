"""What a plain text quotes: folded where it only repeats, left where it is answered line by line."""

import pytest

from easycrm.mail.quoted_text import Block, blocks

OUTLOOK = "From: Ada <ada@example.com>\nSent: Monday\nTo: Grace\n\nold words"


@pytest.mark.parametrize(
    ("intro", "quote"),
    [
        ("On Mon, 1 Jan 2026 at 10:00, Ada <ada@example.com> wrote:\n\n", "> old\n> words"),
        ("On Mon, 1 Jan 2026 at 10:00, Ada Lovelace\n<ada@example.com> wrote:\n", "> old\n>\n> words\n"),
        ("Am 1. Januar 2026 schrieb Ada:\n", "> alt"),
        ("Le 1 janvier 2026, Ada a écrit :\n", "> vieux"),
        ("", "> old\n> words\n\n"),
        ("-----Original Message-----\n", OUTLOOK),
        ("________________________________\n", OUTLOOK),
        ("", OUTLOOK),
    ],
)
def test_a_quotation_at_the_end_is_folded_with_its_introduction(intro: str, quote: str) -> None:
    own, quoted = blocks(f"Thank you, Ada\n\n{intro}{quote}")
    assert own == Block("Thank you, Ada")
    assert quoted == Block(f"{intro}{quote}".strip("\n"), quoted=True)


@pytest.mark.parametrize(
    "text",
    [
        "> only what was said before",
        "> first?\nyes\n> second?\nno",
        "On Monday we meet.\n\nFrom: here we walk",
        "---------- Forwarded message ---------\nFrom: Ada\nDate: Monday\nSubject: x\n\nthe matter itself",
        "5 > 3",
        "",
    ],
)
def test_nothing_is_folded_that_somebody_wants_to_read(text: str) -> None:
    assert [one for one in blocks(text) if one.quoted] == []


def test_a_long_quotation_above_the_answer_is_folded_too() -> None:
    quote = "\n".join("> line" for _ in range(12))
    assert [one.quoted for one in blocks(f"{quote}\n\nI agree")] == [True, False]


@pytest.mark.parametrize("text", ["\n" * 300_000, ">a\nb\n" * 60_000, "From: a\n" * 40_000, "On a\n>x\n" * 40_000])
def test_threat_42_a_text_made_to_be_slow_loses_no_line(text: str) -> None:
    said = [line for one in blocks(text) for line in one.text.split("\n") if line]
    assert said == [line for line in text.split("\n") if line]
