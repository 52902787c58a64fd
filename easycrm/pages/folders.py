"""The dialog in which a mailbox's owner chooses the folders or labels that are imported."""

import asyncio
from dataclasses import dataclass
from typing import Any

import reflex as rx

from easycrm import worker
from easycrm.core import wording
from easycrm.core.errors import EasyCRMError
from easycrm.mail import folder_choice
from easycrm.pages.flash import tell
from easycrm.pages.mailbox_item import MailboxItem
from easycrm.pages.parts.browser import Dialog
from easycrm.pages.parts.button import button
from easycrm.pages.parts.feedback import notice, waiting
from easycrm.pages.parts.field import switch
from easycrm.pages.session import me, require
from easycrm.providers.registry import provider as known


@dataclass(frozen=True)
class FolderItem:
    """A folder or label as the dialog shows it."""

    id: int
    name: str
    imported: bool


class FoldersState(rx.State):
    """The mailbox whose folders are shown, and the choice that waits for a yes."""

    open_for: int = 0
    address: str = ""
    labels: bool = False
    items: list[FolderItem] = []
    drawn: int = 0
    busy: bool = False
    wrong: str = ""
    question: str = ""
    _wish: dict[int, bool] = {}

    @rx.event
    @require("member")
    async def show(self, connection_id: int, address: str, provider: str):
        """Show the folders that are known, then ask the provider which there are."""
        user_id = me().user_id
        self.address, self.labels, self.wrong, self.question = address, known(provider).folder_word == "label", "", ""
        try:
            self._fill(user_id, connection_id)
        except EasyCRMError as error:
            await tell(self, error.user_message, "bad")
            return
        self.open_for, self.busy = connection_id, True
        yield
        await folder_choice.refresh(user_id, connection_id)
        self._fill(user_id, connection_id)
        self.busy = False

    @rx.event
    @require("member")
    async def save(self, form: dict[str, Any]) -> None:
        """Put the choice in force, after a question if emails would go."""
        self.wrong = ""
        self._wish = {item.id: bool(form.get(f"folder-{item.id}")) for item in self.items}
        try:
            removed = folder_choice.concerned(me().user_id, self.open_for, self._wish)
        except EasyCRMError as error:
            self.wrong = error.user_message
            return
        if removed:
            self.question = wording.rules.removed_by_choice(removed)
        else:
            await self._choose(me().user_id)

    @rx.event
    @require("member")
    async def confirm_choice(self) -> None:
        """Put the choice in force that was asked about."""
        if self.question:
            await self._choose(me().user_id)

    @rx.event
    @require("member")
    def close(self) -> None:
        """Leave everything as it is."""
        self.open_for, self.question, self.wrong = 0, "", ""

    async def _choose(self, user_id: int) -> None:
        connection_id = self.open_for
        self.open_for, self.question = 0, ""
        try:
            await asyncio.to_thread(folder_choice.choose, user_id, connection_id, self._wish)
        except EasyCRMError as error:
            await tell(self, error.user_message, "bad")
            return
        worker.request_rules()
        worker.sync_mailbox(connection_id)
        await tell(self, "Saved")

    def _fill(self, user_id: int, connection_id: int) -> None:
        found = folder_choice.listed(user_id, connection_id)
        items = [FolderItem(row.id, row.name, row.imported) for row in found]
        if items != self.items or connection_id != self.open_for:
            self.items = items
            self.drawn += 1


def folders_button(item: MailboxItem) -> rx.Component:
    """The button on the row of a mailbox."""
    return button(
        rx.cond(item.labels, "Labels", "Folders"),
        look="quiet",
        on_click=FoldersState.show(item.id, item.address, item.provider),
    )


def folders_dialog() -> rx.Component:
    """The dialog; one on the page, for whichever mailbox was asked about."""
    return Dialog.create(
        rx.el.div(
            rx.el.h2(rx.cond(FoldersState.labels, "Labels to import", "Folders to import"), id="folders-title"),
            rx.el.p(FoldersState.address, class_name="font-medium break-all"),
            rx.cond(FoldersState.question != "", _question(), _choice()),
            class_name="dialog-body",
        ),
        open=FoldersState.open_for > 0,
        on_dismiss=FoldersState.close,
        class_name="dialog",
        custom_attrs={"aria-labelledby": "folders-title"},
    )


def _choice() -> rx.Component:
    return rx.el.form(
        rx.el.p(
            rx.cond(FoldersState.labels, wording.rules.LABELS_LEAD, wording.rules.FOLDERS_LEAD),
            class_name="muted small",
        ),
        rx.cond(FoldersState.wrong != "", notice(FoldersState.wrong, tone="bad", role="alert")),
        rx.cond(
            FoldersState.items.length() > 0,
            rx.el.div(
                rx.foreach(FoldersState.items, _folder),
                class_name="folder-list",
                tab_index=0,
                role="group",
                aria_labelledby="folders-title",
            ),
            rx.cond(FoldersState.busy, None, rx.el.p("Nothing is listed yet. The first sync brings the list.")),
        ),
        rx.cond(FoldersState.busy, waiting("Looking for new ones")),
        rx.el.div(
            button("Cancel", on_click=FoldersState.close),
            button("Save", look="primary", type="submit", disabled=FoldersState.busy),
            class_name="dialog-actions",
        ),
        on_submit=FoldersState.save,
        key=f"folders-{FoldersState.open_for}-{FoldersState.drawn}",
        no_validate=True,
        class_name="grid gap-3",
    )


def _folder(item: Any) -> rx.Component:
    return switch(item.name, f"folder-{item.id}", scope="choice", default_checked=item.imported)


def _question() -> rx.Component:
    return rx.el.div(
        rx.el.p(FoldersState.question, role="status"),
        rx.el.div(
            button("Cancel", on_click=FoldersState.close, auto_focus=True),
            button("Leave out", look="danger", on_click=FoldersState.confirm_choice),
            class_name="dialog-actions",
        ),
        class_name="grid gap-3",
    )
