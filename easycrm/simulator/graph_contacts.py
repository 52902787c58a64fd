"""Microsoft Graph's contacts: of the default folder and of others, listed and told by delta."""

import base64
import re
from collections.abc import Callable
from typing import Any, cast
from urllib.parse import urlencode

import orjson
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from easycrm.simulator import oauth
from easycrm.simulator.address_book import AddressBook, Card
from easycrm.simulator.graph_message import Caller, folder_id
from easycrm.simulator.json_answer import answer
from easycrm.simulator.quota import graph_error, in_flight
from easycrm.simulator.world import Person, World

BASE = "https://graph.microsoft.com/v1.0"
_SCOPE = "https://graph.microsoft.com/contacts.read"
_PROPERTIES = frozenset((
    "id", "displayName", "givenName", "surname", "fileAs", "emailAddresses", "businessPhones", "homePhones",
    "mobilePhone", "companyName", "jobTitle", "department", "officeLocation", "parentFolderId", "changeKey",
    "createdDateTime", "lastModifiedDateTime", "categories", "personalNotes", "nickName", "title",
))  # fmt: skip
Json = dict[str, Any]


def contact_id(ident: str) -> str:
    """The immutable id under which Graph knows a card."""
    return f"AAkALgAAAAAAHYQDEapmEc2byACqAC-EWg0C{ident}AAA="


def folders(call: Caller, _path: dict[str, str]) -> Json:
    """Contact folders beside the default one."""
    keys = list(call.person.book.folders)
    top, skip = int(call.query.get("$top", "10")), int(call.query.get("$skip", "0"))
    body: Json = {
        "@odata.context": f"{BASE}/$metadata#users('me')/contactFolders",
        "value": [_folder(call.person, key) for key in keys[skip : skip + top]],
    }
    if skip + top < len(keys):
        more = urlencode({"$top": top, "$skip": skip + top})
        body["@odata.nextLink"] = f"{BASE}/me/contactFolders?{more}"
    return body


def child_folders(call: Caller, path: dict[str, str]) -> Json:
    """Folders below a contact folder: none in generated address books."""
    _key(call.person, path["folder"])
    return {"@odata.context": f"{BASE}/$metadata#users('me')/contactFolders('id')/childFolders", "value": []}


def _folder(person: Person, key: str) -> Json:
    parent = folder_id(person, "contacts-root")
    return {"id": _folder_id(person, key), "parentFolderId": parent, "displayName": person.book.folders[key]}


def _folder_id(person: Person, key: str) -> str:
    return folder_id(person, "contacts/" + key)


def _key(person: Person, ident: str) -> str:
    for key in ("", *person.book.folders):
        if ident == _folder_id(person, key):
            return key
    raise graph_error(404, "ErrorItemNotFound", "The specified object was not found in the store.")


def contacts(call: Caller, path: dict[str, str]) -> Json:
    """Contacts of one folder, in pages."""
    key = _key(call.person, path["folder"]) if "folder" in path else ""
    _check(call)
    cards = [card for card in call.person.book.cards.values() if card.folder == key]
    top, skip = min(int(call.query.get("$top", "10")), 1000), int(call.query.get("$skip", "0"))
    value = [_render(call.person, card, call.query.get("$select", "")) for card in cards[skip : skip + top]]
    body: Json = {"@odata.context": f"{BASE}/$metadata#users('me')/contacts", "value": value}
    if skip + top < len(cards):
        body["@odata.nextLink"] = f"{BASE}{_place(path)}?{urlencode({**call.query, '$skip': str(skip + top)})}"
    return body


def _place(path: dict[str, str]) -> str:
    return f"/me/contactFolders/{path['folder']}/contacts" if "folder" in path else "/me/contacts"


def delta(call: Caller, path: dict[str, str]) -> Json:
    """First the folder's contacts, then what changed since, under opaque links."""
    key = _key(call.person, path["folder"]) if "folder" in path else ""
    book, token = call.person.book, call.query.get("$skiptoken") or call.query.get("$deltatoken")
    if token is None:
        _check(call)
        return _first(call, path, key, {"select": call.query.get("$select", ""), "seq": book.seq, "skip": 0})
    state = _read(token)
    if state["seq"] < book.oldest_seq:
        raise graph_error(
            call.world.settings.cursor_gone_status, "syncStateNotFound", "The sync state generation is not found."
        )
    return _first(call, path, key, state) if "skip" in state else _changes(call, path, key, state)


def _first(call: Caller, path: dict[str, str], key: str, state: Json) -> Json:
    cards = [card for card in call.person.book.cards.values() if card.folder == key]
    size, skip = _page_size(call), state["skip"]
    body = _body([_render(call.person, card, state["select"]) for card in cards[skip : skip + size]])
    if skip + size < len(cards):
        return body | {"@odata.nextLink": _link(path, "$skiptoken", {**state, "skip": skip + size})}
    settled = {"seq": state["seq"], "select": state["select"]}
    return body | {"@odata.deltaLink": _link(path, "$deltatoken", settled)}


def _changes(call: Caller, path: dict[str, str], key: str, state: Json) -> Json:
    book, upto = call.person.book, state.get("upto", call.person.book.seq)
    told = book.touched(state["seq"], upto)
    ids = [ident for ident, log in told.items() if any(key in (one.before, one.after) for one in log)]
    size, offset = _page_size(call), state.get("offset", 0)
    body = _body([_entry(call.person, book, key, ident, state["select"]) for ident in ids[offset : offset + size]])
    if offset + size < len(ids):
        return body | {"@odata.nextLink": _link(path, "$deltatoken", {**state, "upto": upto, "offset": offset + size})}
    settled = {"seq": upto, "select": state["select"]}
    return body | {"@odata.deltaLink": _link(path, "$deltatoken", settled)}


def _entry(person: Person, book: AddressBook, key: str, ident: str, select: str) -> Json:
    card = book.cards.get(ident)
    if card is not None and card.folder == key:
        return _render(person, card, select)
    return {"id": contact_id(ident), "@removed": {"reason": "changed" if card is not None else "deleted"}}


def _body(value: list[Json]) -> Json:
    return {"@odata.context": f"{BASE}/$metadata#Collection(contact)", "value": value}


def _render(person: Person, card: Card, select: str) -> Json:
    given, _, family = card.name.partition(" ")
    body: Json = {
        "id": contact_id(card.id), "changeKey": "EQAAABYAAAA", "categories": list[str](),
        "createdDateTime": "2026-01-05T09:00:00Z", "lastModifiedDateTime": "2026-01-05T09:00:00Z",
        "parentFolderId": _folder_id(person, card.folder), "displayName": card.name or None, "fileAs": card.name,
        "givenName": given or None, "surname": family or None, "nickName": None, "title": None,
        "emailAddresses": [{"name": card.name or email, "address": email} for email in card.emails],
        "businessPhones": card.phones[:1], "homePhones": card.phones[2:],
        "mobilePhone": card.phones[1] if len(card.phones) > 1 else None,
        "companyName": card.company or None, "jobTitle": card.title or None, "department": None,
        "officeLocation": None, "personalNotes": "",
    }  # fmt: skip
    names = set(filter(None, select.split(",")))
    return {"@odata.etag": 'W/"EQAAABYAAAA"', **{k: v for k, v in body.items() if not names or k in names | {"id"}}}


def _check(call: Caller) -> None:
    for name in filter(None, call.query.get("$select", "").split(",")):
        if name not in _PROPERTIES:
            text = f"Could not find a property named '{name}' on type 'Microsoft.OutlookServices.Contact'."
            raise graph_error(400, "RequestBroker--ParseUri", text)


def _page_size(call: Caller) -> int:
    found = re.search(r"odata\.maxpagesize=(\d+)", call.prefer)
    return max(1, int(found[1])) if found else 10


def _link(path: dict[str, str], name: str, state: Json) -> str:
    token = base64.urlsafe_b64encode(orjson.dumps(state)).decode()
    return f"{BASE}{_place(path)}/delta?{name}={token}"


def _read(token: str) -> Json:
    try:
        return cast("Json", orjson.loads(base64.urlsafe_b64decode(token)))
    except ValueError:
        raise graph_error(400, "syncStateInvalid", "The sync state is invalid.") from None


def _caller(world: World, request: Request) -> Person:
    access = oauth.bearer(world, request)
    if access is None or access.grant.provider != "microsoft":
        raise graph_error(401, "InvalidAuthenticationToken", "Access token has expired or is not yet valid.")
    if _SCOPE not in {scope.lower() for scope in access.scopes}:
        raise graph_error(403, "ErrorAccessDenied", "Access is denied. Check credentials and try again.")
    person = world.by_subject(access.grant.subject)
    if not person.has_mailbox:
        text = "The mailbox is either inactive, soft-deleted, or is hosted on-premise."
        raise graph_error(404, "MailboxNotEnabledForRESTAPI", text)
    return person


def _endpoint(work: Callable[[Caller, dict[str, str]], Json]) -> Callable[[Request], Any]:
    async def handle(request: Request) -> Response:
        world: World = request.app.state.world
        person = _caller(world, request)
        with in_flight(world, person.email, "microsoft"):
            call = Caller(world, person, dict(request.query_params), request.headers.get("prefer", ""))
            return answer(request, work(call, request.path_params))

    return handle


_CALLS = (
    ("/me/contactFolders", folders),
    ("/me/contactFolders/{folder}/childFolders", child_folders),
    *(
        (place + path, work)
        for place in ("/me", "/me/contactFolders/{folder}")
        for path, work in (("/contacts", contacts), ("/contacts/delta", delta), ("/contacts/delta()", delta))
    ),
)
routes = [Route("/v1.0" + path, _endpoint(work)) for path, work in _CALLS]
