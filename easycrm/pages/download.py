"""Links to what is downloaded as a file."""

import reflex as rx

from easycrm.pages.parts.button import link


def download_link(words: str, connection_id: rx.Var[int], address: rx.Var[str], **props: object) -> rx.Component:
    """Leads to the export; the accessible name says whose mail it is."""
    return file_link(words, to=f"/mail/export/{connection_id}", aria_label=f"{words}: {address}", **props)


def file_link(words: str, *, to: rx.Var[str] | str, **props: object) -> rx.Component:
    """A link to something that an endpoint hands out as a file."""
    # No page of the frontend is there: without reload_document its router would show "not found".
    return link(words, to=to, reload_document=True, download=True, **props)
