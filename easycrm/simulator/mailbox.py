"""A simulated mailbox: messages, where they lie, and the log of what happened to them."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field

SYSTEM_FOLDERS = ("inbox", "sent", "drafts", "spam", "trash", "archive")


@dataclass
class Item:
    """One message. Without `raw` its MIME is made by `corpus.mime` when somebody reads it."""

    id: str
    thread_id: str
    received_ms: int
    subject: str
    sender: str
    recipient: str
    raw: bytes | None = None
    folder: str = "inbox"
    labels: set[str] = field(default_factory=set[str])
    unread: bool = False
    starred: bool = False
    body: int = 0  # which of the heavy bodies it has; 0: none of them

    def gmail_labels(self) -> list[str]:
        """Label ids as Gmail names them."""
        system = {"inbox": "INBOX", "sent": "SENT", "drafts": "DRAFT", "spam": "SPAM", "trash": "TRASH"}
        place = system.get(self.folder, "" if self.folder == "archive" else self.folder)
        found = [place] if place else []
        found += ["UNREAD"] * self.unread + ["STARRED"] * self.starred
        return found + sorted(self.labels)


@dataclass(frozen=True)
class Change:
    """One entry of the log: what happened to which message, and where it lay before and after."""

    seq: int
    kind: str
    id: str
    thread_id: str
    before: str = ""
    after: str = ""
    labels: tuple[str, ...] = ()


class Mailbox:
    """Messages by id, newest first on demand, with a log whose numbers only rise."""

    def __init__(self, seed: int = 0) -> None:
        self.items: dict[str, Item] = {}
        self.user_folders: dict[str, str] = {}
        self.log: list[Change] = []
        self.seq = 1000 + seed
        self.oldest_seq = 0
        self._sorted: list[Item] | None = None
        self._threads: dict[str, list[Item]] | None = None

    def add(self, item: Item, *, logged: bool = True) -> Item:
        """Put a message in, as delivery does."""
        self.items[item.id] = item
        self._sorted = self._threads = None
        if logged:
            self._record("added", item, after=item.folder, labels=tuple(item.gmail_labels()))
        return item

    def newest_first(self) -> list[Item]:
        """All messages, the newest first."""
        if self._sorted is None:
            self._sorted = sorted(self.items.values(), key=lambda item: (-item.received_ms, item.id))
        return self._sorted

    def thread(self, thread_id: str) -> list[Item]:
        """The messages of one thread, oldest first."""
        if self._threads is None:
            self._threads = {}
            for item in reversed(self.newest_first()):
                self._threads.setdefault(item.thread_id, []).append(item)
        return self._threads.get(thread_id, [])

    def mark(self, item_id: str, *, unread: bool) -> None:
        """Set or clear the unread mark."""
        item = self.items[item_id]
        item.unread = unread
        self._record("labels_added" if unread else "labels_removed", item, item.folder, item.folder, ("UNREAD",))

    def star(self, item_id: str, *, starred: bool) -> None:
        """Set or clear the star (Gmail) or flag (Graph)."""
        item = self.items[item_id]
        item.starred = starred
        self._record("labels_added" if starred else "labels_removed", item, item.folder, item.folder, ("STARRED",))

    def label(self, item_id: str, label: str, *, present: bool) -> None:
        """Attach or detach a label (Gmail) or category (Graph)."""
        item = self.items[item_id]
        (item.labels.add if present else item.labels.discard)(label)
        self._record("labels_added" if present else "labels_removed", item, item.folder, item.folder, (label,))

    def move(self, item_id: str, folder: str) -> None:
        """Move to another folder; Gmail tells it as labels removed and added."""
        item = self.items[item_id]
        before, old = item.folder, set(item.gmail_labels())
        item.folder = folder
        new = set(item.gmail_labels())
        if old - new:
            self._record("labels_removed", item, before, folder, tuple(old - new))
        self._record("labels_added", item, before, folder, tuple(new - old))

    def delete(self, item_id: str) -> None:
        """Delete for good."""
        item = self.items.pop(item_id)
        self._sorted = self._threads = None
        self._record("deleted", item, before=item.folder)

    def drop_cursors(self) -> None:
        """Forget the log: every cursor handed out so far is too old."""
        self.seq += 1
        self.oldest_seq = self.seq
        self.log.clear()

    def since(self, seq: int) -> Iterator[Change]:
        """The log after `seq`."""
        return (change for change in self.log if change.seq > seq)

    def _record(self, kind: str, item: Item, before: str = "", after: str = "", labels: tuple[str, ...] = ()) -> None:
        self.seq += 1
        self.log.append(Change(self.seq, kind, item.id, item.thread_id, before, after, labels))


def gmail_id(seed: str) -> str:
    """Sixteen hex digits, as Gmail's ids look."""
    return "19" + hashlib.sha256(seed.encode()).hexdigest()[:14]
