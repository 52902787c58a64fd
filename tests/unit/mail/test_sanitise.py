"""What is left of received HTML: nothing that runs, nothing that fetches unasked, nothing that leads into EasyCRM."""

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

from easycrm.mail import frame_page, sanitise

PAYLOADS = Path(__file__).parents[3].parent / "shared" / "xss-samples" / "payloads.txt"
FETCHES = {"src", "srcset", "background", "poster", "data", "action", "formaction", "ping", "manifest", "xlink:href"}


class Seen(HTMLParser):
    """Every tag with its attributes, as a browser would find them."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str]]] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, {name: value or "" for name, value in attrs}))


def dangers(html: str) -> list[str]:
    """Whatever in this markup could run, fetch or navigate by itself."""
    found: list[str] = []
    for tag, attributes in Seen(html).tags:
        if tag in {"script", "svg", "math", "iframe", "object", "embed", "base", "meta", "link", "form", "input"}:
            found.append(tag)
        for name, value in attributes.items():
            bare = re.sub(r"[\x00-\x20]", "", value).lower()
            if name.startswith("on"):
                found.append(f"{tag} {name}")
            if name == "href" and not bare.startswith(("http://", "https://", "mailto:", "tel:")):
                found.append(f"{tag} {name}={value}")
            if name in FETCHES and not bare.startswith("data:image/"):
                found.append(f"{tag} {name}={value}")
            if name == "style" and re.search(r"url|@|\\|expression", bare):
                found.append(f"{tag} {name}={value}")
    return found


def test_the_measure_finds_what_is_dangerous() -> None:
    raw = '<img src=x onerror=a()><a href="javascript:a()">x</a><p style="background:url(//e)"><script></script>'
    assert len(dangers(raw)) == 5


def test_threat_25_no_script_payload_survives() -> None:
    if not PAYLOADS.exists():
        pytest.skip("../shared is missing")
    payloads = PAYLOADS.read_text(encoding="utf-8", errors="replace").splitlines()
    places = ("{}", '<div title="{}">x</div>', '<a href="{}">x</a>', "<p style='{}'>x")
    shown = (sanitise.fragment(place.replace("{}", one), images=False) for one in payloads for place in places)
    bad = [html for html in shown if dangers(html)]
    assert bad == []


def test_threat_25_no_script_payload_survives_in_plain_text() -> None:
    if not PAYLOADS.exists():
        pytest.skip("../shared is missing")
    lines = PAYLOADS.read_text(encoding="utf-8", errors="replace").splitlines()
    texts = (text for line in lines for text in (line, f"https://a.example.com/{line}", f"see {line}"))
    bad = [text for text in texts if {tag for tag, _ in Seen(frame_page.linked(text)).tags} - {"a"}]
    assert bad == []
    assert [found for line in lines if (found := dangers(frame_page.linked(f"https://a.example.com/{line}")))] == []


@pytest.mark.parametrize(
    "html",
    [
        '<img src="https://e.example.org/p.png">',
        '<img src="//e.example.org/p.png">',
        '<img src="http:/e.example.org/p.png">',
        '<img src=" https://e.example.org/p.png">',
        '<img src="/account/delete">',
        '<img src="cid:logo">',
        '<img srcset="https://e.example.org/p.png 2x">',
        '<img src="data:image/svg+xml;base64,PHN2Zz4=">',
        '<img src="data:text/html;base64,PHN2Zz4=">',
        '<table background="https://e.example.org/p.png"><tr><td background="//e.example.org/p"></td></tr></table>',
        '<div style="background-image:url(https://e.example.org/p.png)">x</div>',
        '<div style="background-color:red;background:\\75rl(https://e.example.org)">x</div>',
        "<div style=\"font-family:x;width:image-set('https://e.example.org' 1x)\">x</div>",
        '<style>@import "https://e.example.org/x.css"; @font-face{src:url(//e.example.org)}</style>x',
        '<link rel="prefetch" href="https://e.example.org/x"><link rel="dns-prefetch" href="//e.example.org">',
        '<meta http-equiv="refresh" content="0;url=https://e.example.org">',
        '<base href="https://e.example.org/"><a href="x">x</a>',
        '<svg><image href="https://e.example.org/p.png"/></svg>',
        '<video src="https://e.example.org/v" poster="https://e.example.org/p"></video>',
        '<iframe src="https://e.example.org"></iframe><object data="https://e.example.org"></object>',
        '<form action="https://e.example.org"><input type="image" src="https://e.example.org/p"><button>x</button></form>',
    ],
)
def test_threat_27_nothing_is_fetched_before_it_is_asked_for(html: str) -> None:
    shown = sanitise.fragment(html, images=False)
    assert dangers(shown) == []
    assert "e.example.org" not in shown


def test_threat_27_remote_images_are_shown_once_asked_for() -> None:
    html = '<img src="https://e.example.org/p.png" alt="a"><img src="/own"><img src="//e.example.org/q.png">'
    assert sanitise.has_remote_images(html)
    sources = [found["src"] for tag, found in Seen(sanitise.fragment(html, images=True)).tags if "src" in found]
    assert sources == ["https://e.example.org/p.png"]


def test_an_image_inside_the_message_is_shown_and_not_counted_as_remote() -> None:
    html = '<img src="data:image/png;base64,iVBORw0KGgo=">'
    assert 'src="data:image/png;base64,iVBORw0KGgo="' in sanitise.fragment(html, images=False)
    assert not sanitise.has_remote_images(html)


@pytest.mark.parametrize(
    "href",
    ["/settings/email", "settings", "?a=b", "//e.example.org", "#top", "javascript:a()", "data:text/html,x", "http:x"],
)
def test_threat_27_a_link_that_is_no_full_address_leads_nowhere(href: str) -> None:
    assert "href" not in sanitise.fragment(f'<a href="{href}">x</a>', images=False)


def test_a_link_opens_elsewhere_and_tells_nothing_of_where_it_was() -> None:
    [(_, attributes)] = Seen(sanitise.fragment('<a href="https://example.com/?a=1&b=2">x</a>', images=False)).tags
    assert attributes == {
        "href": "https://example.com/?a=1&b=2",
        "target": "_blank",
        "rel": "noopener noreferrer",
    }


def test_the_look_of_a_message_is_kept() -> None:
    html = '<table style="width:600px"><tr><td bgcolor="#eee" style="color:#333;padding:4px">x</td></tr></table>'
    shown = sanitise.fragment(html, images=False)
    assert "width:600px" in shown
    assert "color:#333" in shown
    assert 'bgcolor="#eee"' in shown


def test_plain_text_keeps_its_lines_and_gets_its_links() -> None:
    shown = frame_page.linked('See https://example.com/a?b=1&c=2.\n<b>"bold"</b>')
    assert '<a href="https://example.com/a?b=1&amp;c=2"' in shown
    assert '</a>.\n&lt;b&gt;"bold"&lt;/b&gt;' in shown


@pytest.mark.parametrize("html", ["", "<", "<div", "\x00<b\x00>x", "<b>" * 5000, "&" * 5000, "<!--" * 500, "]]>"])
def test_odd_markup_is_no_error(html: str) -> None:
    assert dangers(sanitise.fragment(html, images=True)) == []
    assert frame_page.document(html, images=False).startswith("<!doctype html>")
