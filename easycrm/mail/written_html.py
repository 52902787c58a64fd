"""The HTML that people write here: what the editor makes, and nothing else, whatever a paste or a caller brings."""

import nh3

_TAGS = frozenset("a b blockquote br code div em h1 h2 h3 hr i li ol p pre s span strong sub sup u ul".split())
_DROPPED_WITH_CONTENT = frozenset("script style title template svg math noscript iframe object textarea".split())
LONGEST = 1_000_000


def clean(html: str) -> str:
    """What may be stored and sent of the editor's HTML: structure, emphasis and links; no images, styles or classes."""
    return nh3.clean(
        html,
        tags=set(_TAGS),
        clean_content_tags=set(_DROPPED_WITH_CONTENT),
        attributes={"a": {"href"}, "div": {"data-signature"}},
        url_schemes={"http", "https", "mailto", "tel"},
        link_rel="noopener noreferrer",
        strip_comments=True,
    )
