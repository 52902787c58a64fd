"""Administration → Health: what is connected, what is late, whose turn it is."""

import reflex as rx

from easycrm.core import wording
from easycrm.pages.admin_health_state import (
    AdminHealthState,
    CountItem,
    ImportItem,
    IncidentItem,
    WorkerItem,
)
from easycrm.pages.admin_troubled import asking, history, troubled
from easycrm.pages.parts.browser import count, moment
from easycrm.pages.parts.button import button
from easycrm.pages.parts.chart import HourBars
from easycrm.pages.parts.feedback import empty, notice, pill, progress, skeleton
from easycrm.pages.parts.table import card, table
from easycrm.pages.shell import frame, page_heading


def admin_health() -> rx.Component:
    """The page."""
    return frame(
        page_heading("Health", "How the connections are, what was imported, and who has the next step."),
        rx.cond(
            AdminHealthState.loaded,
            rx.el.div(
                rx.cond(
                    AdminHealthState.alive == 0,
                    notice(wording.health.NO_WORKER, tone="bad", role="alert"),
                ),
                rx.foreach(AdminHealthState.incidents, _incident),
                _tiles(),
                _charts(),
                rx.cond(AdminHealthState.imports.length() > 0, _imports()),
                troubled(),
                _by_provider(),
                _workers(),
                class_name="stack",
            ),
            rx.el.div(
                skeleton("100%", "90px"), skeleton("100%", "180px"), skeleton("100%", "240px"), class_name="stack"
            ),
        ),
        history(),
        asking(),
        active="health",
    )


def _tiles() -> rx.Component:
    return rx.el.div(
        _tile("Connected", AdminHealthState.connected),
        _tile("Waiting for their owner", AdminHealthState.waiting, "tile-bad"),
        _tile("Late", AdminHealthState.late, "tile-warn"),
        _tile("Importing", AdminHealthState.imports.length()),
        _tile("Workers", AdminHealthState.alive),
        class_name="tiles",
    )


def _tile(words: str, value: rx.Var[int], tone: str = "") -> rx.Component:
    return rx.el.div(
        rx.el.span(words, class_name="muted small"),
        rx.el.strong(count(value)),
        class_name=rx.cond(value != 0, f"tile {tone}", "tile"),
    )


def _charts() -> rx.Component:
    first = AdminHealthState.first_hour
    return card(
        "Last 24 hours",
        rx.el.div(
            rx.el.div(HourBars.create(counts=AdminHealthState.stored, first=first, label="Emails stored")),
            rx.cond(
                AdminHealthState.any_failed,
                rx.el.div(
                    HourBars.create(counts=AdminHealthState.failed, first=first, label="Failed runs"),
                    class_name="days-bad",
                ),
            ),
            class_name="health-charts days-wide",
        ),
        rx.cond(AdminHealthState.any_failed, None, rx.el.p(wording.health.NONE_FAILED, class_name="muted small")),
        actions=(
            button(
                rx.icon("refresh-cw", size=15, aria_hidden=True),
                "Refresh",
                look="quiet",
                on_click=AdminHealthState.refresh,
            ),
        ),
    )


def _incident(item: IncidentItem) -> rx.Component:
    return rx.cond(
        item.resolved_at == "",
        notice(
            wording.connecting.incident_title(item.provider),
            rx.el.span(item.explanation),
            rx.el.span(
                "Since ", moment(item.opened_at), " · ", _waiting(item.people), f" · {wording.health.ADMINS_TURN}"
            ),
            tone="bad",
            role="alert",
        ),
        notice(
            f"{item.provider} works again",
            rx.el.span(item.explanation),
            rx.el.span("From ", moment(item.opened_at, "exact"), " to ", moment(item.resolved_at, "exact")),
            icon="circle-check",
        ),
    )


def _waiting(people: rx.Var[int]) -> rx.Component:
    return rx.fragment(count(people), rx.cond(people == 1, " person waits", " people wait"))


def _imports() -> rx.Component:
    return card("Imports under way", rx.el.ul(rx.foreach(AdminHealthState.imports, _import), class_name="grid gap-4"))


def _import(item: ImportItem) -> rx.Component:
    return rx.el.li(
        rx.el.div(
            rx.el.span(item.address, class_name="font-medium"),
            rx.el.span(item.owner, class_name="muted small"),
            class_name="flex flex-wrap gap-x-3",
        ),
        progress(item.percent, label=f"Importing {item.address}", unknown=item.total == 0),
        rx.el.span(count(item.done), " of ", count(item.total), class_name="muted small"),
        class_name="grid gap-1",
    )


def _by_provider() -> rx.Component:
    return card(
        "By provider",
        rx.cond(
            AdminHealthState.counts.length() > 0,
            table(
                "Mailboxes by provider",
                ["Provider", "Connected", "Waiting for their owner", "Late", "Not connected"],
                rx.foreach(AdminHealthState.counts, _count),
            ),
            empty("plug-zap", wording.health.NONE_CONNECTED),
        ),
    )


def _count(item: CountItem) -> rx.Component:
    numbers = (item.connected, item.waiting, item.late, item.disconnected)
    return rx.el.tr(rx.el.td(item.name), *[rx.el.td(count(number)) for number in numbers], key=item.name)


def _workers() -> rx.Component:
    return card(
        "Workers and queue",
        rx.el.p(AdminHealthState.queue, class_name="muted"),
        rx.cond(
            AdminHealthState.workers.length() > 0,
            table("Workers", ["Worker", "Started", "Last heard of", ""], rx.foreach(AdminHealthState.workers, _worker)),
        ),
    )


def _worker(item: WorkerItem) -> rx.Component:
    return rx.el.tr(
        rx.el.td(item.name),
        rx.el.td(moment(item.started_at)),
        rx.el.td(moment(item.seen_at)),
        rx.el.td(rx.cond(item.alive, pill("Alive", "good"), pill("Silent", "bad"))),
        key=item.name,
    )
