"""Downloads about people, and what a link that works once answers: each to whom it may, and nothing else."""

import io
import json
import zipfile
from collections.abc import AsyncIterator

import httpx
import pytest
from sqlalchemy import Engine
from starlette.applications import Starlette

from easycrm.core import wording
from easycrm.core.clock import now
from easycrm.core.db import transaction
from easycrm.endpoints.app import around
from easycrm.mail.connection import Connection, Status
from easycrm.mail.folder import MailFolder
from easycrm.mail.message import Message, MessageBody
from easycrm.mail.message_rows import compressed
from easycrm.mail.outbox_message import OutboxChunk, OutboxFile, OutboxMessage
from easycrm.mail.sync_run import SyncRun
from easycrm.mail.trusted_sender import TrustedSender
from easycrm.people import access_links, accounts, sessions

PASSWORD = "correct horse battery"
OURS = {"Origin": "http://localhost:3000"}


@pytest.fixture
async def browser(database: Engine) -> AsyncIterator[httpx.AsyncClient]:
    """A browser that is signed in as nobody."""
    del database
    transport = httpx.ASGITransport(around(Starlette()))
    async with httpx.AsyncClient(transport=transport, base_url="http://localhost:3000") as client:
        yield client


@pytest.fixture
def ids(database: Engine) -> dict[str, int]:
    """Ada, who has one message of mail, and Grace, who is an admin."""
    del database
    ada = accounts.create(email="ada@example.com", password=PASSWORD)
    with transaction() as session:
        session.add(
            Connection(
                id=1, user_id=ada, provider="google", subject="1", address="ada@example.org",
                status=Status.NOT_CONNECTED, signature="canary-signature",
            )
        )  # fmt: skip
        session.flush()
        session.add(
            Message(
                id=1, connection_id=1, thread_id=1, generation=1, provider_message_id="1", received_at=now(),
                sort_key=1, subject="canary-subject", sender_email="alan@example.org",
            )
        )  # fmt: skip
        session.add(MailFolder(connection_id=1, provider_folder_id="L1", name="canary-folder", excluded=True))
        session.add(SyncRun(connection_id=1, generation=1, kind="failed", error="canary-error"))
        session.add(MessageBody(message_id=1, text=compressed("canary-text")))
        session.add(TrustedSender(user_id=ada, email="canary-trusted@example.org"))
        session.add(OutboxMessage(id=1, user_id=ada, key="1", subject="canary-draft"))
        session.flush()
        session.add(OutboxFile(id=7, outbox_id=1, file_name="../Plan 1.txt", size=12, complete=True))
        session.flush()
        session.add_all(OutboxChunk(file_id=7, data=data) for data in (b"canary-", b"file"))
    return {"ada": ada, "grace": accounts.create(email="grace@example.com", role="admin", password=PASSWORD)}


def cookie(name: str) -> dict[str, str]:
    value = sessions.sign_in(f"{name}@example.com", PASSWORD, client="")
    return {"Cookie": f"{sessions.cookie_name()}={value}"}


def opened(answer: httpx.Response) -> dict[str, str]:
    """Names and texts of a ZIP file."""
    assert answer.headers["content-type"] == "application/zip"
    assert answer.headers["cache-control"] == "private, no-store"
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        assert archive.testzip() is None
        return {name: archive.read(name).decode() for name in archive.namelist()}


async def test_people_download_everything_about_themselves(browser: httpx.AsyncClient, ids: dict[str, int]) -> None:
    files = opened(await browser.get("/account/export", headers=cookie("ada")))

    assert json.loads(files["profile.json"])[0]["email"] == "ada@example.com"
    assert json.loads(files["mailboxes.json"])[0]["address"] == "ada@example.org"
    assert json.loads(files["trusted_senders.json"])[0]["email"] == "canary-trusted@example.org"
    assert json.loads(files["folders.json"]) == [
        {"mailbox": "ada@example.org", "name": "canary-folder", "kind": "user", "excluded": True}
    ]
    assert json.loads(files["syncs.json"])[0]["error"] == "canary-error"
    assert json.loads(files["written.json"])[0]["subject"] == "canary-draft"
    assert files["files/7-.._Plan_1.txt"] == "canary-file"
    assert "canary-subject" in files["mail/1-ada@example.org.mbox"]
    assert {"user.created", "data.exported"} <= {json.loads(one)["event"] for one in files["audit.jsonl"].splitlines()}
    assert "argon2" not in str(files)
    assert "grace" not in str(files)
    del ids


async def test_an_admin_gets_no_mail_of_others(browser: httpx.AsyncClient, ids: dict[str, int]) -> None:
    files = opened(await browser.get(f"/admin/users/{ids['ada']}/export", headers=cookie("grace")))

    assert set(files) == {"README.txt", "profile.json", "sessions.json", "mailboxes.json", "audit.jsonl"}
    assert "canary" not in str(files)
    assert wording.people.EXPORT_BY_ADMIN in files["README.txt"]


@pytest.mark.parametrize("path", ["/admin/users/1/export", "/admin/audit/export.csv", "/admin/audit/export.jsonl"])
async def test_threat_23_members_get_nothing_that_is_for_admins(
    browser: httpx.AsyncClient, ids: dict[str, int], path: str
) -> None:
    del ids
    assert (await browser.get(path, headers=cookie("ada"))).status_code == 404
    assert (await browser.get(path)).status_code == 401
    assert (await browser.get(path, headers=cookie("grace"))).status_code == 200
    assert (await browser.get("/account/export")).status_code == 401
    assert (await browser.get("/admin/users/999/export", headers=cookie("grace"))).status_code == 404
    assert (await browser.get("/admin/audit/export.exe", headers=cookie("grace"))).status_code == 404


async def test_the_audit_export_takes_the_pages_filter(browser: httpx.AsyncClient, ids: dict[str, int]) -> None:
    headers = cookie("grace")
    lines = (await browser.get("/admin/audit/export.jsonl?kind=sessions", headers=headers)).text.splitlines()
    assert {json.loads(line)["event"] for line in lines} == {"session.signed_in"}
    everything = (await browser.get("/admin/audit/export.csv", headers=headers)).text
    assert "audit.exported" in everything
    assert PASSWORD not in everything
    del ids


async def test_a_link_that_works_once_makes_an_account_over_http(
    browser: httpx.AsyncClient, ids: dict[str, int]
) -> None:
    token = access_links.invite(ids["grace"], "alan@example.com", "member").partition("#token=")[2]
    looked = await browser.post("/auth/link", json={"token": token}, headers=OURS)
    assert looked.json() == {"email": "alan@example.com", "name": "", "invitation": True}

    wrong = await browser.post("/auth/link/use", json={"token": token, "name": "A", "password": "short"}, headers=OURS)
    assert (wrong.status_code, wrong.json()["field"]) == (400, "password")
    used = await browser.post("/auth/link/use", json={"token": token, "name": "A", "password": PASSWORD}, headers=OURS)

    assert used.json() == {"to": "/mailbox"}
    assert "HttpOnly" in used.headers["set-cookie"]
    again = await browser.post("/auth/link", json={"token": token}, headers=OURS)
    assert (again.status_code, again.json()["error"]) == (404, wording.people.LINK_OVER)


@pytest.mark.parametrize("body", [b"", b"[]", b"{", b'{"token": 5}', b'{"token": null}', b"x" * 20_000, b"\xff\xfe"])
async def test_threat_8_odd_bodies_get_a_sentence(browser: httpx.AsyncClient, ids: dict[str, int], body: bytes) -> None:
    del ids
    for path, status in (("/auth/link", 404), ("/auth/link/use", 400)):
        answer = await browser.post(path, content=body, headers=OURS)
        assert (answer.status_code, answer.json()["error"]) == (status, wording.people.LINK_OVER)


async def test_threat_24_a_link_is_not_used_from_a_foreign_page(
    browser: httpx.AsyncClient, ids: dict[str, int]
) -> None:
    token = access_links.invite(ids["grace"], "alan@example.com", "member").partition("#token=")[2]
    foreign = {"Origin": "https://example.org"}
    body = {"token": token, "name": "A", "password": PASSWORD}
    assert (await browser.post("/auth/link/use", json=body, headers=foreign)).status_code == 403
    assert access_links.look(token).email == "alan@example.com"
