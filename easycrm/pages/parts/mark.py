"""The marks of EasyCRM and of the providers, from assets/marks."""

import reflex as rx


def provider_mark(key: rx.Var[str] | str, size: int = 22) -> rx.Component:
    """A provider's mark on a light tile, as the sign-in button rules of both ask."""
    return rx.el.span(
        rx.el.img(src=f"/marks/{key}.svg", alt="", style={"width": f"{size}px", "height": f"{size}px"}),
        class_name="provider-mark",
    )


def brand_mark(size: int = 26) -> rx.Component:
    """EasyCRM's own mark."""
    return rx.el.img(src="/marks/easycrm.svg", alt="", style={"width": f"{size}px", "height": f"{size}px"})
