"""Step-by-step help for the providers' consoles, folded away until it is needed."""

import reflex as rx

from easycrm.core.wording import consoles
from easycrm.pages.parts.browser import CopyButton


def console_help(provider: rx.Var[str]) -> rx.Component:
    """The help for one provider."""
    return rx.match(
        provider,
        ("google", _help(consoles.GOOGLE_TITLE, consoles.GOOGLE, consoles.GOOGLE_SCOPES, copied=True)),
        ("microsoft", _help(consoles.MICROSOFT_TITLE, consoles.MICROSOFT, consoles.MICROSOFT_SCOPES, copied=False)),
        rx.fragment(),
    )


def _help(title: str, steps: tuple[consoles.Step, ...], scopes: tuple[str, ...], *, copied: bool) -> rx.Component:
    return rx.el.div(
        rx.el.details(
            rx.el.summary(rx.icon("chevron-right", size=16, class_name="turn", aria_hidden=True), title),
            rx.el.ol(*[_step(step) for step in steps]),
            rx.el.p("Scopes to paste" if copied else "Permissions to tick", class_name="label mb-2"),
            rx.el.div(*[rx.el.span(scope, class_name="scope") for scope in scopes], class_name="scopes"),
            *([_copy(scopes)] if copied else []),
            class_name="fold",
        ),
        class_name="setup-help",
    )


def _step(step: consoles.Step) -> rx.Component:
    return rx.el.li(
        rx.el.strong(step.what),
        *[rx.el.p(*_words(how)) for how in step.how],
        rx.el.p(rx.icon("check", size=14, aria_hidden=True), rx.el.span(*_words(step.seen)), class_name="seen"),
        *([_links(step.links)] if step.links else []),
    )


def _words(text: str) -> list[rx.Component | str]:
    """The sentence, with what stands between asterisks set off."""
    return [rx.el.em(part) if number % 2 else part for number, part in enumerate(text.split("*"))]


def _links(links: tuple[tuple[str, str], ...]) -> rx.Component:
    opened = {"target": "_blank", "rel": "noopener noreferrer", "class_name": "link"}
    return rx.el.p(*[rx.el.a(f"Open {name}", href=address, **opened) for name, address in links], class_name="seen")


def _copy(scopes: tuple[str, ...]) -> rx.Component:
    return CopyButton.create(text="\n".join(scopes), label=consoles.COPY_SCOPES, class_name="button button-plain mt-2")
