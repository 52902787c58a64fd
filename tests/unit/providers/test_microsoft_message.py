"""A Graph message, as real mail comes in it."""

from datetime import UTC, datetime
from typing import Any

import pytest

from easycrm.providers.microsoft_message import decode, moment
from easycrm.providers.pages import Address, FetchedMessage


def message(**more: Any) -> FetchedMessage:
    """A message with these members."""
    return decode({"id": "m", "receivedDateTime": "2026-11-24T12:00:00Z", **more})


def person(address: str, name: str = "") -> dict[str, Any]:
    """A recipient as Graph writes it."""
    return {"emailAddress": {"address": address, "name": name}}


def test_people_are_read() -> None:
    found = message(
        **{"from": person("J@Example.org", "Jürgen")},
        toRecipients=[person("a@example.org", "a@example.org"), {"emailAddress": {"name": "nobody"}}, {}],
        ccRecipients=None,
        replyTo=[person("answers@example.org")],
    )
    assert found.sender == Address("j@example.org", "Jürgen")
    assert found.to == (Address("a@example.org"),)
    assert (found.cc, found.bcc) == ((), ())
    assert found.reply_to == (Address("answers@example.org"),)


def test_the_sender_stands_in_for_a_missing_from() -> None:
    assert message(sender=person("s@example.org")).sender == Address("s@example.org")
    assert message().sender is None


@pytest.mark.parametrize("kind", ["html", "HTML"])
def test_text_is_made_of_html(kind: str) -> None:
    found = message(body={"contentType": kind, "content": "<title>no</title><p>One</p><p>two</p>"})
    assert (found.text, found.html) == ("One\ntwo", "<title>no</title><p>One</p><p>two</p>")
    assert found.snippet == "One two"


def test_plain_text_stays_as_it_is() -> None:
    found = message(body={"contentType": "text", "content": "a < b"}, bodyPreview="a  < b\r\n")
    assert (found.text, found.html, found.snippet) == ("a < b", "", "a < b")


def test_states_are_read() -> None:
    found = message(isRead=False, flag={"flagStatus": "flagged"}, parentFolderId="inbox", hasAttachments=True)
    assert (found.unread, found.starred, found.labels, found.has_attachments) == (True, True, ("inbox",), True)
    assert not message().unread


def test_everything_may_be_null() -> None:
    names = ("from", "toRecipients", "subject", "body", "flag", "bodyPreview", "internetMessageId", "conversationId")
    found = message(**dict.fromkeys(names))
    assert (found.subject, found.text, found.provider_thread_id) == ("", "", "m")


@pytest.mark.parametrize(
    ("written", "time"),
    [
        ("2026-11-24T12:00:00Z", datetime(2026, 11, 24, 12, tzinfo=UTC)),
        ("2026-11-24T12:00:00.1234567Z", datetime(2026, 11, 24, 12, 0, 0, 123456, UTC)),
        ("2026-11-24T12:00:00", datetime(2026, 11, 24, 12, tzinfo=UTC)),
    ],
)
def test_times_are_utc(written: str, time: datetime) -> None:
    assert moment(written) == time
