"""What to ask Gmail for: whole threads where that is cheaper than their messages one by one."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

THREAD_PAYS_FROM = 3


@dataclass(frozen=True)
class Call:
    """One part of a batch: a message, or a whole thread of which `ids` are wanted."""

    path: str
    ids: frozenset[str]


def plan(wanted: Sequence[dict[str, str]]) -> list[Call]:
    """A whole thread (40 units) where three or more of its messages are wanted, else single messages (20 each)."""
    sizes = Counter(entry["threadId"] for entry in wanted)
    calls: dict[str, Call] = {}
    for entry in wanted:
        thread = entry["threadId"]
        if sizes[thread] >= THREAD_PAYS_FROM:
            whole = calls.get(thread, Call(f"/threads/{thread}?format=full", frozenset()))
            calls[thread] = Call(whole.path, whole.ids | {entry["id"]})
        else:
            calls[entry["id"]] = Call(f"/messages/{entry['id']}?format=full", frozenset((entry["id"],)))
    return list(calls.values())
