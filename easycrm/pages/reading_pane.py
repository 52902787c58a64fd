"""The open thread: its messages, each in a frame of its own that can run nothing."""

import reflex as rx

from easycrm.pages.mailbox_state import MailboxState
from easycrm.pages.parts.browser import Size, moment
from easycrm.pages.parts.button import button, link
from easycrm.pages.parts.feedback import empty
from easycrm.pages.thread_state import FileItem, MessageItem, ThreadState

_SANDBOX = "allow-popups allow-popups-to-escape-sandbox"


def reading_pane() -> rx.Component:
    """The thread that is open, or a word on what this place is for."""
    return rx.cond(
        ThreadState.open_id > 0,
        rx.cond(
            ThreadState.missing != "",
            empty("mail-x", ThreadState.missing, link("Back to the mailbox", to="/mailbox")),
            rx.el.article(
                rx.el.div(
                    link(
                        rx.icon("arrow-left", size=18, aria_hidden=True),
                        to=MailboxState.newest,
                        aria_label="Back to the list",
                        class_name="button button-quiet button-icon reading-back",
                    ),
                    rx.el.h1(ThreadState.subject, class_name="reading-subject"),
                    class_name="reading-head",
                ),
                rx.foreach(ThreadState.messages, _message),
            ),
        ),
        rx.cond(
            MailboxState.rows.length() > 0,
            empty("mail-open", "Nothing is open", rx.el.p("Choose a conversation from the list to read it here.")),
        ),
    )


def _message(message: MessageItem) -> rx.Component:
    return rx.el.details(
        rx.el.summary(
            rx.el.span(message.initial, class_name="avatar", aria_hidden=True),
            rx.el.span(
                rx.el.span(
                    rx.el.span(message.sender, class_name="message-sender"),
                    rx.el.span(message.sender_email, class_name="muted small message-address"),
                ),
                rx.el.span(f"to {message.recipients}", class_name="muted small message-to"),
                rx.el.span(message.snippet, class_name="muted small message-snippet"),
                class_name="message-who",
            ),
            moment(message.at, "exact", class_name="muted small nowrap numbers"),
            class_name="message-head",
        ),
        rx.cond(message.remote_images & ~message.images_shown, _images_blocked(message)),
        rx.cond(message.has_html, _frame(message), rx.el.div(message.text, class_name="message-text")),
        rx.cond(message.files.length() > 0, _files(message)),
        open=message.last,
        key=message.id.to_string(),
        class_name="message",
    )


def _images_blocked(message: MessageItem) -> rx.Component:
    return rx.el.div(
        rx.icon("image-off", size=16, aria_hidden=True),
        rx.el.span("Remote images are blocked: they would tell the sender that you opened this."),
        button("Show remote images", on_click=ThreadState.show_images(message.id)),
        class_name="message-images",
    )


def _frame(message: MessageItem) -> rx.Component:
    return rx.el.div(
        rx.el.iframe(
            src=f"/mail/frame/{message.id}?images={rx.cond(message.images_shown, '1', '0')}",
            title=f"Message from {message.sender}",
            sandbox=_SANDBOX,
            referrer_policy="no-referrer",
            loading="lazy",
            class_name="message-frame",
        ),
        class_name="message-sheet",
    )


def _files(message: MessageItem) -> rx.Component:
    return rx.el.ul(rx.foreach(message.files, _file), aria_label="Attachments", class_name="files")


def _file(file: FileItem) -> rx.Component:
    return rx.el.li(
        rx.icon("paperclip", size=15, aria_hidden=True),
        rx.el.span(file.name, class_name="file-name"),
        Size.create(bytes=file.size, class_name="muted small nowrap"),
        class_name="file",
    )
