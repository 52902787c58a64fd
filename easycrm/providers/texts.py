"""Text out of HTML, and the first words of a message."""

from selectolax.lexbor import LexborHTMLParser

from easycrm.core.markup import too_deep, without_tags

SNIPPET = 200
_LARGEST = 2_000_000


def text_of(html: str) -> str:
    """The readable text of an HTML body."""
    html = html[:_LARGEST]
    if too_deep(html):
        return without_tags(html).strip()
    tree = LexborHTMLParser(html)
    tree.strip_tags(["script", "style", "head", "title", "template"])
    body = tree.body
    return body.text(separator="\n", strip=True) if body else ""


def snippet_of(text: str) -> str:
    """The first words, on one line."""
    return " ".join(text[: SNIPPET * 4].split())[:SNIPPET]
