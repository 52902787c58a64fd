"""Where the next look at a Gmail mailbox begins."""

import orjson
import pytest

from easycrm.providers import google_history, google_mail
from easycrm.providers.base import Window


class Nobody:
    """Tokens that nothing is asked with."""

    async def token(self) -> str:
        return "token"

    async def renew(self, stale: str) -> str:
        return stale


async def test_the_next_look_begins_where_the_first_page_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    pages = {"": {"historyId": "20", "nextPageToken": "2"}, "2": {"historyId": "21", "history": []}}
    asked: list[tuple[str, str]] = []

    async def page(_access: object, start: str, following: str) -> dict[str, object]:
        asked.append((start, following))
        return pages[following]

    monkeypatch.setattr(google_history, "page", page)
    changes = google_mail.changes(Nobody(), '{"h": "10"}', Window(None), lambda _ids: set())
    found = [one async for one in changes]

    assert asked == [("10", ""), ("10", "2")]
    assert orjson.loads(found[-1].cursor) == {"h": "20"}
