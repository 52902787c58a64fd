"""$filter, $orderby, $search, $top and $skip over messages."""

import re
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from easycrm.simulator.graph_message import Caller, render, select
from easycrm.simulator.mailbox import Item
from easycrm.simulator.quota import graph_error

BASE = "https://graph.microsoft.com/v1.0"
_DATE = re.compile(r"receivedDateTime (ge|gt|le|lt) (\S+)")
_READ = re.compile(r"isRead eq (true|false)")
_ID = re.compile(r"internetMessageId eq '([^']*)'")


def milliseconds(text: str) -> int:
    """A time literal of a filter, in epoch milliseconds."""
    try:
        return int(datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp() * 1000)
    except ValueError:
        raise graph_error(
            400, "ErrorInvalidUrlQueryFilter", "The query filter contains one or more invalid nodes."
        ) from None


def filtered(call: Caller, items: list[Item], text: str) -> list[Item]:
    """The items that a $filter keeps; an operator the simulator does not know is an error, never ignored."""
    for term in filter(None, re.split(r"\s+and\s+", text.strip())):
        if found := _DATE.fullmatch(term):
            bound, sign = milliseconds(found[2]), found[1]
            items = [item for item in items if _compares(item.received_ms // 1000 * 1000, sign, bound)]
        elif found := _READ.fullmatch(term):
            items = [item for item in items if item.unread != (found[1] == "true")]
        elif found := _ID.fullmatch(term):
            items = [item for item in items if render(call, item)["internetMessageId"] == found[1]]
        else:
            raise graph_error(400, "ErrorInvalidUrlQueryFilter", "The query filter contains one or more invalid nodes.")
    return items


def _compares(left: int, sign: str, right: int) -> bool:
    return {"ge": left >= right, "gt": left > right, "le": left <= right, "lt": left < right}[sign]


def listing(call: Caller, items: list[Item], path: str) -> dict[str, Any]:
    """One page of a message listing."""
    query = call.query
    items = filtered(call, items, query.get("$filter", ""))
    if words := query.get("$search", "").strip('"').removeprefix("participants:").removeprefix("subject:").lower():
        items = [item for item in items if words.strip('"') in f"{item.subject} {item.sender} {item.recipient}".lower()]
    if query.get("$orderby", "").lower().replace("+", " ") == "receiveddatetime asc":
        items = items[::-1]
    top, skip = min(int(query.get("$top", "10")), 1000), int(query.get("$skip", "0"))
    page = [select(call, render(call, item)) for item in items[skip : skip + top]]
    body: dict[str, Any] = {"@odata.context": f"{BASE}/$metadata#users('me')/messages", "value": page}
    if query.get("$count") == "true":
        body["@odata.count"] = len(items)
    if skip + top < len(items):
        body["@odata.nextLink"] = f"{BASE}{path}?{urlencode({**query, '$skip': str(skip + top)})}"
    return body
