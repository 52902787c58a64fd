"""What is done with threads from the list and the reading pane: choose several, and mark them."""

from collections.abc import Callable, Collection
from typing import TypeVar

import reflex as rx

from easycrm.core import wording
from easycrm.core.errors import EasyCRMError
from easycrm.mail import marks
from easycrm.pages.address import page_path
from easycrm.pages.flash import tell
from easycrm.pages.mailbox_address import MAILBOX, read
from easycrm.pages.mailbox_state import MailboxState, fill
from easycrm.pages.session import me, require

Done = TypeVar("Done")
_ACTS: dict[str, Callable[[int, Collection[int]], int]] = {
    "read": marks.read,
    "unread": lambda user, threads: marks.read(user, threads, unread=True),
    "star": marks.star,
    "unstar": lambda user, threads: marks.star(user, threads, starred=False),
}
_MOVES = {"archive": True, "inbox": False}
_CLOSING = ("archive", "unread")


class MarksState(rx.State):
    """The threads that are selected; they stay so while new mail arrives."""

    selected: list[int] = []
    _moved: list[int] = []
    _moved_to_archive: bool = False

    @rx.event
    @require("member")
    async def load(self) -> None:
        """Mark what was opened read, and keep only what is still listed selected."""
        mailbox = await self.get_state(MailboxState)
        thread = read(self.router.url.query_parameters).thread
        if thread:
            await self._act(lambda user, threads: sum(marks.opened(user, one) for one in threads), [thread], quiet=True)
            fill(mailbox, me().user_id)
        listed = {row.id for row in mailbox.rows}
        self.selected = [one for one in self.selected if one in listed]

    @rx.event
    @require("member")
    def toggle(self, thread_id: int) -> None:
        """Select a thread, or no more."""
        if thread_id in self.selected:
            self.selected = [one for one in self.selected if one != thread_id]
        else:
            self.selected = [*self.selected, thread_id][-marks.MOST :]

    @rx.event
    @require("member")
    async def toggle_all(self) -> None:
        """Select every thread of the page, or none."""
        listed = [row.id for row in (await self.get_state(MailboxState)).rows]
        self.selected = [] if set(listed) <= set(self.selected) else listed[: marks.MOST]

    @rx.event
    @require("member")
    def clear(self) -> None:
        """Select nothing."""
        self.selected = []

    @rx.event
    @require("member")
    async def mark(self, thread_id: int, what: str) -> rx.event.EventSpec | None:
        """Do something with one thread; with 0, with those that are selected."""
        threads = [thread_id] if thread_id else self.selected
        if not threads or what not in (*_ACTS, *_MOVES):
            return None
        count = await (self._move(threads, what) if what in _MOVES else self._act(_ACTS[what], threads))
        if count is None:
            return None
        if not thread_id:
            self.selected = []
        mailbox = await self.get_state(MailboxState)
        open_id = read(self.router.url.query_parameters).thread
        if what in _CLOSING and open_id in threads and count:
            return rx.redirect(mailbox.closed)
        fill(mailbox, me().user_id)
        return None

    @rx.event
    @require("member")
    async def put_back(self) -> None:
        """Undo what was archived, or moved to the inbox, last."""
        moved, self._moved = self._moved, []
        if not moved:
            return
        archived = self._moved_to_archive
        done = await self._act(lambda user, messages: marks.put_back(user, messages, archived=archived), moved)
        if done is None:
            return
        await tell(self, wording.mailbox.put_back(archived))
        if page_path(self) == MAILBOX:
            fill(await self.get_state(MailboxState), me().user_id)

    async def _move(self, threads: list[int], what: str) -> int | None:
        """Archive threads, or move them to the inbox, and offer to undo it; how many messages moved."""
        archived = _MOVES[what]
        moved = await self._act(lambda user, ids: marks.archive(user, ids, archived=archived), threads)
        if moved is None:
            return None
        self._moved, self._moved_to_archive = (moved if len(moved) <= marks.MOST_PUT_BACK else []), archived
        await tell(self, _told(what, len(moved), len(threads)), undoable=bool(self._moved))
        return len(moved)

    async def _act(
        self, act: Callable[[int, Collection[int]], Done], threads: list[int], *, quiet: bool = False
    ) -> Done | None:
        try:
            return act(me().user_id, threads)
        except EasyCRMError as error:
            if not quiet:
                await tell(self, error.user_message, "bad")
            return None


def _told(what: str, count: int, threads: int) -> str:
    if what == "inbox":
        return wording.mailbox.in_inbox(threads)
    return wording.mailbox.archived(threads) if count else wording.mailbox.nothing_to_archive(threads)
