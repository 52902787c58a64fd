"""What address books answer, and what is made of it."""

import pytest

from easycrm.providers.contacts import ContactPage, FetchedContact
from easycrm.providers.errors import (
    MessageGone,
    PermissionMissing,
    ProviderError,
    ProviderMisconfigured,
    ProviderUnavailable,
    RateLimited,
)
from easycrm.providers.fixed_token import FixedToken
from easycrm.providers.registry import PROVIDERS
from tests.unit.providers.conftest import Host

PEOPLE = "people.googleapis.com/v1/people/me/connections"
GRAPH = "graph.microsoft.com/v1.0/me"
LINK = "https://graph.microsoft.com/v1.0/me"


async def pages(provider: str, cursor: str = "") -> list[ContactPage]:
    return [page async for page in PROVIDERS[provider].contacts(FixedToken("token"), cursor)]


def error(status: int, reason: str) -> dict[str, object]:
    kind = "type.googleapis.com/google.rpc.ErrorInfo"
    return {
        "error": {"code": status, "message": "words", "status": "X", "details": [{"@type": kind, "reason": reason}]}
    }


async def test_a_google_contact_is_read_with_its_primary_name_and_work(host: Host) -> None:
    person = {
        "resourceName": "people/c1",
        "names": [{"displayName": "Other"}, {"displayName": "Ada", "metadata": {"primary": True}}],
        "organizations": [{"title": "Engineer"}],
        "emailAddresses": [{"value": "a@example.com"}, {"type": "home"}, {"value": "b@example.com"}],
        "phoneNumbers": [{"value": "+1 555 0100"}],
    }
    host.answer(PEOPLE, {"connections": [person, {"resourceName": "people/c2"}], "nextSyncToken": "s"})

    (page,) = await pages("google")

    ada = FetchedContact("people/c1", "Ada", ("a@example.com", "b@example.com"), ("+1 555 0100",), "", "Engineer")
    assert page == ContactPage((ada, FetchedContact("people/c2")), "s", whole=True)


async def test_contacts_that_google_merged_or_deleted_are_removed(host: Host) -> None:
    merged = {"resourceName": "people/c1", "metadata": {"previousResourceNames": ["people/c0", "people/c1"]}}
    deleted = {"resourceName": "people/c2", "metadata": {"deleted": True}}
    host.answer(PEOPLE, {"connections": [merged, deleted], "nextSyncToken": "s"})

    (page,) = await pages("google", "before")

    assert [(one.provider_contact_id, one.removed) for one in page.contacts] == [
        ("people/c0", True),
        ("people/c1", False),
        ("people/c2", True),
    ]
    assert not page.whole


@pytest.mark.parametrize("status", [400, 410])
async def test_googles_expired_cursor_begins_anew_with_everything(host: Host, status: int) -> None:
    host.answer(PEOPLE, error(status, "EXPIRED_SYNC_TOKEN"), status)
    host.answer(PEOPLE, {"nextSyncToken": "new"})

    assert await pages("google", "old") == [ContactPage((), "new", whole=True)]
    assert ["syncToken=old" in path for path, _, _ in host.asked] == [True, False]


@pytest.mark.parametrize(
    ("status", "reason", "kind"),
    [
        (403, "SERVICE_DISABLED", ProviderMisconfigured),
        (403, "ACCESS_TOKEN_SCOPE_INSUFFICIENT", PermissionMissing),
        (429, "RATE_LIMIT_EXCEEDED", RateLimited),
        (503, "", ProviderUnavailable),
    ],
)
async def test_googles_reason_decides(host: Host, status: int, reason: str, kind: type[ProviderError]) -> None:
    host.answer(PEOPLE, error(status, reason), status)

    with pytest.raises(ProviderError) as caught:
        await pages("google")

    assert type(caught.value) is kind


@pytest.mark.parametrize("body", [{}, {"connections": [{}]}, {"connections": [3]}, {"connections": []}, []])
async def test_threat_40_an_answer_that_makes_no_sense_deletes_nothing(host: Host, body: object) -> None:
    host.answer(PEOPLE, body)

    with pytest.raises(ProviderUnavailable):
        await pages("google")


async def test_every_folder_of_microsofts_contacts_is_read(host: Host) -> None:
    contact = {
        "id": "1",
        "displayName": "Ada",
        "emailAddresses": [{"address": "a@example.com", "name": "Ada"}, {"name": "no address"}],
        "businessPhones": ["1"],
        "mobilePhone": "2",
        "homePhones": None,
        "companyName": None,
        "jobTitle": "Engineer",
    }
    host.answer(f"{GRAPH}/contactFolders", {"value": [{"id": "f"}]})
    host.answer(f"{GRAPH}/contactFolders/f/childFolders", {"value": []})
    host.answer(f"{GRAPH}/contacts/delta", {"value": [contact], "@odata.nextLink": f"{LINK}/contacts/more"})
    host.answer(f"{GRAPH}/contacts/more", {"value": [], "@odata.deltaLink": f"{LINK}/contacts/delta?d=1"})
    removed = {"id": "2", "@removed": {"reason": "deleted"}}
    host.answer(
        f"{GRAPH}/contactFolders/f/contacts/delta",
        {"value": [removed], "@odata.deltaLink": f"{LINK}/contactFolders/f/contacts/delta?d=2"},
    )

    read = await pages("microsoft")

    assert [one for page in read for one in page.contacts] == [
        FetchedContact("1", "Ada", ("a@example.com",), ("1", "2"), "", "Engineer", "default"),
        FetchedContact("2", folder="f", removed=True),
    ]
    assert all(page.whole for page in read)
    assert [bool(page.cursor) for page in read] == [False] * (len(read) - 1) + [True]
    assert read[-1].folders == {"default", "f"}
    again = await pages("microsoft", read[-1].cursor)
    assert not any(page.whole for page in again)
    assert sum("d=1" in path for path, _, _ in host.asked) == 1


async def test_an_expired_link_of_one_folder_begins_anew_with_all(host: Host) -> None:
    host.answer(f"{GRAPH}/contactFolders", {"value": []})
    host.answer(f"{GRAPH}/contacts/delta", {"value": [], "@odata.deltaLink": f"{LINK}/contacts/delta?d=1"})
    (read,) = (await pages("microsoft"))[-1:]
    host.answers.pop(f"{GRAPH}/contacts/delta")
    host.answer(f"{GRAPH}/contacts/delta", {"error": {"code": "syncStateNotFound"}}, 410)
    host.answer(f"{GRAPH}/contacts/delta", {"value": [], "@odata.deltaLink": f"{LINK}/contacts/delta?d=2"})

    again = await pages("microsoft", read.cursor)

    assert again[-1].whole
    assert "d=2" in again[-1].cursor


async def test_a_folder_deleted_while_it_is_read_is_not_among_those_that_there_are(host: Host) -> None:
    host.answer(f"{GRAPH}/contactFolders", {"value": [{"id": "f"}]})
    host.answer(f"{GRAPH}/contactFolders/f/childFolders", {"error": {"code": "ErrorItemNotFound"}}, 404)
    host.answer(f"{GRAPH}/contacts/delta", {"value": [], "@odata.deltaLink": f"{LINK}/contacts/delta?d=1"})
    host.answer(f"{GRAPH}/contactFolders/f/contacts/delta", {"error": {"code": "ErrorItemNotFound"}}, 404)

    read = await pages("microsoft")

    assert read[-1].folders == {"default"}


async def test_threat_40_a_proxys_404_deletes_no_folder(host: Host) -> None:
    host.answer(f"{GRAPH}/contactFolders", {"value": [{"id": "f"}]})
    host.answer(f"{GRAPH}/contactFolders/f/childFolders", {"value": []})
    host.answer(f"{GRAPH}/contacts/delta", {"value": [], "@odata.deltaLink": f"{LINK}/contacts/delta?d=1"})
    host.answer(f"{GRAPH}/contactFolders/f/contacts/delta", b"<html>", 404, "text/html")

    with pytest.raises(ProviderUnavailable):
        await pages("microsoft")


@pytest.mark.parametrize("missing", ["contacts/delta", "contactFolders"])
async def test_what_every_address_book_has_missing_is_no_empty_address_book(host: Host, missing: str) -> None:
    host.answer(f"{GRAPH}/{missing}", {"error": {"code": "ErrorItemNotFound"}}, 404)
    host.answer(f"{GRAPH}/contactFolders", {"value": []})
    host.answer(f"{GRAPH}/contacts/delta", {"value": [], "@odata.deltaLink": f"{LINK}/contacts/delta?d=1"})

    with pytest.raises(MessageGone):
        await pages("microsoft")
