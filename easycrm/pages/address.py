"""What a page's address says: which page it is, and the numbers in it."""

import reflex as rx

_LARGEST = 2**63 - 1


def page_path(state: rx.State) -> str:
    """The page that the tab shows, such as "/mailbox"; empty for the first one."""
    return state.router.url.path.rstrip("/")


def number(text: str | None) -> int:
    """A key or id from the address; 0 for whatever is none that the database could hold."""
    if not text or not text.isascii() or not text.isdigit() or len(text) > len(str(_LARGEST)):
        return 0
    return value if (value := int(text)) <= _LARGEST else 0
