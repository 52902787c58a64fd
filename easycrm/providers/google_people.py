"""Reading a Google account's contacts: all of them, then what changed, by the sync tokens of the People API."""

from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import urlencode

from easycrm.providers import google_api, http
from easycrm.providers.base import TokenSource
from easycrm.providers.contacts import ContactPage, FetchedContact
from easycrm.providers.errors import CursorExpired, ProviderError, ProviderMisconfigured, ProviderUnavailable

URL = "https://people.googleapis.com/v1/people/me/connections"
PAGE = 1000
_ASKED = {
    "personFields": "names,emailAddresses,phoneNumbers,organizations,metadata",
    "pageSize": str(PAGE),
    "requestSyncToken": "true",
}
_MASK = (
    "nextPageToken,nextSyncToken,connections(resourceName,metadata(deleted,previousResourceNames),"
    "names(displayName,unstructuredName,metadata/primary),emailAddresses(value),phoneNumbers(value),"
    "organizations(name,title,metadata/primary))"
)
Json = dict[str, Any]


async def contacts(access: TokenSource, cursor: str) -> AsyncIterator[ContactPage]:
    """Every contact without a cursor, else what changed; an expired cursor begins anew with everything.

    Source: https://developers.google.com/people/api/rest/v1/people.connections/list
    """
    try:
        async for page in _pages(access, cursor):
            yield page
    except CursorExpired:
        async for page in _pages(access, ""):
            yield page


async def _pages(access: TokenSource, cursor: str) -> AsyncIterator[ContactPage]:
    page = ""
    while True:
        more = {name: value for name, value in (("syncToken", cursor), ("pageToken", page)) if value}
        body = await _get(access, {**_ASKED, **more, "fields": _MASK})
        found = tuple(one for person in body.get("connections", []) for one in _decoded(person))
        page = str(body.get("nextPageToken") or "")
        following = "" if page else str(body.get("nextSyncToken") or "")
        if not page and not following:
            raise ProviderUnavailable(code="no_sync_token")
        yield ContactPage(found, following, whole=not cursor)
        if not page:
            return


async def _get(access: TokenSource, query: dict[str, str]) -> Json:
    response = await http.authorized("GET", f"{URL}?{urlencode(query)}", access)
    if response.status_code == 200:
        return http.as_object(response)
    error = google_api.failure(response.status_code, response.content, response.headers)
    raise _meant(error, response.status_code)


def _meant(error: ProviderError, status: int) -> ProviderError:
    """What Gmail's error means for contacts."""
    if error.code == "EXPIRED_SYNC_TOKEN" or (status == 410 and error.code):
        return CursorExpired("contacts", code=error.code)
    if isinstance(error, ProviderMisconfigured):
        return ProviderMisconfigured(code="contactsNotConfigured")
    return error


def _decoded(person: Json) -> list[FetchedContact]:
    """The contact, and the removal of those that were merged into it."""
    ident, told = str(person["resourceName"]), _object(person, "metadata")
    merged = [FetchedContact(str(old), removed=True) for old in told.get("previousResourceNames", []) if old != ident]
    if told.get("deleted"):
        return [*merged, FetchedContact(ident, removed=True)]
    name, work = _primary(person.get("names")), _primary(person.get("organizations"))
    return [
        *merged,
        FetchedContact(
            ident,
            str(name.get("displayName") or name.get("unstructuredName") or ""),
            _values(person.get("emailAddresses")),
            _values(person.get("phoneNumbers")),
            str(work.get("name") or ""),
            str(work.get("title") or ""),
        ),
    ]


def _primary(entries: list[Json] | None) -> Json:
    """The entry that is marked as the one that counts, else the first."""
    some = entries or [{}]
    return next((one for one in some if _object(one, "metadata").get("primary")), some[0])


def _values(entries: list[Json] | None) -> tuple[str, ...]:
    return tuple(str(one["value"]) for one in entries or [] if one.get("value"))


def _object(entry: Json, name: str) -> Json:
    return entry.get(name) or {}
