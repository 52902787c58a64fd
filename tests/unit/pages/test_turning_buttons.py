"""React keeps a button where another one takes its place: what was pressed as the one must not act as the other."""

import re
from collections.abc import Iterator, Sequence
from itertools import combinations, product
from typing import Any

from easycrm.easycrm import app

# One button in both states, so that the focus stays; one more press takes back what the press did.
MAY_TURN = [
    {"Archive", "Restore"},
    {"Make member", "Make administrator"},
    {"Move to inbox", "Archive"},
    {"Star", "Remove star"},
    {"Archive", "Move … to the inbox"},
    {"Mark … read", "Mark … unread"},
]


def test_no_button_turns_into_one_that_does_something_else() -> None:
    pages: list[Any] = list(app._unevaluated_pages.values())

    found = {frozenset(pair) for page in pages for pair in turning(page.component())}

    assert found
    assert [sorted(pair) for pair in found if pair not in MAY_TURN] == []


def turning(component: Any) -> Iterator[tuple[str, str]]:
    """Names of buttons of this component that have one place in the page, and another act."""
    for one, other in combinations(branches(component), 2):
        for some, others in product(shown([one]), shown([other])):
            yield from alike(some, others)
    for child in (*component.children, *branches(component)):
        yield from turning(child)


def alike(some: Sequence[Any], others: Sequence[Any]) -> Iterator[tuple[str, str]]:
    """React takes children of the same kind and key for the same: without a key, those in the same place."""
    by_key = {str(other.key): other for other in others if other.key is not None}
    for place, one in enumerate(some):
        other = by_key.get(str(one.key)) if one.key is not None else others[place] if place < len(others) else None
        if other is None or other is one or type(one) is not type(other) or (one.key is None) != (other.key is None):
            continue
        if type(one).__name__ == "Button":
            if acts(one) != acts(other):
                yield name(one), name(other)
        else:
            for inner, inners in product(shown(one.children), shown(other.children)):
                yield from alike(inner, inners)


def shown(children: Sequence[Any]) -> Iterator[Sequence[Any]]:
    """What these children may come down to; React looks through fragments without a key."""
    if len(children) == 1 and branches(children[0]):
        for branch in branches(children[0]):
            yield from shown([branch])
    elif len(children) == 1 and type(children[0]).__name__ == "Fragment" and children[0].key is None:
        yield from shown(children[0].children)
    else:
        yield children


def branches(component: Any) -> list[Any]:
    kind = type(component).__name__
    if kind == "Cond":
        return list(component.children)
    return [*(case[-1] for case in component.match_cases), component.default] if kind == "Match" else []


def acts(button: Any) -> dict[str, str]:
    return {event: str(act) for event, act in button.event_triggers.items()} | {"type": str(button.type)}


def name(button: Any) -> str:
    """Its label without what comes from the state, or its words."""
    label = [prop for prop in button.render()["props"] if prop.startswith('"aria-label":')]
    words = [str(child) for child in button.children if type(child).__name__ == "Bare"]
    said = label[0].partition(":")[2] if label else " ".join(words)
    return "…".join(re.findall(r'"([^"]+)"', re.sub(r'\["\w+"\]', "", said))).strip()
