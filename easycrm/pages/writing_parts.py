"""The parts of the writing page that live in the browser; their code is in assets/writing."""

from typing import Any

import reflex as rx
from reflex_base.components.component import NoSSRComponent

_TIPTAP = "3.34.0"
_PACKAGES = [f"@tiptap/{name}@{_TIPTAP}" for name in ("core", "extensions", "pm", "react", "starter-kit")]


class Letter(rx.Component):
    """Everything that belongs to the draft `given`; it shows once that is open, and takes files dropped on it.

    A draft is opened once it is `fresh`: as EasyCRM has it now.
    """

    library = "$/public/writing/letter.js"
    tag = "Letter"
    given: rx.Var[Any]
    fresh: rx.Var[bool]
    senders: rx.Var[list[Any]]
    discarded: rx.Var[int]


class From(rx.Component):
    """The choice of the mailbox to send from."""

    library = "$/public/writing/letter.js"
    tag = "From"
    label: rx.Var[str]
    on_choose: rx.EventHandler[rx.event.passthrough_event_spec(int)]


class Subject(rx.Component):
    """The subject."""

    library = "$/public/writing/letter.js"
    tag = "Subject"
    label: rx.Var[str]


class CopyButtons(rx.Component):
    """The buttons that bring the fields for Cc and Bcc."""

    library = "$/public/writing/letter.js"
    tag = "CopyButtons"


class Copies(rx.Component):
    """A field for Cc or Bcc, which shows once it is wanted or holds somebody."""

    library = "$/public/writing/letter.js"
    tag = "Copies"
    name: rx.Var[str]


class Kept(rx.Component):
    """Whether what was typed is kept, in a word."""

    library = "$/public/writing/letter.js"
    tag = "Kept"


class Unkept(rx.Component):
    """Why it is not kept, by state, and the ways on; `on_apart` gets the id of the draft that it became."""

    library = "$/public/writing/letter.js"
    tag = "Unkept"
    words: rx.Var[dict[str, str]]
    on_apart: rx.EventHandler[rx.event.passthrough_event_spec(int)]


class Quotation(rx.Component):
    """The message that is answered, folded."""

    library = "$/public/writing/letter.js"
    tag = "Quotation"
    label: rx.Var[str]
    remove_label: rx.Var[str]


class AfterSaving(rx.Component):
    """A button that acts once everything is kept; `on_done` gets the version."""

    library = "$/public/writing/letter.js"
    tag = "AfterSaving"
    on_done: rx.EventHandler[rx.event.passthrough_event_spec(int)]


class Recipients(rx.Component):
    """A field for recipients with suggestions; `name` is to, cc or bcc."""

    library = "$/public/writing/recipients.js"
    tag = "Recipients"
    name: rx.Var[str]
    label: rx.Var[str]


class AttachButton(rx.Component):
    """A button to add files."""

    library = "$/public/writing/files.js"
    tag = "AttachButton"
    label: rx.Var[str]


class Files(rx.Component):
    """The files, those on their way, and how much the provider takes."""

    library = "$/public/writing/files.js"
    tag = "Files"
    label: rx.Var[str]
    too_large: rx.Var[str]


class SendLater(rx.Component):
    """A menu of moments in the reader's time zone; `on_done` gets the version and the moment (ISO 8601)."""

    library = "$/public/writing/later.js"
    tag = "SendLater"
    label: rx.Var[str]
    on_done: rx.EventHandler[rx.event.passthrough_event_spec(int, str)]


class Editor(NoSSRComponent):
    """The text of the draft, with its toolbar; fetched only where it is shown."""

    library = "$/public/writing/editor.js"
    tag = "Editor"
    lib_dependencies: list[str] = _PACKAGES
    label: rx.Var[str]
    placeholder: rx.Var[str]


class SignatureEditor(NoSSRComponent):
    """The text of a signature; `on_keep` gets it."""

    library = "$/public/writing/editor.js"
    tag = "SignatureEditor"
    lib_dependencies: list[str] = _PACKAGES
    label: rx.Var[str]
    html: rx.Var[str]
    on_keep: rx.EventHandler[rx.event.passthrough_event_spec(str)]
    on_cancel: rx.EventHandler[rx.event.no_args_event_spec]
