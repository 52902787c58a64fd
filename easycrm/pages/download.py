"""The link to a mailbox's whole mail as a file."""

import reflex as rx

from easycrm.pages.parts.button import link


def download_link(words: str, connection_id: rx.Var[int], address: rx.Var[str]) -> rx.Component:
    """Leads to the export; the accessible name says whose mail it is."""
    # No page of the frontend is there: without reload_document its router would show "not found".
    return link(
        words,
        to=f"/mail/export/{connection_id}",
        reload_document=True,
        download=True,
        aria_label=f"{words}: {address}",
    )
