"""Received markup looked at in one pass: what is too deep to parse, and its text without tags."""

import pytest

from easycrm.core.markup import DEEPEST, too_deep, without_hidden, without_tags


@pytest.mark.parametrize("html", ["<div>" * 50_000, "<b>x" * 50_000, "<x><y>" * 20_000, "<TABLE>" * 20_000])
def test_threat_42_markup_of_endless_depth_is_recognised(html: str) -> None:
    assert too_deep(html)


@pytest.mark.parametrize(
    "html",
    [
        "", "<div>" * DEEPEST, "<p>x" * 20_000, "<br>" * 20_000, "<tr><td>x" * 20_000,
        "<div><b>x</b></div>" * 20_000, "<!DOCTYPE html>" * 2_000,
    ],
)  # fmt: skip
def test_long_and_ordinary_markup_is_not_too_deep(html: str) -> None:
    assert not too_deep(html)


def test_what_is_hidden_is_left_out_and_takes_the_rest_along_where_it_does_not_end() -> None:
    html = "<head><title>t</title></head>a<style>b{}</style>c<!-- d --><script>e</script >f<style>g"
    assert without_hidden(html) == "acf"
    assert without_tags("<p>a<b>c</b>").split() == ["a", "c"]
