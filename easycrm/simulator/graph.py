"""Microsoft Graph, as far as reading mail goes: me, folders, messages, delta and $batch."""

from collections.abc import Callable
from typing import Any

import orjson
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from easycrm.simulator import graph_batch, graph_delta, oauth
from easycrm.simulator.corpus import mime as mime_of
from easycrm.simulator.graph_message import (
    Caller,
    attachment_part,
    check_select,
    find,
    folder_id,
    folder_of,
    render,
    select,
    selectable,
)
from easycrm.simulator.graph_query import listing
from easycrm.simulator.json_answer import answer
from easycrm.simulator.mailbox import SYSTEM_FOLDERS
from easycrm.simulator.quota import graph_error, in_flight
from easycrm.simulator.world import Person, World

BASE = "https://graph.microsoft.com/v1.0"
_CONTEXT = BASE + "/$metadata#"
_MAIL = "https://graph.microsoft.com/mail.read"
_NAMES = {
    "inbox": "Inbox",
    "sent": "Sent Items",
    "drafts": "Drafts",
    "spam": "Junk Email",
    "trash": "Deleted Items",
    "archive": "Archive",
}
Result = dict[str, Any] | bytes
Call = Callable[[Caller, dict[str, str]], Result]


def caller(world: World, request: Request) -> Person:
    """Whose mailbox the request may read; errors in Graph's form."""
    access = oauth.bearer(world, request)
    if access is None or access.grant.provider != "microsoft":
        raise graph_error(401, "InvalidAuthenticationToken", "Access token has expired or is not yet valid.")
    person = world.by_subject(access.grant.subject)
    if not request.url.path.endswith("/v1.0/me"):
        if _MAIL not in {scope.lower() for scope in access.scopes}:
            raise graph_error(403, "ErrorAccessDenied", "Access is denied. Check credentials and try again.")
        if not person.has_mailbox:
            raise graph_error(
                404,
                "MailboxNotEnabledForRESTAPI",
                "The mailbox is either inactive, soft-deleted, or is hosted on-premise.",
            )
    return person


def me(call: Caller, _path: dict[str, str]) -> Result:
    """The signed-in person."""
    person = call.person
    mail = person.email if person.has_mailbox else None
    return {
        "@odata.context": _CONTEXT + "users/$entity", "id": person.subject, "displayName": person.name, "mail": mail,
        "userPrincipalName": "upn." + person.email, "givenName": person.name, "surname": None, "businessPhones": [],
        "jobTitle": None, "mobilePhone": None, "officeLocation": None, "preferredLanguage": None,
    }  # fmt: skip


def folders(call: Caller, _path: dict[str, str]) -> Result:
    """Top-level mail folders, in pages."""
    keys = [*SYSTEM_FOLDERS, *(key for key in call.person.mailbox.user_folders if key.startswith("Label_1"))]
    top, skip = int(call.query.get("$top", "10")), int(call.query.get("$skip", "0"))
    body: dict[str, Any] = {
        "@odata.context": _CONTEXT + "users('me')/mailFolders",
        "value": [_folder(call, key) for key in keys[skip : skip + top]],
    }
    if skip + top < len(keys):
        body["@odata.nextLink"] = f"{BASE}/me/mailFolders?%24top={top}&%24skip={skip + top}"
    return body


def _folder(call: Caller, key: str) -> dict[str, Any]:
    items = [item for item in call.person.mailbox.items.values() if item.folder == key]
    return {
        "id": folder_id(call.person, key), "displayName": _NAMES.get(key) or call.person.mailbox.user_folders[key],
        "parentFolderId": folder_id(call.person, "root"), "childFolderCount": 0, "isHidden": False, "sizeInBytes": 0,
        "totalItemCount": len(items), "unreadItemCount": sum(item.unread for item in items),
    }  # fmt: skip


def folder(call: Caller, path: dict[str, str]) -> Result:
    """One folder, by id or well-known name."""
    return {
        "@odata.context": _CONTEXT + "users('me')/mailFolders/$entity",
        **_folder(call, folder_of(call.person, path["folder"])),
    }


def child_folders(call: Caller, path: dict[str, str]) -> Result:
    """Folders below a folder: none in generated mailboxes."""
    folder_of(call.person, path["folder"])
    return {"@odata.context": _CONTEXT + "users('me')/mailFolders", "value": []}


def messages(call: Caller, path: dict[str, str]) -> Result:
    """Messages of the mailbox or of one folder."""
    key = folder_of(call.person, path["folder"]) if "folder" in path else None
    check_select(call.query)
    items = [item for item in call.person.mailbox.newest_first() if key in (None, item.folder)]
    return listing(call, items, f"/me/mailFolders/{path['folder']}/messages" if key else "/me/messages")


def message(call: Caller, path: dict[str, str]) -> Result:
    """One message."""
    check_select(call.query)
    return {
        "@odata.context": _CONTEXT + "users('me')/messages/$entity",
        **select(call, render(call, find(call, path["id"]))),
    }


def value(call: Caller, path: dict[str, str]) -> Result:
    """The message as MIME."""
    return mime_of(find(call, path["id"]))


def attachments(call: Caller, path: dict[str, str]) -> Result:
    """The attachments of a message."""
    found = selectable(call, find(call, path["id"]))
    wanted = {name.rpartition("/")[2] for name in call.query.get("$select", "").split(",") if name}
    value = [{k: v for k, v in one.items() if not wanted or k in wanted or k in ("id", "@odata.type")} for one in found]
    return {"@odata.context": _CONTEXT + "users('me')/messages('id')/attachments", "value": value}


def attachment(call: Caller, path: dict[str, str]) -> Result:
    """One attachment, with its bytes."""
    found = next((one for one in selectable(call, find(call, path["id"])) if one["id"] == path["attachment"]), None)
    if found is None:
        raise graph_error(404, "ErrorItemNotFound", "The specified object was not found in the store.")
    return {"@odata.context": _CONTEXT + "users('me')/messages('id')/attachments/$entity", **found}


def attachment_value(call: Caller, path: dict[str, str]) -> Result:
    """The bytes of one attachment alone."""
    part = attachment_part(find(call, path["id"]), path["attachment"])
    if part is None:
        raise graph_error(404, "ErrorItemNotFound", "The specified object was not found in the store.")
    return part.data


def _endpoint(work: Call) -> Callable[[Request], Any]:
    async def handle(request: Request) -> Response:
        world: World = request.app.state.world
        person = caller(world, request)
        with in_flight(world, person.email, "microsoft"):
            call = Caller(world, person, dict(request.query_params), request.headers.get("prefer", ""))
            result = work(call, request.path_params)
            if isinstance(result, bytes):
                return Response(result, media_type="text/plain")
            await graph_delta.page_latency(world, result)
            return answer(request, result)

    return handle


CALLS: list[tuple[str, Call]] = [
    ("/me", me),
    ("/me/mailFolders", folders),
    ("/me/mailFolders/{folder}", folder),
    ("/me/mailFolders/{folder}/childFolders", child_folders),
    ("/me/mailFolders/{folder}/messages", messages),
    ("/me/mailFolders/{folder}/messages/delta", graph_delta.delta),
    ("/me/mailFolders/{folder}/messages/delta()", graph_delta.delta),
    ("/me/messages", messages),
    ("/me/messages/{id}", message),
    ("/me/messages/{id}/$value", value),
    ("/me/messages/{id}/attachments", attachments),
    ("/me/messages/{id}/attachments/{attachment}", attachment),
    ("/me/messages/{id}/attachments/{attachment}/$value", attachment_value),
]
routes = [
    *(Route("/v1.0" + path, _endpoint(work)) for path, work in CALLS),
    Route("/v1.0/$batch", graph_batch.endpoint(CALLS, caller, orjson.loads), methods=["POST"]),
]
