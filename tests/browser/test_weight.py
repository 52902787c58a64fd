"""What a first visit costs: bytes over the network, and nothing that jumps."""

from collections.abc import Callable

import pytest

from tests.bench.pages import PAGES, measure
from tests.browser.conftest import Person
from tests.product import Product

MOST_BYTES = {"compose": 520_000}
"""Pages that need more than others: the editor is loaded where somebody writes, and only there."""
MOST_ELSEWHERE = 320_000


@pytest.mark.parametrize("page", PAGES)
def test_a_first_visit_keeps_to_its_budget(product: Product, make_person: Callable[..., Person], page: str) -> None:
    role = "admin" if page.startswith("admin") else "member"
    felt = measure(make_person(role).context, product.url, page, slow=False)
    assert 100_000 < felt.bytes <= MOST_BYTES.get(page, MOST_ELSEWHERE)
    assert felt.cls <= 0.02
