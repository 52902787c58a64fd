"""Makes received HTML safe to show: nothing runs, nothing is fetched before the person asks, nothing leads back to us.

The frame around it has no origin and no scripts; this is the first of two walls, not the only one.
"""

import html as escaping
import re
from collections.abc import Callable, Mapping
from types import MappingProxyType
from urllib.parse import unquote, urlsplit

import nh3

from easycrm.core.markup import too_deep, without_tags

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
    "details": {"class"},
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
_REMOTE = re.compile(r"""\bsrc\s*=\s*["']?\s*(?:https?:)?//""", re.IGNORECASE)
_DATA_IMAGE = re.compile(r"data:image/(?:png|jpe?g|gif|webp);base64,[A-Za-z0-9+/=\s]*")
_CID = re.compile(r"""\bsrc\s*=\s*["']?\s*cid:([^"'\s>]+)""", re.IGNORECASE)
_COLOURS = ("color", "background-color")
_COLOUR = re.compile(r"""\b(?:bg)?color(?:="|\s*:\s*)([^;"]+)""", re.IGNORECASE)
_NEUTRAL = frozenset(
    "black #000 #000000 rgb(0,0,0) rgba(0,0,0,1) windowtext inherit initial currentcolor auto transparent window "
    "white #fff #ffffff rgb(255,255,255) #222 #222222 rgb(34,34,34) #212121 rgb(33,33,33) #1a1a1a rgb(26,26,26) "
    "#333 #333333 rgb(51,51,51) #242424 rgb(36,36,36) #1f1f1f".split()
)
_NO_PICTURES: Mapping[str, str] = MappingProxyType({})
_DROPPED_WITH_CONTENT = set("script style title template svg math noscript iframe object textarea".split())


def fragment(html: str, *, images: bool, pictures: Mapping[str, str] = _NO_PICTURES, own_colours: bool = True) -> str:
    """The message's HTML, clean.

    Args:
        images: whether remote ones are kept.
        pictures: `data:` addresses by the Content-ID of the message's own images; others are left out.
        own_colours: whether what says black on white, as any page is anyway, is kept.
    """
    if too_deep(html):
        return f"<p>{escaping.escape(without_tags(html), quote=False)}</p>"
    return nh3.clean(
        html,
        tags=set(_TAGS),
        clean_content_tags=_DROPPED_WITH_CONTENT,
        attributes=_ATTRIBUTES,
        attribute_filter=_filter(images, pictures, own_colours),
        url_schemes={*_LINKS, "data", "cid"},
        filter_style_properties=set(_STYLES),
        link_rel="noopener noreferrer",
        set_tag_attribute_values={"a": {"target": "_blank"}},
        strip_comments=True,
    )


def has_remote_images(html: str) -> bool:
    """Whether the message would fetch images from another server."""
    return "<img" in html.lower() and _REMOTE.search(html) is not None


def content_ids(html: str) -> set[str]:
    """The Content-IDs of the images that the message brought itself and shows in its text."""
    return {content_id(found) for found in _CID.findall(html)}


def content_id(written: str) -> str:
    """A Content-ID as it is compared: addresses write it percent-encoded, headers in angle brackets."""
    return unquote(escaping.unescape(written)).strip("<> ").lower()


def has_own_colours(clean: str) -> bool:
    """Whether clean HTML brings colours of its own, other than black on white."""
    return any(not _is_neutral(found[1]) for found in _COLOUR.finditer(clean))


def _filter(images: bool, pictures: Mapping[str, str], own_colours: bool) -> Callable[[str, str, str], str | None]:
    def keep(tag: str, name: str, value: str) -> str | None:
        if name == "style":
            return _style(value, own_colours)
        if name in ("color", "bgcolor") and not own_colours:
            return None
        if name == "class":
            return value if value == "quoted" else None
        if name == "href":
            return value.strip() if _absolute(value, _LINKS) else None
        if name == "src":
            return _image(value.strip(), images, pictures)
        return value if tag and name else None

    return keep


def _style(value: str, own_colours: bool) -> str | None:
    """The declarations that cannot fetch anything."""
    kept = [part for part in value.split(";") if not _FETCHING.search(part)]
    if not own_colours:
        kept = [part for part in kept if part.partition(":")[0].strip().lower() not in _COLOURS]
    return ";".join(kept) or None


def _image(value: str, images: bool, pictures: Mapping[str, str]) -> str | None:
    if value[:4].lower() == "cid:":
        return pictures.get(content_id(value[4:]))
    if _DATA_IMAGE.fullmatch(value):
        return value
    return value if images and _absolute(value, ("https", "http")) else None


def _is_neutral(colour: str) -> bool:
    return re.sub(r"\s|!important", "", colour).lower() in _NEUTRAL


def _absolute(value: str, schemes: tuple[str, ...]) -> bool:
    """Whether this is a full address: a relative one would lead into EasyCRM."""
    try:
        parts = urlsplit(value.strip())
    except ValueError:
        return False
    return parts.scheme.lower() in schemes and (bool(parts.netloc) or parts.scheme.lower() in ("mailto", "tel"))
