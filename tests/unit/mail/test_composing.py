"""The message that a provider is handed."""

from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage

import pytest
from hypothesis import given
from hypothesis import strategies as st

from easycrm.core.errors import InvalidInput
from easycrm.mail import recipients
from easycrm.mail.composing import Answered, File, Letter, composed
from easycrm.providers.pages import Address

_BREAKS = "\r\n\x0b\x0c\x1c\x1d\x1e\x85\u2028\u2029\x00"
_HEADERS = {"From", "To", "Cc", "Bcc", "Subject", "Date", "Message-ID", "X-EasyCRM-Id", "MIME-Version", "Content-Type"}


def letter(**changes: object) -> Letter:
    """A plain letter with some of it replaced."""
    values: dict[str, object] = {
        "key": "0123456789abcdef0123456789abcdef",
        "sender": Address("ada@example.com", "Ada"),
        "to": (Address("grace@example.com", "Grace"),),
        "cc": (),
        "bcc": (),
        "subject": "Hello",
        "html": "<p>Good <b>morning</b></p>",
        "quoted": "",
        "date": datetime(2026, 11, 24, 14, 0, tzinfo=UTC),
    }
    return Letter(**(values | changes))  # pyright: ignore[reportArgumentType]


def parsed(raw: bytes) -> EmailMessage:
    """The message as a recipient's program reads it."""
    return message_from_bytes(raw, _class=EmailMessage, policy=policy.default)  # pyright: ignore


def test_text_and_html_files_and_key_are_in_it() -> None:
    made = parsed(composed(letter(files=(File("été.pdf", "application/pdf", b"%PDF" * 100),))))
    assert made["X-EasyCRM-Id"] == "0123456789abcdef0123456789abcdef"
    assert made["Message-ID"] == "<0123456789abcdef0123456789abcdef@example.com>"
    assert made.get_body(("plain",)).get_content().strip() == "Good morning"  # pyright: ignore[reportOptionalMemberAccess]
    assert "<b>morning</b>" in made.get_body(("html",)).get_content()  # pyright: ignore[reportOptionalMemberAccess]
    (file,) = made.iter_attachments()
    assert (file.get_filename(), file.get_content_type()) == ("été.pdf", "application/pdf")
    assert file.get_content() == b"%PDF" * 100


def test_lines_end_in_crlf_and_stay_short() -> None:
    raw = composed(letter(html="<p>" + "long " * 5000 + "ü</p>"))
    assert b"\n" not in raw.replace(b"\r\n", b"")
    assert max(len(line) for line in raw.split(b"\r\n")) <= 998


def test_a_reply_names_the_whole_thread() -> None:
    chain = " ".join(f"<{number}-{'x' * 90}@mail.example.org>" for number in range(50))
    raw = composed(letter(answered=Answered("<last@example.org>", chain)))
    made = parsed(raw)
    found = made["References"].split()
    assert made["In-Reply-To"] == "<last@example.org>"
    assert found[0].startswith("<0-")
    assert found[-2:] == [f"<49-{'x' * 90}@mail.example.org>", "<last@example.org>"]
    assert len(found) == 30
    assert b"=?utf-8" not in raw.lower()


def test_a_forged_reference_brings_no_header() -> None:
    made = parsed(composed(letter(answered=Answered("<a@b>\r\nX-Evil: 1", "<c@d>\nBcc: <evil@example.org>"))))
    assert made["X-Evil"] is None
    assert made["Bcc"] is None


@pytest.mark.parametrize("break_", _BREAKS)
def test_threat_28_a_line_break_in_a_header_is_refused(break_: str) -> None:
    evil = f"a{break_}Bcc: evil@example.org"
    for changes in (
        {"subject": evil},
        {"sender": Address("ada@example.com", evil)},
        {"to": (Address("grace@example.com", evil),)},
        {"files": (File(evil, "text/plain", b""),)},
    ):
        with pytest.raises(InvalidInput):
            composed(letter(**changes))
    with pytest.raises(InvalidInput):
        recipients.parsed(f"Ada{break_}Bcc: x <evil@example.org>")
    with pytest.raises(InvalidInput):
        recipients.parsed(f"ada@example.com{break_}Bcc:evil@example.org")


@given(st.text(max_size=80), st.text(max_size=80), st.text(max_size=80), st.text(max_size=80))
def test_threat_28_whatever_is_typed_makes_no_header(subject: str, name: str, file_name: str, to: str) -> None:
    try:
        people = recipients.parsed(to)
        files = (File(file_name, "text/plain", b"x"),)
        raw = composed(letter(subject=subject, sender=Address("ada@example.com", name), cc=people, files=files))
    except InvalidInput:
        return
    made = message_from_bytes(raw, policy=policy.SMTP)
    assert set(made.keys()) <= _HEADERS
    assert len(made.keys()) == len(set(made.keys()))
    assert [part.get_content_type() for part in made.walk()] == [
        "multipart/mixed", "multipart/alternative", "text/plain", "text/html", "text/plain"
    ]  # fmt: skip


def test_an_empty_line_stays_one_at_the_recipient() -> None:
    made = parsed(composed(letter(html="<p>Good morning</p><p></p><p>Ada</p><ul><li><p>one</p></li></ul>")))
    text = made.get_body(("plain",)).get_content()  # pyright: ignore[reportOptionalMemberAccess]
    assert text.splitlines() == ["Good morning", "", "Ada", "- one"]
    html = made.get_body(("html",)).get_content()  # pyright: ignore[reportOptionalMemberAccess]
    assert '<p style="margin:0">Good morning</p><p style="margin:0"><br></p>' in html
