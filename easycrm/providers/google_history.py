"""A Gmail mailbox's history: its pages, and what they say in the end about each message."""

from collections.abc import Iterable
from typing import Any

from easycrm.providers import google_api, google_list
from easycrm.providers.base import TokenSource
from easycrm.providers.errors import CursorExpired, MessageGone
from easycrm.providers.google_message import message_state
from easycrm.providers.pages import MessageState

STREAM = "mailbox"
NOT_IMPORTED = frozenset(("DRAFT", "SPAM", "TRASH", "CHAT"))


async def page(access: TokenSource, start: str, following: str) -> dict[str, Any]:
    """One page of what happened since `start`; `following` is the token that the page before it ended with.

    Raises:
        CursorExpired: Gmail has dropped what lies so far back.
    """
    query = {"startHistoryId": start, "maxResults": google_list.LIST, **({"pageToken": following} if following else {})}
    kinds = ",".join(f"{kind}(message(id,threadId,labelIds))" for kind in ("messagesAdded", "messagesDeleted"))
    marks = ",".join(f"{kind}(message(id,threadId,labelIds))" for kind in ("labelsAdded", "labelsRemoved"))
    try:
        return await google_api.get(
            access, "/history", **query, fields=f"nextPageToken,historyId,history({kinds},{marks})"
        )
    except MessageGone as error:
        raise CursorExpired(STREAM, code=error.code) from error


class Told:
    """What a history says in the end about each message it mentions."""

    def __init__(self) -> None:
        self.labels: dict[str, list[str]] = {}
        self.threads: dict[str, str] = {}
        self.deleted: dict[str, None] = {}

    def add(self, records: Iterable[dict[str, Any]]) -> None:
        """Take records in, oldest first: what comes later counts."""
        for record in records:
            for kind in ("messagesAdded", "labelsAdded", "labelsRemoved", "messagesDeleted"):
                for entry in record.get(kind, []):
                    self._add(kind, entry["message"])

    def _add(self, kind: str, message: dict[str, Any]) -> None:
        ident = message["id"]
        if kind == "messagesDeleted":
            self.deleted[ident] = None
            self.labels.pop(ident, None)
        elif ident not in self.deleted:
            self.labels[ident] = message.get("labelIds", [])
            self.threads[ident] = message.get("threadId", ident)

    def stays(self, ident: str) -> bool:
        """Whether the message lies where mail is imported from."""
        return not NOT_IMPORTED.intersection(self.labels[ident])

    def is_new(self, ident: str, stored: set[str]) -> bool:
        """Whether the message has to be fetched."""
        return ident not in stored and self.stays(ident)

    def state(self, ident: str) -> MessageState:
        """Read state, star and labels."""
        return message_state(ident, self.labels[ident])
