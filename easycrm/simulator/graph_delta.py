"""Delta per folder: first the folder's messages, then what changed since, under opaque links."""

import asyncio
import base64
import re
from typing import Any

import orjson

from easycrm.simulator.graph_message import Caller, check_select, folder_of, message_id, render, select
from easycrm.simulator.graph_query import BASE, filtered
from easycrm.simulator.mailbox import Change, Item
from easycrm.simulator.quota import graph_error
from easycrm.simulator.world import World

_DEFAULT_PAGE = 10


def delta(call: Caller, path: dict[str, str]) -> dict[str, Any]:
    """messages/delta of one folder."""
    folder = folder_of(call.person, path["folder"])
    token = call.query.get("$skiptoken") or call.query.get("$deltatoken")
    if token is None:
        check_select(call.query)
        seen = {
            "select": call.query.get("$select", ""),
            "filter": call.query.get("$filter", ""),
            "seq": call.person.mailbox.seq,
            "skip": 0,
        }
        return _first(call, path["folder"], folder, seen)
    state = _read(token)
    if state["seq"] < call.person.mailbox.oldest_seq:
        status = call.world.settings.cursor_gone_status
        raise graph_error(
            status,
            "syncStateNotFound" if status == 410 else "SyncStateNotFound",
            "The sync state generation is not found.",
        )
    call = Caller(call.world, call.person, {"$select": state["select"]}, call.prefer)
    return (
        _first(call, path["folder"], folder, state)
        if "skip" in state
        else _changes(call, path["folder"], folder, state)
    )


def _first(call: Caller, ident: str, folder: str, state: dict[str, Any]) -> dict[str, Any]:
    items = [item for item in call.person.mailbox.newest_first() if item.folder == folder]
    items = filtered(call, items, state["filter"])
    if state["filter"]:
        items = items[: call.world.settings.filtered_delta_limit]
    size, skip = _page_size(call), state["skip"]
    body = _body(call, [select(call, render(call, item)) for item in items[skip : skip + size]])
    if skip + size < len(items):
        body["@odata.nextLink"] = _link(ident, "$skiptoken", {**state, "skip": skip + size})
    else:
        body["@odata.deltaLink"] = _link(ident, "$deltatoken", {"seq": state["seq"], "select": state["select"]})
    return body


def _changes(call: Caller, ident: str, folder: str, state: dict[str, Any]) -> dict[str, Any]:
    box, upto = call.person.mailbox, state.get("upto", call.person.mailbox.seq)
    touched: dict[str, Change] = {}
    for change in box.since(state["seq"]):
        if change.seq <= upto and folder in (change.before, change.after):
            touched[change.id] = change
    ids, size, offset = list(touched), _page_size(call), state.get("offset", 0)
    body = _body(
        call, [_entry(call, folder, touched[ident], box.items.get(ident)) for ident in ids[offset : offset + size]]
    )
    if offset + size < len(ids):
        body["@odata.nextLink"] = _link(ident, "$deltatoken", {**state, "upto": upto, "offset": offset + size})
    else:
        body["@odata.deltaLink"] = _link(ident, "$deltatoken", {"seq": upto, "select": state["select"]})
    return body


def _entry(call: Caller, folder: str, change: Change, item: Item | None) -> dict[str, Any]:
    if item is not None and item.folder == folder:
        return select(call, render(call, item))
    gone = Item(change.id, change.thread_id, 0, "", "", "", folder=folder)
    return {"@removed": {"reason": "changed" if item is not None else "deleted"}, "id": message_id(call, gone)}


def _body(call: Caller, value: list[dict[str, Any]]) -> dict[str, Any]:
    del call
    return {"@odata.context": f"{BASE}/$metadata#Collection(message)", "value": value}


def _page_size(call: Caller) -> int:
    found = re.search(r"odata\.maxpagesize=(\d+)", call.prefer)
    return max(1, int(found[1])) if found else _DEFAULT_PAGE


def _link(ident: str, name: str, state: dict[str, Any]) -> str:
    token = base64.urlsafe_b64encode(orjson.dumps(state)).decode()
    return f"{BASE}/me/mailFolders('{ident}')/messages/delta?{name}={token}".replace(f"('{ident}')", f"/{ident}")


def _read(token: str) -> dict[str, Any]:
    try:
        return orjson.loads(base64.urlsafe_b64decode(token))
    except ValueError:
        raise graph_error(400, "syncStateInvalid", "The sync state is invalid.") from None


async def page_latency(world: World, body: dict[str, Any]) -> None:
    """Half a millisecond a message of a page, where latency is on."""
    if world.settings.request_ms:
        await asyncio.sleep(len(body.get("value", [])) * 0.0005)
