"""Sentences that are put together: right plurals, and words in place of what is kept short."""

import pytest

from easycrm.core import wording


@pytest.mark.parametrize(
    ("event", "kept", "told"),
    [
        ("provider.changed", "client_id, client_secret, enabled", "client ID, client secret, on or off"),
        ("visibility.changed", "metadata to everything", "That you wrote \u2192 Everything"),
        ("incident.opened", "invalid_client", wording.connecting.INCIDENTS["invalid_client"]),
        ("consent.refused", "no_refresh_token", "provider gave no lasting permission"),
        ("storage.recovered", "since 2026-11-25 15:33 UTC, full", "since 2026-11-25 15:33 UTC, disk is full"),
        ("rule.added", "domain, own mailboxes", "domain, own mailboxes"),
        ("folders.chosen", "left out: Customers; imported: none", "left out: Customers; imported: none"),
    ],
)
def test_the_audit_log_says_in_words_what_it_keeps_short(event: str, kept: str, told: str) -> None:
    assert wording.audit.detail(event, kept) == told


def test_one_is_not_told_as_many() -> None:
    assert wording.health.asked(1) == "The owner is asked to reconnect"
    assert wording.health.asked(2) == "The owners of 2 mailboxes are asked to reconnect"
    assert wording.operating.workers_alive(1) == "1 worker is running"
