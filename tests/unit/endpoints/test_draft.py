"""What the writing page keeps over HTTP: one's own drafts only, from our own pages only, in words when it cannot."""

from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from easycrm.core import wording
from easycrm.mail import draft, draft_files
from tests.unit.endpoints.test_attachment_upload import pieces, sign_up

FIELDS: dict[str, Any] = {"connection_id": None, "to": "", "cc": "", "bcc": "", "subject": "", "html": ""}
HUGE = 10**30


def typed(version: int, **changes: Any) -> dict[str, Any]:
    return {"version": version, "fields": FIELDS | changes}


async def test_what_is_typed_is_kept_and_a_stale_tab_is_told(browser: httpx.AsyncClient) -> None:
    user_id, mine = sign_up("ada")
    ident = draft.begin(user_id)
    first = await browser.put(f"/mail/draft/{ident}", headers=mine, json=typed(1, subject="One", html="<p>Hi</p>"))
    assert (first.status_code, first.json()) == (200, {"version": 2})
    stale = await browser.put(f"/mail/draft/{ident}", headers=mine, json=typed(1, subject="Two"))
    assert (stale.status_code, stale.json()) == (409, {"error": wording.writing.DRAFT_CHANGED})
    apart = await browser.post(f"/mail/draft/{ident}/apart", headers=mine, json=typed(1, subject="Two"))
    assert draft.opened(user_id, apart.json()["id"]).fields.subject == "Two"
    assert draft.opened(user_id, ident).fields.subject == "One"


@pytest.mark.parametrize(
    "content", [b"", b"{", b"[]", b'{"version": 1}', b'{"version": "x", "fields": {}}', b'{"a":"\\ud800"}']
)
async def test_what_is_no_draft_is_refused_in_words(browser: httpx.AsyncClient, content: bytes) -> None:
    user_id, mine = sign_up("ada")
    ident = draft.begin(user_id)
    answer = await browser.put(f"/mail/draft/{ident}", headers=mine, content=content)
    assert (answer.status_code, list(answer.json())) == (400, ["error"])


async def test_a_body_without_end_is_not_read(browser: httpx.AsyncClient) -> None:
    user_id, mine = sign_up("ada")
    read = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal read
        while True:
            read += 1
            yield b" " * 100_000

    answer = await browser.put(f"/mail/draft/{draft.begin(user_id)}", headers=mine, content=endless())
    assert (answer.status_code, answer.json()) == (413, {"error": wording.writing.TEXT_TOO_LONG})
    assert read < 100


async def test_files_and_the_quotation_are_taken_out(browser: httpx.AsyncClient) -> None:
    user_id, mine = sign_up("ada")
    ident = draft.begin(user_id)
    file = await draft_files.attach(user_id, ident, "a.bin", "x/y", pieces(1000))
    assert (await browser.delete(f"/mail/draft/{ident}/files/{file.id}", headers=mine)).status_code == 200
    assert (await browser.delete(f"/mail/draft/{ident}/quotation", headers=mine)).status_code == 200
    assert draft.opened(user_id, ident).files == ()


async def test_threat_23_a_strangers_draft_and_files_are_not_found(browser: httpx.AsyncClient) -> None:
    ada, _ = sign_up("ada")
    _, mallorys = sign_up("mallory")
    ident = draft.begin(ada)
    draft.save(ada, ident, 1, draft.DraftFields(None, "", "", "", "Ada's", ""))
    file = await draft_files.attach(ada, ident, "a.bin", "x/y", pieces(1000))
    for there in (ident, HUGE):
        asked = [
            await browser.put(f"/mail/draft/{there}", headers=mallorys, json=typed(2)),
            await browser.delete(f"/mail/draft/{there}/quotation", headers=mallorys),
            await browser.delete(f"/mail/draft/{there}/files/{file.id}", headers=mallorys),
            await browser.delete(f"/mail/draft/{there}/files/{HUGE}", headers=mallorys),
        ]
        assert [answer.status_code for answer in asked] == [404] * 4
    kept = draft.opened(ada, ident)
    assert (kept.fields.subject, kept.files) == ("Ada's", (file,))


async def test_nobody_writes_without_a_session_or_from_a_foreign_page(browser: httpx.AsyncClient) -> None:
    user_id, mine = sign_up("ada")
    ident = draft.begin(user_id)
    asked = [("PUT", f"/mail/draft/{ident}"), ("POST", f"/mail/draft/{ident}/apart"), ("GET", "/mail/people?q=a")]
    asked += [("DELETE", f"/mail/draft/{ident}/files/1"), ("DELETE", f"/mail/draft/{ident}/quotation")]
    for method, path in asked:
        assert (await browser.request(method, path, json=typed(1))).status_code == 401
        foreign = {**mine, "Origin": "https://evil.example"}
        if method != "GET":
            assert (await browser.request(method, path, headers=foreign, json=typed(1))).status_code == 403
    assert draft.opened(user_id, ident).version == 1
