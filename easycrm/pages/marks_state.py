"""What is done with threads from the list and the reading pane: choose several, and mark them."""

from collections.abc import Callable, Collection

import reflex as rx

from easycrm.core import wording
from easycrm.core.errors import EasyCRMError
from easycrm.mail import marks
from easycrm.pages.flash import tell
from easycrm.pages.mailbox_address import read
from easycrm.pages.mailbox_state import MailboxState, fill
from easycrm.pages.session import me, require

Act = Callable[[int, Collection[int]], int]
_ACTS: dict[str, Act] = {
    "read": marks.read,
    "unread": lambda user, threads: marks.read(user, threads, unread=True),
    "star": marks.star,
    "unstar": lambda user, threads: marks.star(user, threads, starred=False),
    "archive": marks.archive,
    "inbox": lambda user, threads: marks.archive(user, threads, archived=False),
}
_CLOSING = ("archive", "unread")


class MarksState(rx.State):
    """The threads that are selected; they stay so while new mail arrives."""

    selected: list[int] = []

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
        act = _ACTS.get(what)
        threads = [thread_id] if thread_id else self.selected
        if act is None or not threads:
            return None
        count = await self._act(act, threads)
        if count is None:
            return None
        if what in ("archive", "inbox"):
            await tell(self, _told(what, count, len(threads)))
        if not thread_id:
            self.selected = []
        mailbox = await self.get_state(MailboxState)
        open_id = read(self.router.url.query_parameters).thread
        if what in _CLOSING and open_id in threads and count:
            return rx.redirect(mailbox.closed)
        fill(mailbox, me().user_id)
        return None

    async def _act(self, act: Act, threads: list[int], *, quiet: bool = False) -> int | None:
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
