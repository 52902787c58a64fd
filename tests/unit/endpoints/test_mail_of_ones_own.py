"""Frame, attachments, originals and export: one's own mail, under headers of its own, and nobody else's."""

import httpx
import pytest
from sqlalchemy import Engine

from easycrm.core import wording
from easycrm.core.clock import now
from easycrm.core.db import transaction
from easycrm.mail.connection import Connection, Status
from easycrm.mail.message import Attachment, Message, MessageBody
from easycrm.mail.message_rows import compressed
from easycrm.people import sessions
from easycrm.people.user import User

HTML = '<p onclick="a()">Hello</p><img src="https://e.example.org/p.png"><script>a()</script>'
OWN = ["/mail/frame/1", "/mail/export/1"]
FETCHED = ["/mail/attachment/1", "/mail/original/1", "/mail/original/1?download=1"]


@pytest.fixture
def cookies(database: Engine) -> dict[str, str]:
    """Cookie values of Ada, who has a disconnected mailbox with one message, and of Mallory, who has none."""
    del database
    with transaction() as session:
        ada, mallory = (User(email=f"{one}@example.com", password_hash="unused") for one in ("ada", "mallory"))
        session.add_all([ada, mallory])
        session.flush()
        connection = Connection(
            id=1, user_id=ada.id or 0, provider="google", subject="1", address="ada@example.com",
            status=Status.NOT_CONNECTED,
        )  # fmt: skip
        session.add(connection)
        session.flush()
        session.add(
            Message(
                id=1, connection_id=1, thread_id=1, generation=1, provider_message_id="1", received_at=now(),
                sort_key=1, subject="Figures", sender_email="grace@example.org",
            )
        )  # fmt: skip
        session.add(MessageBody(message_id=1, html=compressed(HTML)))
        session.add(Attachment(id=1, message_id=1, provider_part_id="1", file_name="a.pdf"))
        return {"ada": sessions.start(session, ada.id or 0), "mallory": sessions.start(session, mallory.id or 0)}


async def get(browser: httpx.AsyncClient, path: str, cookie: str) -> httpx.Response:
    return await browser.get(path, headers={"Cookie": f"{sessions.cookie_name()}={cookie}"})


@pytest.mark.parametrize("path", OWN)
async def test_threat_23_another_users_mail_does_not_exist(
    browser: httpx.AsyncClient, cookies: dict[str, str], path: str
) -> None:
    assert (await get(browser, path, cookies["ada"])).status_code == 200
    assert (await get(browser, path, cookies["mallory"])).status_code == 404
    assert (await get(browser, path.replace("1", "99999"), cookies["ada"])).status_code == 404


@pytest.mark.parametrize("path", FETCHED)
async def test_threat_23_what_is_in_another_users_mailbox_does_not_exist(
    browser: httpx.AsyncClient, cookies: dict[str, str], path: str
) -> None:
    # Ada's mailbox is not connected: she is told so, and nobody else learns even that.
    own = await get(browser, path, cookies["ada"])
    assert own.status_code == 409
    assert wording.reading.STILL_IN_YOUR_MAILBOX in own.text
    assert 'href="/settings/email"' in own.text
    assert (await get(browser, path, cookies["mallory"])).status_code == 404
    assert (await get(browser, path.replace("1", "99999", 1), cookies["ada"])).status_code == 404


@pytest.mark.parametrize("path", [*OWN, *FETCHED])
async def test_nobody_reads_mail_without_a_session(browser: httpx.AsyncClient, path: str) -> None:
    assert (await browser.get(path)).status_code == 401


async def test_threat_25_the_frame_has_a_policy_of_its_own(browser: httpx.AsyncClient, cookies: dict[str, str]) -> None:
    answer = await get(browser, "/mail/frame/1", cookies["ada"])
    policy = {part.strip() for part in answer.headers["content-security-policy"].split(";")}
    assert policy == {
        "default-src 'none'",
        "style-src 'unsafe-inline'",
        "img-src data:",
        "frame-ancestors 'self'",
        "sandbox allow-popups allow-popups-to-escape-sandbox",
    }
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert answer.headers["cache-control"] == "private, no-store"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "Hello" in answer.text
    assert "script" not in answer.text
    assert "onclick" not in answer.text


async def test_threat_27_remote_images_come_only_when_asked_for(
    browser: httpx.AsyncClient, cookies: dict[str, str]
) -> None:
    assert "e.example.org" not in (await get(browser, "/mail/frame/1", cookies["ada"])).text
    asked = await get(browser, "/mail/frame/1?images=1", cookies["ada"])
    assert "https://e.example.org/p.png" in asked.text
    assert "img-src data: https: http:" in asked.headers["content-security-policy"]


async def test_an_export_is_a_download_and_nothing_else(browser: httpx.AsyncClient, cookies: dict[str, str]) -> None:
    answer = await get(browser, "/mail/export/1", cookies["ada"])
    assert answer.headers["content-disposition"] == 'attachment; filename="ada@example.com.mbox"'
    assert answer.headers["content-type"] == "application/mbox"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["cache-control"] == "private, no-store"
    assert answer.text.startswith("From grace@example.org ")
