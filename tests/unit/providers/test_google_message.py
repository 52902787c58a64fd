"""A Gmail message in its `full` form, as real mail comes in it."""

import base64
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from easycrm.providers.google_message import decode
from easycrm.providers.pages import Address, FetchedMessage


def part(media_type: str, text: str = "", *, parts: tuple[Any, ...] = (), **more: Any) -> dict[str, Any]:
    """A MIME part as Gmail describes it."""
    made: dict[str, Any] = {"mimeType": media_type, "headers": [], "filename": "", **more}
    if parts:
        return {**made, "parts": list(parts)}
    data = base64.urlsafe_b64encode(text.encode("utf-8", "surrogatepass")).decode().rstrip("=")
    return {"body": {"size": len(text), "data": data}, **made}


def headers(*pairs: tuple[str, str]) -> list[dict[str, str]]:
    """Header fields as Gmail lists them."""
    return [{"name": name, "value": value} for name, value in pairs]


def message(payload: dict[str, Any], **more: Any) -> FetchedMessage:
    """The message of this payload."""
    return decode({"id": "m", "threadId": "t", "internalDate": "1700000000123", "payload": payload, **more})


def test_headers_are_decoded_and_addresses_read() -> None:
    fields = headers(
        ("From", "=?utf-8?Q?J=C3=BCrgen?= <J@Example.org>, second@example.org"),
        ("To", "Team: a@example.org, b@example.org;"),
        ("Cc", "c@example.org"),
        ("CC", "d@example.org"),
        ("Reply-To", "answers@example.org"),
        ("Subject", "=?iso-8859-1?Q?Gr=FC=DFe?="),
        ("Message-Id", " <one@example.org>\r\n "),
        ("References", "<a@example.org>\r\n\t<b@example.org>"),
    )
    found = message(part("text/plain", "Hello", headers=fields))

    assert found.sender == Address("j@example.org", "Jürgen")
    assert [one.email for one in found.to] == ["a@example.org", "b@example.org"]
    assert [one.email for one in found.cc] == ["c@example.org", "d@example.org"]
    assert found.reply_to == (Address("answers@example.org"),)
    assert (found.subject, found.message_id_header) == ("Grüße", "<one@example.org>")
    assert found.references == "<a@example.org> <b@example.org>"


def test_the_time_is_when_the_provider_received_it() -> None:
    found = message(part("text/plain", headers=headers(("Date", "Mon, 99 Foo 2199"))))
    assert found.received_at == datetime.fromtimestamp(1700000000.123, UTC)


def test_plain_text_is_preferred_and_html_is_kept() -> None:
    both = part("multipart/alternative", parts=(part("text/plain", "Words"), part("text/html", "<p>Words</p>")))
    found = message(part("multipart/mixed", parts=(part("multipart/related", parts=(both,)),)))
    assert (found.text, found.html, found.attachments) == ("Words", "<p>Words</p>", ())


@pytest.mark.parametrize("empty", ["", " \r\n\t "])
def test_text_is_made_of_html_where_there_is_no_other(empty: str) -> None:
    html = "<style>p{}</style><p>One &amp; two</p><script>three()</script>"
    found = message(part("multipart/alternative", parts=(part("text/plain", empty), part("TEXT/HTML", html))))
    assert (found.text, found.html) == ("One & two", html)
    assert found.snippet == "One & two"


def test_the_snippet_is_text_and_no_markup() -> None:
    assert message(part("text/plain", "x"), snippet="a &lt;b&gt; &#39;c&#39;").snippet == "a <b> 'c'"


def test_attachments_are_listed_with_what_names_them() -> None:
    picture = part(
        "image/png", partId="2", filename="logo.png", body={"attachmentId": "volatile", "size": 9},
        headers=headers(("Content-ID", "<logo@example.org>"), ("Content-Disposition", "inline")),
    )  # fmt: skip
    paper = part(
        "application/pdf", partId="3", body={"attachmentId": "volatile", "size": 12},
        headers=headers(("Content-Disposition", "attachment"), ("Content-ID", "<paper@example.org>")),
    )  # fmt: skip
    note = part("text/plain", "not the body", partId="4", filename="note.txt")
    first, second, third = message(
        part("multipart/mixed", parts=(part("text/plain", "Body"), picture, paper, note))
    ).attachments

    assert (first.file_name, first.content_id, first.inline, first.size) == ("logo.png", "logo@example.org", True, 9)
    assert (second.file_name, second.media_type, second.inline) == ("attachment", "application/pdf", False)
    assert (third.provider_part_id, third.file_name) == ("4", "note.txt")
    assert {one.provider_part_id for one in (first, second)} == {"2", "3"}


def test_a_forwarded_message_is_an_attachment_and_not_the_text() -> None:
    inner = part("multipart/alternative", parts=(part("text/plain", "Inner"), part("text/html", "<p>Inner</p>")))
    forwarded = part("message/rfc822", partId="1", parts=(inner,), body={"attachmentId": "volatile", "size": 70})
    found = message(part("multipart/mixed", parts=(part("text/plain", "Outer"), forwarded)))

    assert (found.text, found.html) == ("Outer", "")
    assert [(one.media_type, one.size) for one in found.attachments] == [("message/rfc822", 70)]


def test_labels_tell_reading_and_stars() -> None:
    found = message(part("text/plain"), labelIds=["INBOX", "UNREAD", "STARRED"])
    assert (found.unread, found.starred, found.labels) == (True, True, ("INBOX", "UNREAD", "STARRED"))
    assert not message(part("text/plain")).unread


def test_a_message_of_nothing_is_a_message() -> None:
    found = decode({"id": "m", "internalDate": "0"})
    assert (found.provider_thread_id, found.subject, found.sender, found.text) == ("m", "", None, "")


def test_ten_thousand_levels_do_not_exhaust_the_stack() -> None:
    deep = part("text/plain", "Bottom")
    for _ in range(10_000):
        deep = part("multipart/mixed", parts=(deep,))
    assert message(deep).text == "Bottom"


@given(text=st.text(st.characters(), max_size=60), name=st.sampled_from(["text/plain", "text/html", "x"]))
def test_no_text_and_no_header_makes_decoding_fail(text: str, name: str) -> None:
    fields = headers(("From", text), ("Subject", text), ("Content-ID", text), ("Content-Disposition", text))
    message(part(name, text, headers=fields, filename=text), snippet=text)
