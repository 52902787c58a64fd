"""Retry-After, in seconds, as a date, and absurd."""

import pytest
import time_machine

from easycrm.providers.retry_after import LONGEST_SECONDS, seconds_of


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        (None, None), ("", None), ("soon", None), ("nan", None), ("30", 30), ("0", 0), ("-5", 0), ("1.5", 1.5),
        ("99999999999", LONGEST_SECONDS), ("inf", LONGEST_SECONDS), ("Tue, 24 Nov 2026 12:00:30 GMT", 30),
        ("Tue, 24 Nov 2026 11:00:00 GMT", 0), ("Wed, 21 Oct 2099 07:28:00 GMT", LONGEST_SECONDS),
    ],
)  # fmt: skip
def test_threat_39_every_form_of_retry_after_is_understood_and_capped(value: str | None, seconds: float | None) -> None:
    with time_machine.travel("2026-11-24T12:00:00Z", tick=False):
        assert seconds_of(value) == seconds
