"""A page of messages out of one of Graph's answers."""

from typing import Any

import orjson

from easycrm.providers.base import Window
from easycrm.providers.microsoft_message import decode
from easycrm.providers.pages import FetchedMessage, Page, Removal, Unreadable

Json = dict[str, Any]


def page_of(stream: str, body: Json, state: Json, window: Window) -> Page:
    """The messages of a list or delta that lie in the window, no drafts, with the cursor that `state` makes."""
    messages, removals, unreadable = list[FetchedMessage](), list[Removal](), list[Unreadable]()
    for entry in body.get("value", []):
        message_id = str(entry.get("id", ""))
        if "@removed" in entry:
            removals.append(Removal(message_id, certain=False))
            continue
        try:
            message = decode(entry)
        except Exception as error:
            unreadable.append(Unreadable(message_id, "could not be read", f"{type(error).__name__}: {error}"[:200]))
            continue
        if not entry.get("isDraft") and (window.since is None or message.received_at >= window.since):
            messages.append(message)
    cursor = orjson.dumps(state).decode()
    caught_up = "d" in state and "b" not in state
    return Page(stream, cursor, tuple(messages), (), tuple(removals), tuple(unreadable), caught_up=caught_up)
