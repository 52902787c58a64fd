"""The writing page: a new message, an answer, or a draft that is gone on with."""

import reflex as rx

from easycrm.core import wording
from easycrm.mail.sender import Sender
from easycrm.pages.compose_state import ComposeState
from easycrm.pages.consent import ConsentState
from easycrm.pages.parts.button import button, button_link, icon_button
from easycrm.pages.parts.confirm import confirm
from easycrm.pages.parts.feedback import empty, notice, skeleton
from easycrm.pages.shell import frame
from easycrm.pages.signature import SignatureState, signature_dialog
from easycrm.pages.writing_parts import (
    AfterSaving,
    AttachButton,
    Copies,
    CopyButtons,
    Editor,
    Files,
    From,
    Kept,
    Letter,
    Quotation,
    Recipients,
    SendLater,
    Subject,
    Unkept,
)


def compose_page() -> rx.Component:
    """The page."""
    return frame(
        rx.el.div(
            rx.cond(ComposeState.loaded, rx.cond(ComposeState.letter.id > 0, None, _nothing_to_write()), _skeleton()),
            _letter(),
            on_unmount=ComposeState.leave,
            class_name="compose",
        ),
        _discard_dialog(),
        signature_dialog(),
        active="compose",
        tells_of=rx.cond(ComposeState.letter.id > 0, ComposeState.sender_id, 0),
    )


def _letter() -> rx.Component:
    return Letter.create(
        rx.el.div(
            rx.el.h1(
                rx.match(
                    ComposeState.letter.kind,
                    ("reply", wording.writing.REPLY),
                    ("reply_all", wording.writing.REPLY_ALL),
                    ("forward", wording.writing.FORWARD),
                    "New message",
                )
            ),
            Kept.create(class_name="letter-kept"),
            class_name="letter-head",
        ),
        Unkept.create(words=wording.writing.UNKEPT, on_apart=ComposeState.open_apart),
        rx.el.div(
            From.create(
                rx.cond(
                    ComposeState.sender_id > 0,
                    button("Signature", look="quiet", on_click=SignatureState.edit(ComposeState.sender_id)),
                ),
                label="From",
                on_choose=ComposeState.choose_sender,
            ),
            Recipients.create(CopyButtons.create(), name="to", label="To"),
            Copies.create(Recipients.create(name="cc", label="Cc"), name="cc"),
            Copies.create(Recipients.create(name="bcc", label="Bcc"), name="bcc"),
            Subject.create(label="Subject"),
            Editor.create(label="Message", placeholder="Write your message"),
            Files.create(label="Files", too_large=wording.writing.FILES_TOO_LARGE),
            Quotation.create(label="Quoted message", remove_label="Remove quotation"),
            class_name="card letter-sheet",
        ),
        rx.el.div(_problem(), _acts(), class_name="letter-foot"),
        given=ComposeState.letter,
        fresh=ComposeState.loaded,
        senders=ComposeState.senders,
        discarded=ComposeState.discarded,
        class_name="letter",
    )


def _acts() -> rx.Component:
    return rx.el.div(
        rx.el.div(
            AfterSaving.create(
                rx.icon("send", size=16, aria_hidden=True),
                "Send",
                on_done=ComposeState.send,
                class_name="button button-primary",
                custom_attrs={"data-send": "true", "aria-keyshortcuts": "Control+Enter"},
            ),
            SendLater.create(
                label="Send later", on_done=ComposeState.schedule, class_name="button button-primary letter-later"
            ),
            class_name="letter-send",
        ),
        AttachButton.create(label="Attach files", class_name="button button-quiet"),
        rx.el.span(class_name="letter-gap"),
        icon_button("trash-2", "Discard draft", on_click=ComposeState.ask_discard),
        class_name="letter-acts",
    )


def _problem() -> rx.Component:
    """Why it cannot be sent, and the way out where a new consent is one."""
    return rx.fragment(
        rx.foreach(ComposeState.senders, _sender_problem),
        rx.cond(
            (ComposeState.problem != "") & ~ComposeState.mailbox_refuses,
            notice(ComposeState.problem, tone="bad", role="alert"),
        ),
    )


def _sender_problem(one: Sender) -> rx.Component:
    """What is wrong with the chosen mailbox: a word of warning, and an alert once that keeps a message from going."""
    told = (one.problem, rx.el.span(one.address))
    return rx.cond(
        (one.id == ComposeState.sender_id) & (one.problem != ""),
        rx.cond(
            ComposeState.mailbox_refuses,
            notice(*told, tone="bad", role="alert", actions=(_reconnect(one),)),
            notice(*told, tone="warn", actions=(_reconnect(one),)),
        ),
    )


def _reconnect(one: Sender) -> rx.Component:
    return AfterSaving.create(
        wording.RECONNECT,
        on_done=lambda _version: ConsentState.reconnect(one.provider, one.id),
        class_name="button button-primary",
        aria_label=f"{wording.RECONNECT} {one.address}",
    )


def _nothing_to_write() -> rx.Component:
    return rx.el.div(
        rx.el.h1(wording.writing.COMPOSE, class_name="only-read"),
        rx.cond(
            ComposeState.on_its_way > 0,
            empty(
                "send",
                wording.writing.NOT_A_DRAFT,
                rx.el.div(
                    button("Undo sending", look="primary", on_click=ComposeState.take_back),
                    button_link("Open the outbox", to="/outbox"),
                    class_name="empty-acts",
                ),
            ),
            rx.cond(
                ComposeState.senders.length() == 0,
                empty(
                    "mailbox",
                    "No mailbox is connected yet",
                    rx.el.p("Messages go out from your own work mailbox: connect it first."),
                    button_link(f"Open {wording.EMAIL_INTEGRATION}", to="/settings/email", look="primary"),
                ),
                empty(
                    "file-x",
                    "There is no such draft",
                    rx.el.p("It was sent or discarded, or it is somebody else's."),
                    button_link(wording.writing.COMPOSE, to="/compose", look="primary"),
                ),
            ),
        ),
        class_name="card",
    )


def _skeleton() -> rx.Component:
    return rx.el.div(
        skeleton("180px", "26px"),
        rx.el.div(*[skeleton(width) for width in ("60%", "80%", "70%")], skeleton("100%", "220px"), class_name="card"),
        rx.el.span("Loading", role="status", class_name="only-read"),
        class_name="letter-skeleton",
    )


def _discard_dialog() -> rx.Component:
    return confirm(
        rx.el.p("The text and its files are deleted from EasyCRM."),
        name="discard",
        question="Discard this draft?",
        open=ComposeState.discarding,
        yes="Discard",
        on_yes=ComposeState.discard,
        on_no=ComposeState.never_mind,
    )
