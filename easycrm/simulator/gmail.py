"""The Gmail API, as far as reading goes: profile, labels, messages, threads, history, attachments and batch."""

from collections.abc import Callable
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from easycrm.simulator import gmail_batch, oauth
from easycrm.simulator.gmail_message import attachment, render
from easycrm.simulator.gmail_search import matches
from easycrm.simulator.json_answer import answer
from easycrm.simulator.mailbox import Item
from easycrm.simulator.quota import charge, google_error, in_flight
from easycrm.simulator.world import Person, World

UNITS = {"profile": 1, "labels": 1, "list": 5, "get": 20, "thread": 40, "history": 2, "attachment": 20}
# What projects pay that were new to the API before May 2026.
OLD_UNITS = UNITS | {"get": 5, "thread": 10, "attachment": 5}
_READ = "https://www.googleapis.com/auth/gmail.readonly"
_COMMON = {"fields", "alt", "prettyPrint", "key", "quotaUser", "access_token"}
Query = dict[str, str]
Call = Callable[[World, Person, dict[str, str], Query], dict[str, Any]]


def caller(world: World, request: Request) -> Person:
    """Whose mailbox the request may read; errors in Google's form."""
    access = oauth.bearer(world, request)
    if access is None or access.grant.provider != "google":
        raise google_error(401, "authError", "Request had invalid authentication credentials.")
    if not world.clients[access.grant.client_id].api_enabled:
        raise google_error(
            403, "accessNotConfigured", "Gmail API has not been used in project before or it is disabled."
        )
    if _READ not in access.scopes:
        raise google_error(403, "insufficientPermissions", "Request had insufficient authentication scopes.")
    person = world.by_subject(access.grant.subject)
    if not person.has_mailbox:
        raise google_error(400, "failedPrecondition", "Mail service not enabled")
    return person


def _known(query: Query, *names: str) -> None:
    for name in query:
        if name not in _COMMON and name not in names:
            raise google_error(
                400, "badRequest", f'Invalid JSON payload received. Unknown name "{name}": Cannot bind query parameter.'
            )


def _charge(world: World, person: Person, call: str) -> None:
    charge(world, person.email, (OLD_UNITS if world.settings.gmail_old_prices else UNITS)[call])


def profile(world: World, person: Person, _path: dict[str, str], query: Query) -> dict[str, Any]:
    """users.getProfile."""
    _known(query)
    _charge(world, person, "profile")
    box = person.mailbox
    threads = len({item.thread_id for item in box.items.values()})
    return {
        "emailAddress": person.email,
        "messagesTotal": len(box.items),
        "threadsTotal": threads,
        "historyId": str(box.seq),
    }


def labels(world: World, person: Person, _path: dict[str, str], query: Query) -> dict[str, Any]:
    """users.labels.list."""
    _known(query)
    _charge(world, person, "labels")
    system = ("INBOX", "SENT", "DRAFT", "SPAM", "TRASH", "UNREAD", "STARRED", "IMPORTANT")
    user = person.mailbox.user_folders.items()
    return {"labels": [{"id": name, "name": name, "type": "system"} for name in system]
            + [{"id": ident, "name": name, "type": "user"} for ident, name in user]}  # fmt: skip


def list_messages(world: World, person: Person, _path: dict[str, str], query: Query) -> dict[str, Any]:
    """users.messages.list."""
    _known(query, "q", "labelIds", "includeSpamTrash", "maxResults", "pageToken")
    _charge(world, person, "list")
    found = _search(world, person, query)
    size, start = min(int(query.get("maxResults", "100")), 500), int(query.get("pageToken", "0"))
    body: dict[str, Any] = {"resultSizeEstimate": min(len(found), 201)}
    if page := found[start : start + size]:
        body["messages"] = [{"id": item.id, "threadId": item.thread_id} for item in page]
    if start + size < len(found):
        body["nextPageToken"] = str(start + size)
    return body


def _search(world: World, person: Person, query: Query) -> list[Item]:
    spam_too = query.get("includeSpamTrash") == "true"
    wanted = {label for label in query.get("labelIds", "").split(",") if label}
    return [
        item
        for item in person.mailbox.newest_first()
        if matches(item, query.get("q", ""), now=world.now(), spam_too=spam_too) and wanted <= set(item.gmail_labels())
    ]


def get_message(world: World, person: Person, path: dict[str, str], query: Query) -> dict[str, Any]:
    """users.messages.get."""
    _known(query, "format", "metadataHeaders")
    _charge(world, person, "get")
    return render(_item(person, path["id"]), query.get("format", "full"), person.mailbox.seq, _metadata(query))


def _metadata(query: Query) -> set[str]:
    return {name.lower() for name in query.get("metadataHeaders", "").split(",") if name}


def _item(person: Person, ident: str) -> Item:
    item = person.mailbox.items.get(ident)
    if item is None:
        raise google_error(404, "notFound", "Requested entity was not found.")
    return item


def list_threads(world: World, person: Person, _path: dict[str, str], query: Query) -> dict[str, Any]:
    """users.threads.list."""
    _known(query, "q", "labelIds", "includeSpamTrash", "maxResults", "pageToken")
    charge(world, person.email, 10)
    ids = list(dict.fromkeys(item.thread_id for item in _search(world, person, query)))
    size, start = min(int(query.get("maxResults", "100")), 500), int(query.get("pageToken", "0"))
    body: dict[str, Any] = {"resultSizeEstimate": len(ids)}
    body["threads"] = [
        {"id": ident, "historyId": str(person.mailbox.seq), "snippet": ""} for ident in ids[start : start + size]
    ]
    if start + size < len(ids):
        body["nextPageToken"] = str(start + size)
    return body


def get_thread(world: World, person: Person, path: dict[str, str], query: Query) -> dict[str, Any]:
    """users.threads.get."""
    _known(query, "format", "metadataHeaders")
    _charge(world, person, "thread")
    items = person.mailbox.thread(path["id"])
    if not items:
        raise google_error(404, "notFound", "Requested entity was not found.")
    shape, history, names = query.get("format", "full"), person.mailbox.seq, _metadata(query)
    return {
        "id": path["id"],
        "historyId": str(history),
        "messages": [render(item, shape, history, names) for item in items],
    }


def history(world: World, person: Person, _path: dict[str, str], query: Query) -> dict[str, Any]:
    """users.history.list."""
    _known(query, "startHistoryId", "historyTypes", "labelId", "maxResults", "pageToken")
    _charge(world, person, "history")
    box, start = person.mailbox, int(query.get("startHistoryId", "0"))
    if start < box.oldest_seq:
        raise google_error(404, "notFound", "Requested entity was not found.")
    changes = list(box.since(start))
    size, offset = min(int(query.get("maxResults", "100")), 500), int(query.get("pageToken", "0"))
    body: dict[str, Any] = {"historyId": str(box.seq)}
    if page := changes[offset : offset + size]:
        body["history"] = [_history_entry(box.items.get(change.id), change) for change in page]
    if offset + size < len(changes):
        body["nextPageToken"] = str(offset + size)
    return body


def _history_entry(item: Item | None, change: Any) -> dict[str, Any]:
    message: dict[str, Any] = {"id": change.id, "threadId": change.thread_id}
    if item is not None:
        message["labelIds"] = item.gmail_labels()
    names = {
        "added": "messagesAdded",
        "deleted": "messagesDeleted",
        "labels_added": "labelsAdded",
        "labels_removed": "labelsRemoved",
    }
    told: dict[str, Any] = {"message": message}
    if change.kind.startswith("labels"):
        told["labelIds"] = list(change.labels)
    return {
        "id": str(change.seq),
        "messages": [{"id": change.id, "threadId": change.thread_id}],
        names[change.kind]: [told],
    }


def get_attachment(world: World, person: Person, path: dict[str, str], query: Query) -> dict[str, Any]:
    """users.messages.attachments.get."""
    _known(query)
    _charge(world, person, "attachment")
    found = attachment(_item(person, path["id"]), path["attachment"])
    if found is None:
        raise google_error(400, "invalidArgument", "Invalid attachment token")
    return found


def _endpoint(call: Call) -> Callable[[Request], Any]:
    async def handle(request: Request) -> Response:
        world: World = request.app.state.world
        person = caller(world, request)
        with in_flight(world, person.email, "google"):
            query = {name: ",".join(request.query_params.getlist(name)) for name in request.query_params}
            return answer(request, call(world, person, request.path_params, query), query.get("fields", ""))

    return handle


CALLS: list[tuple[str, Call]] = [
    ("/profile", profile),
    ("/labels", labels),
    ("/messages", list_messages),
    ("/messages/{id}", get_message),
    ("/messages/{id}/attachments/{attachment}", get_attachment),
    ("/threads", list_threads),
    ("/threads/{id}", get_thread),
    ("/history", history),
]
routes = [
    *(Route("/gmail/v1/users/me" + path, _endpoint(call)) for path, call in CALLS),
    *(Route(path, gmail_batch.endpoint(CALLS, caller), methods=["POST"]) for path in ("/batch/gmail/v1", "/batch")),
]
