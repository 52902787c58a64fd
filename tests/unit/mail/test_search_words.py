"""Words of the search index: what is quick for most mail finds what reading every character finds."""

import re

from hypothesis import example, given
from hypothesis import strategies as some

from easycrm.mail import search_words
from easycrm.mail.search_words import LONGEST, words

ODD = "aZ09_-.\u00e9\u0130\u00df\u0141\u65e5\u672c\u0e01 \u0301\n\t\x00\x1f\u2028\ufb01"
TEXTS = some.lists(some.text(alphabet=some.sampled_from(ODD), max_size=80) | some.text(max_size=40)).map("\n".join)


def read_whole(text: str) -> list[str]:
    """The words without any short cut."""
    folded = search_words._FOREIGN.sub(search_words._folded, text.lower())
    pattern = rf"[{search_words._UNSPACED}]|[^\W_{search_words._UNSPACED}]+"
    return [word[:LONGEST] for word in re.findall(pattern, folded)]


@given(TEXTS, some.integers(0, 30))
@example("Price_list\nCaf\u00e9 x" + "y" * 100, 30)
def test_short_cuts_find_the_same_words(text: str, most: int) -> None:
    assert words(text, most) == read_whole(text)[:most]
