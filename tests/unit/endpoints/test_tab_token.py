"""A tab's token belongs to its session."""

from urllib.parse import parse_qs

import pytest
from starlette.requests import HTTPConnection
from starlette.types import Message, Scope

from easycrm.core.settings import settings
from easycrm.endpoints.front_door import FrontDoor
from easycrm.endpoints.tab_token import mixed
from easycrm.people import sessions

QUERY = b"EIO=4&transport=websocket&token=4f1c&empty="


def test_the_same_tab_of_the_same_session_keeps_its_token() -> None:
    assert mixed(QUERY, "ada") == mixed(QUERY, "ada")
    assert parse_qs(mixed(QUERY, "ada").decode(), keep_blank_values=True).keys() == {
        "EIO", "transport", "token", "empty",
    }  # fmt: skip
    assert mixed(QUERY.replace(b"4f1c", b"4f1d"), "ada") != mixed(QUERY, "ada")


def test_without_a_token_nothing_is_made_up() -> None:
    assert mixed(b"EIO=4", "ada") == b"EIO=4"


@pytest.mark.usefixtures("database")
async def test_threat_24_a_socket_never_arrives_with_the_token_as_the_browser_says_it() -> None:
    arrived: list[str] = []

    async def inner(scope: Scope, _receive: object, _send: object) -> None:
        arrived.append(HTTPConnection(scope).query_params["token"])

    async def receive() -> Message:
        return {"type": "websocket.connect"}

    async def send(_message: Message) -> None: ...

    for kind, cookie in (("websocket", "ada"), ("websocket", "grace"), ("websocket", "ada"), ("http", "ada")):
        headers = [(b"host", b"localhost:3000"), (b"origin", settings().public_url.encode())]
        scope = {
            "type": kind, "path": "/_event/", "method": "GET", "query_string": QUERY, "client": ("127.0.0.1", 1),
            "headers": [*headers, (b"cookie", f"{sessions.cookie_name()}={cookie}".encode())],
        }  # fmt: skip
        await FrontDoor(inner)(scope, receive, send)
    assert "4f1c" not in arrived
    assert arrived[0] == arrived[2] == arrived[3] != arrived[1]
