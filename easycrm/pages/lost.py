"""What is seen when something is not there: an unknown address, the connection to EasyCRM, a page that broke."""

import reflex as rx
from reflex_base.event import noop
from reflex_components_core.base.error_boundary import ErrorBoundary
from reflex_components_core.core.banner import has_connection_errors

from easycrm.pages.parts.button import button_link
from easycrm.pages.parts.mark import brand_mark


def not_found() -> rx.Component:
    """The page for an address that leads nowhere."""
    return rx.el.main(
        rx.el.div(
            brand_mark(40),
            rx.el.h1("This page does not exist"),
            rx.el.p("The address may be mistyped, or the page has moved.", class_name="muted"),
            button_link("Go to the mailbox", to="/mailbox", look="primary"),
        ),
        class_name="callback",
    )


def connection_lost() -> rx.Component:
    """A bar that stays while the browser cannot reach EasyCRM; it reconnects by itself."""
    place = rx.el.div(
        rx.cond(
            has_connection_errors,
            rx.el.div(
                rx.el.span(class_name="spinner", aria_hidden=True),
                rx.el.span("Connection lost. Trying to reach EasyCRM again…"),
                class_name="lost",
            ),
        ),
        role="status",
        aria_live="polite",
    )
    # Reflex puts every page inside what it is given here: in the place itself, all that changes would be read out.
    return rx.fragment(place)


def page_broke() -> rx.Component:
    """What stands in the place of a page that could not be drawn."""
    broken = rx.el.main(
        rx.el.div(
            brand_mark(40),
            rx.el.h1("This page could not be shown"),
            rx.el.p("Nothing was lost. Please load it again.", class_name="muted"),
            rx.el.a("Load again", href="", class_name="button button-primary"),
        ),
        class_name="callback",
    )
    return ErrorBoundary.create(on_error=noop(), fallback_render=rx.Var.create(broken))
