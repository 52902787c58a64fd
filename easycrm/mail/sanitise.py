"""Makes received HTML safe to show: nothing runs, nothing is fetched before the person asks, nothing leads back to us.

The frame around it has no origin and no scripts; this is the first of two walls, not the only one.
"""

import html as escaping
import re
from collections.abc import Callable
from urllib.parse import urlsplit

import nh3

_TAGS = frozenset(
    "a abbr address article aside b bdi bdo blockquote br caption center cite code col colgroup dd del details dfn div "
    "dl dt em figcaption figure font footer h1 h2 h3 h4 h5 h6 header hr i img ins kbd li main mark ol p pre q s samp "
    "section small span strike strong sub summary sup table tbody td tfoot th thead time tr tt u ul var wbr".split()
)
_EVERYWHERE = frozenset(("dir", "lang", "style", "title", "align", "valign", "width", "height", "bgcolor", "color"))
_ATTRIBUTES = {
    "*": set(_EVERYWHERE),
    "a": {"href"},
    "img": {"src", "alt"},
    "td": {"colspan", "rowspan", "nowrap"},
    "th": {"colspan", "rowspan", "nowrap", "scope"},
    "table": {"border", "cellpadding", "cellspacing", "role"},
    "ol": {"start", "type"},
    "font": {"face", "size"},
}
_STYLES = frozenset(
    "background-color border border-bottom border-bottom-color border-bottom-style border-bottom-width border-collapse "
    "border-color border-left border-left-color border-left-style border-left-width border-radius border-right "
    "border-right-color border-right-style border-right-width border-spacing border-style border-top border-top-color "
    "border-top-style border-top-width border-width color direction display font font-family font-size font-style "
    "font-variant font-weight height letter-spacing line-height list-style-type margin margin-bottom margin-left "
    "margin-right margin-top max-height max-width min-height min-width padding padding-bottom padding-left "
    "padding-right padding-top table-layout text-align text-decoration text-indent text-transform vertical-align "
    "white-space width word-break word-spacing word-wrap overflow-wrap".split()
)
# Functions through which a style can ask another server, however they are written.
_FETCHING = re.compile(r"url|image|src|expression|attr|var|@|\\|//", re.IGNORECASE)
_LINKS = ("http", "https", "mailto", "tel")
_REMOTE_IMAGE = re.compile(r"<img\b[^>]*\bsrc\s*=\s*[\"']?\s*(?:https?:)?//", re.IGNORECASE)
_DATA_IMAGE = re.compile(r"data:image/(?:png|jpe?g|gif|webp);base64,[A-Za-z0-9+/=\s]*")
_URL = re.compile(r"https?://[^\s<>\"']+[^\s<>\"'.,;:!?)\]]")
_DROPPED_WITH_CONTENT = set("script style title template svg math noscript iframe object textarea".split())

_STYLE = (
    "html{color-scheme:light dark;background:Canvas;color:CanvasText}"
    "body{margin:0;font:15px/1.55 system-ui,sans-serif;overflow-wrap:anywhere}"
    "img{max-width:100%;height:auto}table{max-width:100%}pre{white-space:pre-wrap;font:inherit;margin:0}"
    "blockquote{margin:0 0 0 8px;padding-left:12px;border-left:3px solid color-mix(in srgb,CanvasText 25%,Canvas)}"
    # Mail brings its own dark letters for a white page; a light sheet keeps them readable at night.
    ".sheet{color-scheme:light;background:#fff;color:#1a1c20;padding:16px;min-height:100vh;box-sizing:border-box}"
)


def document(html: str, *, images: bool) -> str:
    """A whole page for the frame, made of a message's HTML."""
    return _page(f'<div class="sheet">{fragment(html, images=images)}</div>')


def plain_document(text: str) -> str:
    """A whole page for the frame, made of a message without HTML."""
    return _page(f"<pre>{linked(text)}</pre>")


def fragment(html: str, *, images: bool) -> str:
    """The message's HTML, clean. Without `images`, remote ones are left out."""
    return nh3.clean(
        html,
        tags=set(_TAGS),
        clean_content_tags=_DROPPED_WITH_CONTENT,
        attributes=_ATTRIBUTES,
        attribute_filter=_filter(images),
        url_schemes={*_LINKS, "data"},
        filter_style_properties=set(_STYLES),
        link_rel="noopener noreferrer",
        set_tag_attribute_values={"a": {"target": "_blank"}},
        strip_comments=True,
    )


def has_remote_images(html: str) -> bool:
    """Whether the message would fetch images from another server."""
    return _REMOTE_IMAGE.search(html) is not None


def linked(text: str) -> str:
    """Plain text, escaped, its http addresses made clickable."""
    return _URL.sub(_anchor, escaping.escape(text, quote=False))


def _anchor(found: re.Match[str]) -> str:
    address = found[0]
    return f'<a href="{address.replace(chr(34), "%22")}" target="_blank" rel="noopener noreferrer">{address}</a>'


def _page(body: str) -> str:
    return f'<!doctype html><html><head><meta charset="utf-8"><style>{_STYLE}</style></head><body>{body}</body></html>'


def _filter(images: bool) -> Callable[[str, str, str], str | None]:
    def keep(tag: str, name: str, value: str) -> str | None:
        if name == "style":
            return _style(value)
        if name == "href":
            return value.strip() if _absolute(value, _LINKS) else None
        if name == "src":
            return _image(value, images)
        return value if tag and name else None

    return keep


def _style(value: str) -> str | None:
    """The declarations that cannot fetch anything."""
    kept = [part for part in value.split(";") if not _FETCHING.search(part)]
    return ";".join(kept) or None


def _image(value: str, images: bool) -> str | None:
    if _DATA_IMAGE.fullmatch(value.strip()):
        return value.strip()
    return value.strip() if images and _absolute(value, ("https", "http")) else None


def _absolute(value: str, schemes: tuple[str, ...]) -> bool:
    """Whether this is a full address: a relative one would lead into EasyCRM."""
    try:
        parts = urlsplit(value.strip())
    except ValueError:
        return False
    return parts.scheme.lower() in schemes and (bool(parts.netloc) or parts.scheme.lower() in ("mailto", "tel"))
