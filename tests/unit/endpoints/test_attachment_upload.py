"""Uploading a file for a draft: streamed, one's own draft only, from our own pages only."""

from collections.abc import AsyncIterator

import httpx
import pytest

from easycrm.core.db import transaction
from easycrm.mail import draft, draft_files
from easycrm.people import sessions
from easycrm.people.user import User


def sign_up(name: str) -> tuple[int, dict[str, str]]:
    """A user and the headers of that user's browser."""
    with transaction() as session:
        user = User(email=f"{name}@example.com", password_hash="unused")
        session.add(user)
        session.flush()
        cookie = sessions.start(session, user.id or 0)
    return user.id or 0, {"Cookie": f"{sessions.cookie_name()}={cookie}"}


async def pieces(size: int) -> AsyncIterator[bytes]:
    for _ in range(size // 1000):
        yield b"x" * 1000


async def test_a_file_is_stored_under_its_own_name(browser: httpx.AsyncClient) -> None:
    user_id, mine = sign_up("ada")
    ident = draft.begin(user_id)
    told = {**mine, "X-File-Name": "%C3%A9t%C3%A9.pdf", "Content-Type": "application/pdf"}
    answer = await browser.post(f"/mail/draft/{ident}/files", headers=told, content=pieces(700_000))
    assert answer.status_code == 200
    (file,) = draft.opened(user_id, ident).files
    assert answer.json() == {"id": file.id, "name": "été.pdf", "size": 700_000}
    assert (file.file_name, file.media_type, file.size) == ("été.pdf", "application/pdf", 700_000)


async def test_what_is_too_large_is_refused_in_words(
    browser: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(draft_files, "LARGEST_BYTES", 5000)
    user_id, mine = sign_up("ada")
    ident = draft.begin(user_id)
    answer = await browser.post(
        f"/mail/draft/{ident}/files", headers={**mine, "X-File-Name": "a.bin"}, content=pieces(9000)
    )
    assert (answer.status_code, "MB" in answer.json()["error"]) == (400, True)
    assert draft.opened(user_id, ident).files == ()


@pytest.mark.parametrize("name", ["", "a%0D%0AX-Evil:%201", "a%00b"])
async def test_threat_28_a_name_with_a_line_break_is_refused(browser: httpx.AsyncClient, name: str) -> None:
    user_id, mine = sign_up("ada")
    ident = draft.begin(user_id)
    answer = await browser.post(f"/mail/draft/{ident}/files", headers={**mine, "X-File-Name": name}, content=b"x")
    assert answer.status_code == 400
    assert draft.opened(user_id, ident).files == ()


async def test_threat_23_nobody_adds_a_file_to_a_strangers_draft(browser: httpx.AsyncClient) -> None:
    user_id, _ = sign_up("ada")
    _, theirs = sign_up("mallory")
    ident = draft.begin(user_id)
    told = {"X-File-Name": "a.bin"}
    path = f"/mail/draft/{ident}/files"
    assert (await browser.post(path, headers={**theirs, **told}, content=b"x")).status_code == 404
    assert (await browser.post(path, headers=told, content=b"x")).status_code == 401
    assert draft.opened(user_id, ident).files == ()


async def test_threat_24_a_foreign_page_uploads_nothing(browser: httpx.AsyncClient) -> None:
    user_id, mine = sign_up("ada")
    ident = draft.begin(user_id)
    foreign = {**mine, "X-File-Name": "a.bin", "Origin": "https://evil.example.org"}
    assert (await browser.post(f"/mail/draft/{ident}/files", headers=foreign, content=b"x")).status_code == 403
    assert draft.opened(user_id, ident).files == ()
