"""Whose address counts: a caller's own words about it never do."""

from typing import Any

import pytest
from sqlalchemy import Engine
from starlette.requests import Request

from easycrm.endpoints import forwarded
from tests.conftest import forget_settings


def request(peer: str, **headers: str) -> Request:
    pairs = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    scope: dict[str, Any] = {"type": "http", "client": (peer, 1), "headers": pairs}
    return Request(scope)


@pytest.fixture(autouse=True)
def trusted(database: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    """A proxy on this machine, and a network of others."""
    monkeypatch.setenv("EASYCRM_TRUSTED_PROXIES", "127.0.0.1, 10.0.0.0/8, ::1")
    forget_settings()


@pytest.mark.parametrize(
    ("peer", "said", "client"),
    [
        ("203.0.113.9", "", "203.0.113.9"),
        ("203.0.113.9", "198.51.100.1", "203.0.113.9"),
        ("127.0.0.1", "198.51.100.1", "198.51.100.1"),
        ("127.0.0.1", "192.0.2.66, 198.51.100.1", "198.51.100.1"),
        ("127.0.0.1", "192.0.2.66, 198.51.100.1, 10.1.2.3", "198.51.100.1"),
        ("::ffff:127.0.0.1", "[2001:db8::7]:4711", "2001:db8::7"),
        ("::1", "198.51.100.1:4711", "198.51.100.1"),
        ("127.0.0.1", "10.0.0.7", "10.0.0.7"),
        ("127.0.0.1", "", "127.0.0.1"),
        ("127.0.0.1", "198.51.100.1, nonsense", "127.0.0.1"),
        ("127.0.0.1", "nonsense, 10.0.0.7", "10.0.0.7"),
    ],
)
def test_the_client_is_who_stands_before_our_proxies(peer: str, said: str, client: str) -> None:
    headers = {"x_forwarded_for": said} if said else {}

    assert forwarded.client_address(request(peer, **headers)) == client


def test_without_a_trusted_proxy_nothing_forwarded_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("EASYCRM_TRUSTED_PROXIES")
    forget_settings()
    asked = request("127.0.0.1", x_forwarded_for="198.51.100.1", x_request_id="given-by-somebody")

    assert forwarded.client_address(asked) == "127.0.0.1"
    assert forwarded.request_id(asked) != "given-by-somebody"


@pytest.mark.parametrize("ident", ["short", "with spaces in it", "x" * 65, 'a"quote-and-more'])
def test_a_request_id_that_does_not_look_like_one_is_replaced(ident: str) -> None:
    assert forwarded.request_id(request("127.0.0.1", x_request_id=ident)) != ident
    assert forwarded.request_id(request("127.0.0.1", x_request_id="abcdef-0123456789")) == "abcdef-0123456789"


@pytest.mark.parametrize("passed_on", ["x_forwarded_for", "x_real_ip", "forwarded"])
def test_what_a_proxy_passes_on_does_not_come_from_this_machine(passed_on: str) -> None:
    assert forwarded.straight_from_this_machine(request("127.0.0.1"))
    assert not forwarded.straight_from_this_machine(request("127.0.0.1", **{passed_on: "127.0.0.1"}))
    assert not forwarded.straight_from_this_machine(request("203.0.113.9"))
