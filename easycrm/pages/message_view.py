"""One message of the open thread: who and when, its text in a frame that can run nothing, its files, what to do."""

from typing import Any

import reflex as rx

from easycrm.core import wording
from easycrm.pages.answer_buttons import answer_buttons
from easycrm.pages.message_item import FileItem, HeaderItem, MessageItem, TextBlock, TextPiece
from easycrm.pages.parts.browser import Size, moment
from easycrm.pages.parts.button import button, link
from easycrm.pages.parts.feedback import skeleton
from easycrm.pages.thread_state import ThreadState

_SANDBOX = "allow-popups allow-popups-to-escape-sandbox"
_ICONS = {
    "text": "file-text", "archive": "file-archive", "sheet": "file-spreadsheet", "image": "file-image",
    "audio": "file-music", "video": "film", "calendar": "calendar", "mail": "mail",
}  # fmt: skip


def message_view(message: MessageItem) -> rx.Component:
    """The message; closed, it is a line with its first words."""
    return rx.el.details(
        rx.el.summary(_head(message), class_name="message-head"),
        _recipients(message),
        rx.foreach(message.notices, _notice),
        rx.cond(message.remote_images, _images(message)),
        rx.cond(
            message.framed,
            _frame(message),
            rx.cond(
                message.blocks.length() > 0, rx.el.div(rx.foreach(message.blocks, _block), class_name="message-text")
            ),
        ),
        _files(message),
        _foot(message),
        open=message.last,
        key=message.id.to_string(),
        class_name="message",
    )


def _head(message: MessageItem) -> rx.Component:
    return rx.fragment(
        rx.el.span(message.initial, class_name="avatar", aria_hidden=True),
        rx.el.span(
            rx.el.span(
                rx.el.span(message.sender, class_name="message-sender"),
                rx.el.span(message.sender_email, class_name="muted small message-address"),
            ),
            rx.el.span(message.snippet, class_name="muted small message-snippet"),
            class_name="message-who",
        ),
        rx.cond(
            message.starred,
            rx.el.span(
                rx.icon("star", size=15, aria_hidden=True),
                rx.el.span("Starred", class_name="only-read"),
                class_name="message-star",
            ),
        ),
        moment(message.at, "exact", class_name="muted small nowrap numbers"),
    )


def _recipients(message: MessageItem) -> rx.Component:
    return rx.el.details(
        rx.el.summary(
            rx.el.span(f"to {message.recipients}", class_name="message-to"),
            rx.icon("chevron-down", size=14, aria_hidden=True, class_name="turn"),
            rx.el.span("Show details", class_name="only-read"),
        ),
        rx.el.dl(
            rx.foreach(message.headers, _header),
            rx.el.div(rx.el.dt("Date"), rx.el.dd(moment(message.at, "full"))),
        ),
        class_name="recipients",
    )


def _header(one: HeaderItem) -> rx.Component:
    return rx.el.div(rx.el.dt(one.label), rx.el.dd(one.value))


def _notice(sentence: rx.Var[str]) -> rx.Component:
    return rx.el.p(rx.icon("info", size=16, aria_hidden=True), rx.el.span(sentence), class_name="message-bar")


def _images(message: MessageItem) -> rx.Component:
    # By their keys these stay two buttons: whoever presses the first twice does not ask for the images after all.
    return rx.cond(
        message.trusted,
        rx.el.div(
            rx.icon("image", size=16, aria_hidden=True),
            rx.el.span(f"{wording.reading.images_always_shown(message.address)}."),
            button(
                "Stop showing them", key="stop", look="quiet", on_click=ThreadState.distrust_sender(message.address)
            ),
            class_name="message-bar",
        ),
        rx.cond(
            message.images_shown,
            rx.fragment(),
            rx.el.div(
                rx.icon("image-off", size=16, aria_hidden=True),
                rx.el.span(wording.reading.IMAGES_BLOCKED),
                button("Show remote images", key="show", on_click=ThreadState.show_images(message.id)),
                rx.cond(
                    message.address != "",
                    button("Always show images from ", message.address, on_click=ThreadState.trust_sender(message.id)),
                ),
                class_name="message-bar",
            ),
        ),
    )


def _frame(message: MessageItem) -> rx.Component:
    return rx.el.iframe(
        src=f"/mail/frame/{message.id}?images={rx.cond(message.images_shown, '1', '0')}",
        title=f"Message from {message.sender}",
        sandbox=_SANDBOX,
        referrer_policy="no-referrer",
        loading="lazy",
        style={"--wide": message.wide, "--narrow": message.narrow},
        class_name="message-frame",
    )


def _words(message: MessageItem) -> rx.Component:
    return rx.el.div(rx.foreach(message.blocks, _block), class_name="message-text")


def _block(block: TextBlock) -> rx.Component:
    words = rx.el.div(rx.foreach(block.pieces, _piece), class_name="message-words")
    return rx.cond(
        block.quoted,
        rx.el.details(rx.el.summary(wording.reading.QUOTED_TEXT), words, class_name="message-quoted"),
        words,
    )


def _piece(piece: TextPiece) -> rx.Component:
    return rx.cond(
        piece.href != "",
        rx.el.a(piece.text, href=piece.href, target="_blank", rel="noopener noreferrer", class_name="link"),
        rx.el.span(piece.text),
    )


def _files(message: MessageItem) -> rx.Component:
    return rx.cond(
        message.unlisted,
        rx.cond(
            ThreadState.files_wrong != "",
            rx.el.div(
                rx.icon("paperclip", size=16, aria_hidden=True),
                rx.el.span(ThreadState.files_wrong),
                button("Try again", on_click=ThreadState.list_files),
                class_name="message-bar",
            ),
            rx.el.div(
                rx.el.span("Looking up the attachments", class_name="only-read"),
                rx.el.div(skeleton("140px"), class_name="file"),
                role="status",
                class_name="files",
            ),
        ),
        rx.cond(
            message.files.length() > 0,
            rx.el.ul(rx.foreach(message.files, _file), aria_label="Attachments", class_name="files"),
        ),
    )


def _file(file: FileItem) -> rx.Component:
    icons: list[Any] = [(kind, rx.icon(name, size=17, aria_hidden=True)) for kind, name in _ICONS.items()]
    return rx.el.li(
        rx.el.a(
            rx.match(file.kind, *icons, rx.icon("file", size=17, aria_hidden=True)),
            rx.el.span(file.name, class_name="file-name"),
            rx.cond(file.size > 0, Size.create(bytes=file.size, class_name="muted small nowrap")),
            rx.icon("download", size=15, aria_hidden=True, class_name="file-get"),
            # Should it not be there any more, the answer is a page: the mailbox stays open beside it.
            href=f"/mail/attachment/{file.id}",
            target="_blank",
            rel="noopener",
            title=f"Download {file.name}",
            class_name="file",
        )
    )


def _foot(message: MessageItem) -> rx.Component:
    return rx.el.div(
        answer_buttons(message.id),
        rx.el.span(class_name="message-gap"),
        rx.cond(
            message.contact_href != "",
            link(
                rx.icon("contact-round", size=15, aria_hidden=True),
                "Contact",
                to=message.contact_href,
                class_name="button button-quiet",
            ),
        ),
        rx.cond(
            message.starred,
            button(
                rx.icon("star-off", size=15, aria_hidden=True),
                "Remove star",
                look="quiet",
                on_click=ThreadState.star(message.id, False),
            ),
            button(
                rx.icon("star", size=15, aria_hidden=True),
                "Star",
                look="quiet",
                on_click=ThreadState.star(message.id, True),
            ),
        ),
        _to_original("Show original", f"/mail/original/{message.id}", "code"),
        _to_original("Download", f"/mail/original/{message.id}?download=1", "download"),
        class_name="message-foot",
    )


def _to_original(words: str, address: Any, icon: str) -> rx.Component:
    return rx.el.a(
        rx.icon(icon, size=15, aria_hidden=True),
        words,
        href=address,
        target="_blank",
        rel="noopener",
        class_name="button button-quiet",
    )
