"""What HTML repeats of the message it answers: found, so that it can be folded away."""

import re

from selectolax.lexbor import LexborHTMLParser, LexborNode

from easycrm.core import wording
from easycrm.core.markup import too_deep
from easycrm.mail import quotation

_LARGEST = 1_000_000
_MOST_LOOKED_AT = 40
_PLACE = "\ue000easycrm-quotation\ue000"
_LIKELY = re.compile(
    r"blockquote|gmail_quote|yahoo_quoted|protonmail_quote|divRplyFwdMsg|border-top\s*:\s*solid", re.IGNORECASE
)
_WHOLE = "div.gmail_quote, .yahoo_quoted, .protonmail_quote, blockquote.gmail_quote"
_TO_THE_END = "#appendonsend, #divRplyFwdMsg, #mail-editor-reference-message-container, div[style*='border-top']"


def folded(html: str) -> str:
    """The HTML with its quotation inside a `<details class="quoted">`; unchanged where there is none, or nothing else.

    The result is as dangerous as what came in: it still has to be cleaned.
    """
    own, quotation_ = _cut(html)
    fold = f'<details class="quoted"><summary>{wording.reading.QUOTED_TEXT}</summary>{quotation_}</details>'
    return own.replace(_PLACE, fold, 1) if quotation_ else html


def own_words(html: str) -> str:
    """The HTML without its quotation; `html` itself where there is none."""
    own, quotation_ = _cut(html)
    return own.replace(_PLACE, "", 1) if quotation_ else html


def _cut(html: str) -> tuple[str, str]:
    """What is outside the quotation, with a mark in its place, and the quotation; empty if there is none."""
    if len(html) > _LARGEST or not _LIKELY.search(html) or too_deep(html):
        return html, ""
    tree = LexborHTMLParser(html.replace(_PLACE, ""))
    nodes = _quotation(tree)
    body = tree.body
    if not nodes or body is None:
        return html, ""
    inner = "".join(node.html or "" for node in nodes)
    nodes[0].insert_before(_PLACE)
    for node in nodes:
        node.decompose()
    return (body.html or "", inner) if _visible(body) else (html, "")


def _quotation(tree: LexborHTMLParser) -> list[LexborNode]:
    """The nodes that make up the quotation, neighbours in the order in which they stand."""
    for node in tree.css(_WHOLE):
        return [] if _is_forward(node) else [node]
    for node in tree.css(_TO_THE_END)[:_MOST_LOOKED_AT]:
        if node.id in ("appendonsend", "divRplyFwdMsg") or _is_outlook_head(node):
            start = _alone_in(node)
            rest = _from(_before(start))
            return rest if node.id or not _is_forward(node) else []
    for node in tree.css("blockquote")[:_MOST_LOOKED_AT]:
        intro = _intro_of(node)
        if (intro is not None or node.attributes.get("type") == "cite") and _is_last(node):
            return [*([intro] if intro is not None else []), node] if not _is_forward(intro or node) else []
    return []


def _is_forward(node: LexborNode) -> bool:
    return quotation.FORWARDED.match(_text(node)) is not None


def _is_outlook_head(node: LexborNode) -> bool:
    text = _text(node)
    return quotation.FROM.match(text) is not None and any(quotation.SENT.match(line) for line in text.split("\n")[1:8])


def _alone_in(node: LexborNode) -> LexborNode:
    """The outermost element that begins with this one."""
    while node.parent is not None and node.parent.tag not in ("body", "html"):
        if _neighbour(node, back=True) is not None or _neighbour(node, back=False) is not None:
            break
        node = node.parent
    return node


def _before(node: LexborNode) -> LexborNode:
    """The line or the empty marker that stands before Outlook's header, or the node itself."""
    back = _neighbour(node, back=True)
    if back is not None and (back.tag == "hr" or back.id == "appendonsend"):
        return _before(back)
    return node


def _from(node: LexborNode) -> list[LexborNode]:
    found: list[LexborNode] = []
    one: LexborNode | None = node
    while one is not None:
        found.append(one)
        one = one.next
    return found


def _neighbour(node: LexborNode, *, back: bool) -> LexborNode | None:
    """The next node that is not blank."""
    one = node.prev if back else node.next
    while one is not None and one.tag in ("-text", "-comment", "br") and not _text(one):
        one = one.prev if back else one.next
    return one


def _intro_of(node: LexborNode) -> LexborNode | None:
    before = _neighbour(node, back=True)
    return before if before is not None and quotation.INTRO.search(_text(before)[-500:]) else None


def _is_last(node: LexborNode) -> bool:
    """Whether nothing is said after it."""
    one: LexborNode | None = node
    while one is not None and one.tag != "body":
        after = one.next
        while after is not None:
            if _text(after) or after.tag == "img":
                return False
            after = after.next
        one = one.parent
    return True


def _text(node: LexborNode) -> str:
    if node.tag == "-comment":
        return ""
    return (node.text(deep=True, separator="\n", strip=True) or "").strip()


def _visible(body: LexborNode) -> bool:
    """Whether anything is left to be seen outside the quotation."""
    return bool((body.text(separator=" ", strip=True) or "").replace(_PLACE, "").strip()) or bool(body.css("img"))
