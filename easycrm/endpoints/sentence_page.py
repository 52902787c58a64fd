"""A small page with one sentence, for an address that people follow and that cannot give what they came for."""

import html as escaping

from starlette.responses import HTMLResponse

_STYLES = ("tokens", "parts", "shell")


def sentence_page(title: str, sentence: str, status: int, *, to: str = "/mailbox", words: str = "") -> HTMLResponse:
    """The page, with a link onwards.

    Args:
        to: path of our own that the link leads to.
        words: of the link.
    """
    styles = "".join(f'<link rel="stylesheet" href="/theme/{name}.css">' for name in _STYLES)
    text = {name: escaping.escape(value) for name, value in (("title", title), ("sentence", sentence))}
    link = f'<a class="button button-primary" href="{escaping.escape(to)}">{words or "Go to the mailbox"}</a>'
    return HTMLResponse(
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="color-scheme" content="light dark">'
        f'<meta name="viewport" content="width=device-width"><title>{text["title"]} · EasyCRM</title>{styles}</head>'
        f'<body><main class="callback"><div><h1>{text["title"]}</h1><p class="muted">{text["sentence"]}</p>{link}</div>'
        "</main></body></html>",
        status,
        headers={"Cache-Control": "no-store"},
    )
