"""Reading a Microsoft 365 account's contacts: a delta for each of its contact folders."""

from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any
from urllib.parse import quote

import orjson

from easycrm.providers import microsoft_graph
from easycrm.providers.base import TokenSource
from easycrm.providers.contacts import ContactPage, FetchedContact
from easycrm.providers.errors import CursorExpired, MessageGone

MOST_FOLDERS = 200
DEFAULT = "default"
_SELECT = "displayName,emailAddresses,businessPhones,mobilePhone,homePhones,companyName,jobTitle"
_ROOT = "/me/contactFolders?$select=id&$top=100"
Json = dict[str, Any]


async def contacts(access: TokenSource, cursor: str) -> AsyncIterator[ContactPage]:
    """Every contact without a cursor, else what changed; an expired cursor of any folder begins anew with everything.

    The cursor holds each folder's delta link. Source: https://learn.microsoft.com/graph/api/contact-delta
    """
    try:
        async for page in _pages(access, orjson.loads(cursor) if cursor else {}):
            yield page
    except CursorExpired:
        async for page in _pages(access, {}):
            yield page


async def _pages(access: TokenSource, before: dict[str, str]) -> AsyncIterator[ContactPage]:
    links: dict[str, str] = {}
    last = ContactPage((), whole=not before)
    for folder in [DEFAULT, *await _folders(access)]:
        link = before.get(folder) or _start(folder)
        while link:
            try:
                body = await microsoft_graph.get(access, link)
            except MessageGone:
                if folder == DEFAULT:
                    raise
                break  # the folder was deleted meanwhile: it is not among those that there are
            yield last
            found = tuple(_decoded(entry, folder) for entry in body.get("value", []))
            last = ContactPage(found, whole=not before)
            link = body.get("@odata.nextLink", "")
            if not link:
                links[folder] = str(body["@odata.deltaLink"])
    yield replace(last, cursor=orjson.dumps(links).decode(), folders=frozenset(links))


def _start(folder: str) -> str:
    place = "/me" if folder == DEFAULT else f"/me/contactFolders/{quote(folder)}"
    return f"{place}/contacts/delta?$select={_SELECT}"


async def _folders(access: TokenSource) -> list[str]:
    """Ids of the folders beside the default one, folders in folders too."""
    found: list[str] = []
    waiting = [_ROOT]
    while waiting and len(found) < MOST_FOLDERS:
        path = waiting.pop(0)
        try:
            body = await microsoft_graph.get(access, path)
        except MessageGone:
            if path == _ROOT:
                raise
            continue  # deleted meanwhile
        new = [str(entry["id"]) for entry in body.get("value", [])]
        found += new
        waiting += [f"/me/contactFolders/{quote(ident)}/childFolders?$select=id&$top=100" for ident in new]
        if following := body.get("@odata.nextLink"):
            waiting.append(following)
    return found[:MOST_FOLDERS]


def _decoded(entry: Json, folder: str) -> FetchedContact:
    if "@removed" in entry:
        return FetchedContact(str(entry["id"]), folder=folder, removed=True)
    numbers: list[Any] = [*_list(entry, "businessPhones"), entry.get("mobilePhone"), *_list(entry, "homePhones")]
    emails = [one.get("address") for one in _list(entry, "emailAddresses")]
    return FetchedContact(
        str(entry["id"]),
        str(entry.get("displayName") or ""),
        tuple(str(one) for one in emails if one),
        tuple(str(one) for one in numbers if one),
        str(entry.get("companyName") or ""),
        str(entry.get("jobTitle") or ""),
        folder,
    )


def _list(entry: Json, name: str) -> list[Any]:
    return entry.get(name) or []
