"""The theme as the application loads it: stylesheets in order, and what stands in every page's head."""

import reflex as rx

STYLESHEETS = [
    "/theme/tokens.css",
    "/theme/parts.css",
    "/theme/shell.css",
    "/theme/settings.css",
    "/theme/mailbox.css",
    "/theme/reading.css",
    "/theme/outbox.css",
    "/theme/contacts.css",
    "/theme/people.css",
    "/theme/writing.css",
    "/theme/charts.css",
    "/theme/health.css",
]


def head() -> list[rx.Component]:
    """Icons, colours of the browser's own frame, and the font that every page needs at once."""
    return [
        rx.el.link(rel="icon", href="/favicon.svg", type="image/svg+xml"),
        rx.el.link(
            rel="preload",
            href="/fonts/inter-latin-wght-normal.woff2",
            type="font/woff2",
            custom_attrs={"as": "font", "crossOrigin": "anonymous"},
        ),
        rx.el.meta(name="color-scheme", content="light dark"),
    ]
