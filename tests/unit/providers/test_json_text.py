"""JSON of providers, its flaws included."""

import pytest

from easycrm.providers import json_text


@pytest.mark.parametrize(
    ("content", "value"),
    [
        (b'{"a": [1, null]}', {"a": [1, None]}),
        (b'"cut \\ud83d"', "cut ?"),
        (b'"whole \\ud83d\\ude00"', "whole \U0001f600"),
        (b'"line\nbreak"', "line\nbreak"),
        (b'"latin \xfc"', "latin \ufffd"),
        (b'"nul \\u0000"', "nul \x00"),
    ],
)
def test_flawed_text_costs_a_character_and_not_the_answer(content: bytes, value: object) -> None:
    assert json_text.read(content) == value


@pytest.mark.parametrize("content", [b"", b"<html>", b'{"a": ', b"[" * 100_000, b"\xff\xfe"])
def test_threat_40_what_is_no_json_is_refused(content: bytes) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 (every reader has its own words)
        json_text.read(content)
