"""Administration → Providers: the application that an admin registered at Google or Microsoft."""

import reflex as rx

from easycrm.pages.admin_providers_state import AdminProvidersState, SetupItem
from easycrm.pages.admin_setup_form import setup_form
from easycrm.pages.admin_verify import verify_panel
from easycrm.pages.console_help import console_help
from easycrm.pages.parts.feedback import pill, skeleton
from easycrm.pages.parts.mark import provider_mark
from easycrm.pages.shell import frame, page_heading


def admin_providers() -> rx.Component:
    """The page."""
    return frame(
        page_heading(
            "Providers",
            "Register EasyCRM once at Google or Microsoft, then enter here what their console shows you.",
        ),
        rx.cond(
            AdminProvidersState.loaded,
            rx.el.div(rx.foreach(AdminProvidersState.items, _region), class_name="stack"),
            rx.el.div(skeleton("100%", "420px"), class_name="stack"),
        ),
        active="providers",
    )


def _region(item: SetupItem) -> rx.Component:
    return rx.el.section(
        rx.el.div(
            provider_mark(item.key),
            rx.el.div(
                rx.el.h2(item.name),
                rx.el.p(
                    rx.cond(item.connected == 1, "1 mailbox connected", f"{item.connected} mailboxes connected"),
                    class_name="muted small",
                ),
                class_name="provider-name",
            ),
            rx.cond(item.enabled, pill("On offer", "good"), pill("Off", "off")),
            class_name="provider-head",
        ),
        console_help(item.key),
        setup_form(item),
        verify_panel(item),
        role="region",
        aria_label=item.name,
        # A new key after each save puts the stored values, and an empty secret, into the fields.
        key=f"{item.key}-{AdminProvidersState.saved}",
        class_name="card",
    )
