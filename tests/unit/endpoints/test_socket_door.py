"""A page's WebSocket is let in from our own pages only, and only where a page could be served."""

import pytest
from starlette.types import Message, Scope

from easycrm import worker
from easycrm.core.settings import settings
from easycrm.endpoints.front_door import FrontDoor
from tests.conftest import forget_settings

pytestmark = pytest.mark.usefixtures("database")
FOREIGN, LATER = 1008, 1013


async def knock(**headers: str) -> list[object]:
    """What comes of a WebSocket: "in" when it was let in, else the code of the refusal."""
    came: list[object] = []

    async def inner(_scope: Scope, _receive: object, _send: object) -> None:
        came.append("in")

    async def receive() -> Message:
        return {"type": "websocket.connect"}

    async def send(message: Message) -> None:
        came.append(message["code"])

    told = {"host": "localhost:3000", "origin": settings().public_url} | headers
    scope: Scope = {
        "type": "websocket", "path": "/_event/", "query_string": b"token=1", "client": ("127.0.0.1", 1),
        "headers": [(name.encode(), value.encode()) for name, value in told.items()],
    }  # fmt: skip
    await FrontDoor(inner)(scope, receive, send)
    return came


async def test_our_own_pages_are_let_in() -> None:
    assert await knock() == ["in"]


@pytest.mark.parametrize("header", [{"origin": "https://evil.example.org"}, {"host": "evil.example.org"}])
async def test_threat_24_foreign_pages_are_not(header: dict[str, str]) -> None:
    assert await knock(**header) == [FOREIGN]


@pytest.mark.parametrize(
    ("name", "nowhere"),
    [
        ("EASYCRM_DATABASE_URL", "postgresql+psycopg://nobody@127.0.0.1:1/nothing"),
        ("EASYCRM_REDIS_URL", "redis://127.0.0.1:1/0"),
    ],
)
async def test_without_what_every_page_needs_the_browser_is_asked_to_come_again(
    name: str, nowhere: str, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> None:
    monkeypatch.setenv(name, nowhere)
    forget_settings()
    worker.queue.cache_clear()
    request.addfinalizer(worker.queue.cache_clear)

    assert await knock() == [LATER]
