"""Which folders of a mailbox are imported, and in which order."""

import asyncio
from collections import deque
from typing import Any
from urllib.parse import quote
from weakref import WeakKeyDictionary

from easycrm.providers import microsoft_graph
from easycrm.providers.base import Folder, TokenSource
from easycrm.providers.errors import MessageGone, ProviderError

_LEFT_OUT = (
    "drafts",
    "junkemail",
    "deleteditems",
    "outbox",
    "syncissues",
    "conversationhistory",
    "recoverableitemsdeletions",
)
_KINDS = {"inbox": "inbox", "sentitems": "sent", "archive": "archive"}
_MOST_FOLDERS = 1000
_FIRST = "/me/mailFolders?$top=100"
_of_run: WeakKeyDictionary[TokenSource, list[Folder]] = WeakKeyDictionary()


async def imported(access: TokenSource, *, afresh: bool = False) -> list[Folder]:
    """Folders to import, by their whole path: inbox and sent first, since people look there first.

    They are asked for once in a run, which is as long as a token source lives, unless `afresh`.
    """
    if afresh or (found := _of_run.get(access)) is None:
        found = _of_run[access] = await _asked(access)
    return found


async def _asked(access: TokenSource) -> list[Folder]:
    names, first = await asyncio.gather(_well_known(access), microsoft_graph.get(access, _FIRST))
    left_out = {ident for name, ident in names.items() if name in _LEFT_OUT}
    kinds = {ident: _KINDS[name] for name, ident in names.items() if name in _KINDS}
    found: list[Folder] = []
    waiting = deque([(_FIRST, "")])
    while waiting and len(found) < _MOST_FOLDERS:
        link, above = waiting.popleft()
        body = first if link == _FIRST else await microsoft_graph.get(access, link)
        for entry in body.get("value", []):
            if entry["id"] in left_out:
                continue
            name = above + str(entry.get("displayName", ""))
            found.append(Folder(entry["id"], name, kinds.get(entry["id"], "user")))
            if entry.get("childFolderCount"):
                waiting.append((f"/me/mailFolders/{quote(entry['id'])}/childFolders?$top=100", f"{name}/"))
        if following := body.get("@odata.nextLink"):
            waiting.append((following, above))
    order = {"inbox": 0, "sent": 1, "archive": 2}
    return sorted(found, key=lambda folder: order.get(folder.kind, 3))


async def _well_known(access: TokenSource) -> dict[str, str]:
    """Ids of well-known folders by name; a mailbox need not have all of them."""
    names = (*_LEFT_OUT, *_KINDS)
    answers = await microsoft_graph.batch(access, [f"/me/mailFolders/{name}?$select=id" for name in names])
    found: dict[str, str] = {}
    for name, answer in zip(names, answers, strict=True):
        if isinstance(answer, MessageGone):
            continue
        if isinstance(answer, ProviderError):
            raise answer
        found[name] = _ident(answer)
    return found


def _ident(body: dict[str, Any]) -> str:
    return str(body["id"])
