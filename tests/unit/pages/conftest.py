"""Handlers without a browser: a state tree with a session's cookie, and people to sign in."""

from collections.abc import Callable
from typing import Any

import pytest
import reflex as rx
from reflex.istate.data import RouterData
from sqlalchemy import Engine
from sqlmodel import select

from easycrm.core.db import transaction
from easycrm.mail import provider_setup
from easycrm.mail.connection import Connection, Status
from easycrm.notices import bell
from easycrm.notices.notice import Notice
from easycrm.pages import live
from easycrm.people import sessions
from easycrm.people.user import User
from easycrm.providers.registry import PROVIDERS
from tests.fake_provider import FakeProvider


class Tab:
    """One browser tab: a state tree of its own, an address, and perhaps a session."""

    def __init__(self, cookie: str = "", token: str = "tab-1") -> None:
        self.root = rx.State(_reflex_internal_init=True)
        self.cookie, self.token = cookie, token
        self.go("/")

    def go(self, address: str) -> None:
        path = address.partition("?")[0]
        headers = {"origin": "http://localhost:3000", "cookie": f"{sessions.cookie_name()}={self.cookie}"}
        self.root.router_data = {"pathname": path, "asPath": address, "token": self.token, "headers": headers}
        self.root.router = RouterData.from_router_data(self.root.router_data)

    def state(self, cls: type[rx.State]) -> Any:
        return self.root.get_substate(cls.get_full_name().split(".")[1:])

    async def call(self, handler: Any, *args: Any) -> list[Any]:
        """Run an event handler as Reflex would; what it hands back, without the pauses."""
        state = self.root.get_substate(handler.state_full_name.split(".")[1:])
        return [event async for event in handler.fn(state, *args) if event is not None]


def address_of(event: Any) -> str:
    """Where a redirect leads."""
    return next(str(value._var_value) for name, value in event.args if name._js_expr == "path")


@pytest.fixture
def sign_in(database: Engine) -> Callable[..., Tab]:
    """A function that makes an account and hands out a tab signed in to it."""

    def make(name: str = "ada", role: str = "member") -> Tab:
        with transaction() as session:
            user = User(email=f"{name}@example.com", name=name.title(), role=role, password_hash="unused")
            session.add(user)
            session.flush()
            cookie = sessions.start(session, user.id)
        return Tab(cookie, token=f"tab-{name}")

    return make


@pytest.fixture
def ada(sign_in: Callable[..., Tab]) -> Tab:
    return sign_in()


@pytest.fixture
def grace(sign_in: Callable[..., Tab]) -> Tab:
    return sign_in("grace", "admin")


@pytest.fixture
def google(database: Engine, monkeypatch: pytest.MonkeyPatch) -> FakeProvider:
    fake = FakeProvider()
    monkeypatch.setitem(PROVIDERS, "google", fake)
    provider_setup.save(actor_id=0, provider="google", client_id="client", client_secret="canary-secret", enabled=True)
    return fake


@pytest.fixture(autouse=True)
def _no_tabs_left() -> None:
    live._tabs.clear()


@pytest.fixture
def outage(ada: Tab, google: FakeProvider) -> int:
    """A mailbox of Ada's that requires re-authentication."""
    with transaction() as session:
        row = Connection(
            user_id=user_of(ada),
            provider="google",
            subject="1",
            address="ada@example.com",
            status=Status.REQUIRES_REAUTHENTICATION,
            reason="The permission expired",
        )
        session.add(row)
        session.flush()
        return row.id or 0


@pytest.fixture
def notice(ada: Tab) -> int:
    """Something that Ada is told."""
    with transaction() as session:
        bell.open(session, user_of(ada), "reauthentication", "connection:1", "Your email connection", "needs you")
        session.flush()
        return session.exec(select(Notice.id)).one() or 0


def user_of(tab: Tab) -> int:
    """Who is signed in in a tab."""
    signed_in = sessions.resolve(tab.cookie)
    assert signed_in is not None
    return signed_in.user_id
