"""Attachments and originals over HTTP: always a file or inert text, whatever the sender made them."""

from collections.abc import AsyncIterator

import httpx
import pytest
from sqlmodel import select
from starlette.applications import Starlette

from easycrm.core import wording
from easycrm.core.db import reading, transaction
from easycrm.endpoints.app import around
from easycrm.mail import attachments
from easycrm.mail.message import Attachment, Message
from easycrm.people import sessions
from tests.connected import Mailbox, prepare
from tests.letters import letter
from tests.simulator_process import Simulator

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)
EMAIL = "box@example.org"
FILES = (
    ("page.html", "text/html", b"<script>alert(1)</script>"),
    ("drawing.svg", "image/svg+xml", b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>"),
    ("invite.ics", "text/calendar", b"BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n"),
    ('"><img src=x onerror=alert(1)>.pdf', "application/pdf", b"%PDF-1.4"),
)


@pytest.fixture(params=["google", "microsoft"])
async def mailbox(request: pytest.FixtureRequest, simulator: Simulator, database: object) -> Mailbox:
    """A mailbox of each provider in turn, with one message that has dangerous files."""
    del database
    simulator.post("people", provider=request.param, email=EMAIL, name="Box")
    simulator.post("deliver", email=EMAIL, raw=letter(files=FILES, text="<script>alert(1)</script>"))
    made = prepare(simulator, request.param, EMAIL)
    await made.connect()
    await made.sync()
    return made


@pytest.fixture
async def browser(mailbox: Mailbox) -> AsyncIterator[httpx.AsyncClient]:
    """A browser in which the mailbox's owner is signed in."""
    with transaction() as session:
        cookie = sessions.start(session, mailbox.user_id)
    transport = httpx.ASGITransport(around(Starlette()))
    headers = {"Cookie": f"{sessions.cookie_name()}={cookie}"}
    async with httpx.AsyncClient(transport=transport, base_url="http://localhost:3000", headers=headers) as client:
        yield client


def message_of(mailbox: Mailbox) -> Message:
    [message] = mailbox.stored().values()
    return message


async def test_threat_26_every_attachment_downloads_and_none_is_a_page(
    mailbox: Mailbox, browser: httpx.AsyncClient
) -> None:
    ident = message_of(mailbox).id or 0
    await attachments.ensure_listed(mailbox.user_id, ident)
    with reading() as session:
        ids = session.exec(select(Attachment.id).where(Attachment.message_id == ident)).all()
    found = [await browser.get(f"/mail/attachment/{one}") for one in ids]

    assert [answer.content for answer in found] == [data for _, _, data in FILES]
    for answer in found:
        assert answer.headers["content-type"] == "application/octet-stream"
        assert answer.headers["content-disposition"].startswith("attachment; ")
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["content-security-policy"] == "default-src 'none'; frame-ancestors 'none'; sandbox"
        assert answer.headers["cache-control"] == "private, no-store"
    assert found[1].headers["content-disposition"].endswith("filename*=UTF-8''drawing.svg")
    assert "<" not in found[3].headers["content-disposition"]


async def test_threat_26_the_original_is_inert_text_or_a_file(mailbox: Mailbox, browser: httpx.AsyncClient) -> None:
    ident = message_of(mailbox).id
    shown = await browser.get(f"/mail/original/{ident}")
    saved = await browser.get(f"/mail/original/{ident}?download=1")

    assert shown.headers["content-type"] == "text/plain; charset=utf-8"
    assert shown.headers["x-content-type-options"] == "nosniff"
    assert "sandbox" in shown.headers["content-security-policy"]
    assert "Subject: Figures" in shown.text
    assert saved.headers["content-disposition"].startswith('attachment; filename="Figures.eml"')
    assert saved.content.decode() == shown.text


async def test_a_huge_original_is_shown_in_part(mailbox: Mailbox, browser: httpx.AsyncClient) -> None:
    mailbox.simulator.post("deliver", email=EMAIL, raw=letter(subject="Huge", text="many words\n" * 150_000))
    await mailbox.sync()
    ident = next(one.id for one in mailbox.stored().values() if one.subject == "Huge")
    shown = await browser.get(f"/mail/original/{ident}")
    assert shown.text.endswith(f"[{wording.reading.ORIGINAL_CUT}]")
    assert len(shown.content) < 1_100_000


async def test_whatever_fails_is_said_on_a_page(mailbox: Mailbox, browser: httpx.AsyncClient) -> None:
    message = message_of(mailbox)
    mailbox.simulator.post("faults", match="messages", kind="status", status=503, times=20)
    later = await browser.get(f"/mail/original/{message.id}")
    mailbox.simulator.post("faults/clear")
    mailbox.simulator.post("message", email=EMAIL, id=message.provider_message_id, action="delete")
    gone = await browser.get(f"/mail/original/{message.id}")

    assert (later.status_code, gone.status_code) == (503, 410)
    assert wording.reading.NOT_NOW in later.text
    assert wording.reading.GONE in gone.text
