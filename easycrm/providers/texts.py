"""Text out of HTML, and the first words of a message."""

from selectolax.lexbor import LexborHTMLParser

SNIPPET = 200
_LARGEST = 2_000_000


def text_of(html: str) -> str:
    """The readable text of an HTML body."""
    tree = LexborHTMLParser(html[:_LARGEST])
    tree.strip_tags(["script", "style", "head", "title", "template"])
    body = tree.body
    return body.text(separator="\n", strip=True) if body else ""


def snippet_of(text: str) -> str:
    """The first words, on one line."""
    return " ".join(text[: SNIPPET * 4].split())[:SNIPPET]
