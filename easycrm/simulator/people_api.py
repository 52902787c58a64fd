"""Google's People API, as far as reading one's contacts goes: people.connections.list with sync tokens."""

import base64
import hashlib
from typing import Any

import orjson
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from easycrm.simulator import oauth
from easycrm.simulator.address_book import Card
from easycrm.simulator.json_answer import answer
from easycrm.simulator.quota import charge_contacts, in_flight, modern_google_error
from easycrm.simulator.world import Person, World

_SCOPE = "https://www.googleapis.com/auth/contacts.readonly"
_FIELDS = frozenset((
    "addresses", "ageRanges", "biographies", "birthdays", "calendarUrls", "clientData", "coverPhotos",
    "emailAddresses", "events", "externalIds", "genders", "imClients", "interests", "locales", "locations",
    "memberships", "metadata", "miscKeywords", "names", "nicknames", "occupations", "organizations", "phoneNumbers",
    "photos", "relations", "sipAddresses", "skills", "urls", "userDefined",
))  # fmt: skip
_PARAMETERS = {"personFields", "pageSize", "pageToken", "requestSyncToken", "syncToken", "sortOrder", "sources"}
_COMMON = {"fields", "alt", "prettyPrint", "key", "quotaUser", "access_token", "requestMask.includeField"}
_NOTHING_CHANGES = ("personFields", "sortOrder", "sources")
Json = dict[str, Any]


async def connections(request: Request) -> Response:
    """people.connections.list."""
    world: World = request.app.state.world
    person = _caller(world, request)
    query = {name: ",".join(request.query_params.getlist(name)) for name in request.query_params}
    with in_flight(world, f"contacts of {person.email}", "google"):
        charge_contacts(world, person.email)
        return answer(request, _page(person, request.path_params["who"], query), query.get("fields", ""))


def _caller(world: World, request: Request) -> Person:
    access = oauth.bearer(world, request)
    if access is None or access.grant.provider != "google":
        raise modern_google_error(401, "ACCESS_TOKEN_INVALID", "Request had invalid authentication credentials.")
    if not world.clients[access.grant.client_id].people_api_enabled:
        raise modern_google_error(
            403, "SERVICE_DISABLED", "People API has not been used in project before or it is disabled."
        )
    if _SCOPE not in access.scopes:
        raise modern_google_error(
            403, "ACCESS_TOKEN_SCOPE_INSUFFICIENT", "Request had insufficient authentication scopes."
        )
    return world.by_subject(access.grant.subject)


def _page(person: Person, who: str, query: dict[str, str]) -> Json:
    fields = _checked(who, query)
    size = int(query.get("pageSize") or 100)
    book, page = person.book, _opened(query.get("pageToken", ""), query)
    sync = _opened(query.get("syncToken", ""), query)
    if sync and sync["seq"] < book.oldest_seq:
        raise modern_google_error(
            400, "EXPIRED_SYNC_TOKEN", "Sync token is expired. Clear local cache and retry call without the sync token."
        )
    upto, offset = (page or {}).get("upto", book.seq), (page or {}).get("offset", 0)
    ids = list(book.touched(sync["seq"], upto)) if sync else list(book.cards)
    found = [render(book.cards.get(ident), ident, fields) for ident in ids[offset : offset + size]]
    body: Json = {"connections": found} if found else {}
    if not sync:
        body |= {"totalPeople": len(ids), "totalItems": len(ids)}
    if offset + size < len(ids):
        return body | {"nextPageToken": _token(query, upto=upto, offset=offset + size)}
    return body | (
        {"nextSyncToken": _token(query, seq=upto)} if sync or query.get("requestSyncToken") == "true" else {}
    )


def _checked(who: str, query: dict[str, str]) -> set[str]:
    """The fields that are asked for; anything the API would not take is refused."""
    for name in query:
        if name not in _PARAMETERS and name not in _COMMON:
            raise _invalid(f'Invalid JSON payload received. Unknown name "{name}": Cannot bind query parameter.')
    if who != "me":
        raise _invalid('Resource name must be "people/me".')
    fields = set(filter(None, query.get("personFields", "").split(",")))
    if not fields:
        raise _invalid("personFields mask is required. Please specify one or more valid paths.")
    if wrong := fields - _FIELDS:
        raise _invalid(f'Invalid personFields mask path: "{sorted(wrong)[0]}".')
    if not 1 <= int(query.get("pageSize") or 100) <= 1000:
        raise _invalid("Page size must be between 1 and 1000.")
    return fields


def _invalid(text: str) -> Exception:
    return modern_google_error(400, "", text)


def _token(query: dict[str, str], **state: int) -> str:
    return base64.urlsafe_b64encode(orjson.dumps({**state, "asked": _asked(query)})).decode()


def _asked(query: dict[str, str]) -> str:
    return "&".join(f"{name}={query.get(name, '')}" for name in _NOTHING_CHANGES)


def _opened(token: str, query: dict[str, str]) -> Json | None:
    """What a token of ours holds; everything else must be asked as it was at first."""
    if not token:
        return None
    try:
        state: Json = orjson.loads(base64.urlsafe_b64decode(token))
    except ValueError:
        raise _invalid("Request contains an invalid argument.") from None
    if state["asked"] != _asked(query):
        raise _invalid("All request parameters must match those of the first call.")
    return state


def render(card: Card | None, ident: str, fields: set[str]) -> Json:
    """A Person with these fields; without a card, one that was deleted."""
    name = resource_name(ident)
    etag = "%EgU" + hashlib.sha256(repr(card).encode()).hexdigest()[:12]
    source = {"type": "CONTACT", "id": name.removeprefix("people/c"), "etag": "#" + etag}
    if card is None:
        return {"resourceName": name, "etag": etag, "metadata": {"sources": [source], "deleted": True}}
    whole: Json = {"metadata": {"sources": [source], "objectType": "PERSON"}}
    if card.name:
        given, _, family = card.name.partition(" ")
        one = {
            "displayName": card.name,
            "givenName": given,
            "unstructuredName": card.name,
            "metadata": _mark(source, 0),
        }
        whole["names"] = [one | ({"familyName": family} if family else {})]
    whole["emailAddresses"] = [
        {"value": email, "type": "work", "metadata": _mark(source, n)} for n, email in enumerate(card.emails)
    ]
    whole["phoneNumbers"] = [
        {"value": phone, "type": "work", "metadata": _mark(source, n)} for n, phone in enumerate(card.phones)
    ]
    if card.company or card.title:
        told = {"name": card.company, "title": card.title}
        whole["organizations"] = [{"metadata": _mark(source, 0), **{key: text for key, text in told.items() if text}}]
    kept = {key: value for key, value in whole.items() if key in fields and value}
    return {"resourceName": name, "etag": etag, **kept}


def _mark(source: Json, position: int) -> Json:
    place = {"type": source["type"], "id": source["id"]}
    return {"primary": True, "sourcePrimary": True, "source": place} if position == 0 else {"source": place}


def resource_name(ident: str) -> str:
    """The name under which the API knows a card."""
    return f"people/c{int(ident, 16)}"


routes = [Route("/v1/people/{who}/connections", connections)]
