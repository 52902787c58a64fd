"""Administration → Keys: which key seals, how to change it, and how far the change has come."""

from dataclasses import dataclass

import reflex as rx

from easycrm import worker
from easycrm.mail import key_rotation
from easycrm.pages.flash import tell
from easycrm.pages.parts.browser import Every, count
from easycrm.pages.parts.button import button
from easycrm.pages.parts.feedback import notice, pill, progress, skeleton
from easycrm.pages.session import me, require
from easycrm.pages.shell import frame, page_heading

PATIENCE_LOOKS = 8


@dataclass(frozen=True)
class KeyItem:
    """A key of the ring: its name, never the key."""

    id: str
    sealed: int
    seals: bool
    retired: bool


class AdminKeysState(rx.State):
    """The ring, and how much is still sealed with an older key."""

    loaded: bool = False
    keys: list[KeyItem] = []
    waiting: str = ""
    total: int = 0
    older: int = 0
    lost: int = 0
    percent: int = 100
    rotating: bool = False
    asked: bool = False
    slow: bool = False
    _looks: int = 0

    @rx.event
    @require("admin")
    def load(self) -> None:
        """Fill the page."""
        self.asked = self.slow = False
        self._show()
        self.loaded = True

    @rx.event
    @require("admin")
    async def rotate(self) -> None:
        """Let the newest key seal, and everything be sealed anew by the worker."""
        if not self.waiting or self.asked:
            return
        worker.request_rotation(me().user_id)
        self.asked, self._looks = True, 0
        await tell(self, "Rotation started")

    @rx.event
    @require("admin")
    def look(self) -> None:
        """See how far it has come."""
        self._looks += 1
        self._show()
        self.asked = self.asked and self.waiting != ""
        self.slow = self.asked and self._looks > PATIENCE_LOOKS

    def _show(self) -> None:
        found = key_rotation.overview()
        self.keys = [KeyItem(key.id, key.values, key.seals, not key.seals and not key.values) for key in found.ring]
        self.waiting, self.total, self.older, self.lost = found.waiting, found.total, found.older, found.lost
        self.percent = 100 * (found.total - found.older) // max(found.total, 1)
        self.rotating = found.older > found.lost


def admin_keys() -> rx.Component:
    """The page."""
    return frame(
        page_heading("Keys", "Tokens and client secrets are stored encrypted. Change the key here, without a pause."),
        rx.cond(
            AdminKeysState.loaded,
            rx.el.div(_ring(), _how(), class_name="stack"),
            rx.el.div(skeleton("100%", "200px"), class_name="stack"),
        ),
        rx.cond(AdminKeysState.rotating | AdminKeysState.asked, Every.create(seconds=1, on_tick=AdminKeysState.look)),
        active="keys",
    )


def _ring() -> rx.Component:
    return rx.el.section(
        rx.el.h2("Key ring"),
        rx.el.ul(rx.foreach(AdminKeysState.keys, _key), class_name="rule-list"),
        rx.cond(AdminKeysState.rotating, _progress()),
        rx.cond(
            AdminKeysState.lost > 0,
            notice(
                "Some values cannot be opened",
                rx.el.span(count(AdminKeysState.lost), " were sealed with a key that is not in the ring."),
                tone="warn",
            ),
        ),
        rx.cond(AdminKeysState.waiting != "", _begin()),
        aria_label="Key ring",
        class_name="card rules",
    )


def _key(key: KeyItem) -> rx.Component:
    return rx.el.li(
        rx.el.div(
            rx.el.span(key.id, class_name="font-medium break-all"),
            rx.cond(
                key.seals,
                pill("In use", "good"),
                rx.cond(
                    key.id == AdminKeysState.waiting,
                    pill("New", "warn"),
                    rx.cond(key.retired, pill("Not used any more: remove it from the settings", "off")),
                ),
            ),
            class_name="rule-words",
        ),
        rx.el.span(count(key.sealed), rx.cond(key.sealed == 1, " value", " values"), class_name="muted small nowrap"),
        key=key.id,
        class_name="rule",
    )


def _progress() -> rx.Component:
    return rx.el.div(
        rx.el.p(
            "Encrypting anew: ", count(AdminKeysState.older), " of ", count(AdminKeysState.total), " left",
            role="status", class_name="small",
        ),
        progress(AdminKeysState.percent, label="Key rotation", unknown=rx.Var.create(False)),
        class_name="grid gap-2",
    )  # fmt: skip


def _begin() -> rx.Component:
    return rx.el.div(
        rx.el.p(
            rx.cond(
                AdminKeysState.slow,
                "The worker has not taken it up yet. Does it run, and was it restarted with the new key?",
                f"The key {AdminKeysState.waiting} is ready. Restart every web and worker process with it first.",
            ),
            class_name="muted small",
        ),
        button(
            rx.cond(AdminKeysState.asked, "Starting …", "Start rotation"),
            look="primary",
            disabled=AdminKeysState.asked,
            on_click=AdminKeysState.rotate,
        ),
        class_name="setup-foot",
    )


def _how() -> rx.Component:
    return rx.el.section(
        rx.el.h2("How to change the key"),
        rx.el.ol(
            rx.el.li("Make a key: ", rx.el.code("python -m easycrm new-key 2027")),
            rx.el.li(
                "Put it in front of the others in ", rx.el.code("EASYCRM_KEYS"), " or the key file, on every machine."
            ),
            rx.el.li("Restart all processes. Nothing changes yet: the old key goes on until you start the rotation."),
            rx.el.li("Start the rotation here, or run ", rx.el.code("python -m easycrm rotate-keys")),
            rx.el.li("When the old key is not used any more, remove it. Keep it for as long as you keep old backups."),
            class_name="key-steps",
        ),
        aria_label="How to change the key",
        class_name="card rules",
    )
