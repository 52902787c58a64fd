"""Tabs that stay up to date by one question for all of them."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from types import SimpleNamespace
from typing import Any

import pytest
from engineio.packet import packet_names

from easycrm.core.clock import now
from easycrm.core.db import transaction
from easycrm.mail.connection import Connection, Status
from easycrm.pages import live
from easycrm.pages.email_state import EmailState
from easycrm.pages.flash import FlashState
from easycrm.pages.refresh import refresh
from easycrm.pages.session import OneSessionOneState, SessionState
from easycrm.pages.shell import ShellState
from easycrm.people import sessions
from tests.fake_provider import FakeProvider
from tests.unit.pages.conftest import Tab, user_of


class App:
    """As much of Reflex's app as the pusher needs: open tabs, and a way into their states."""

    def __init__(self, *tabs: Tab) -> None:
        self.tabs = {tab.token: tab for tab in tabs}
        self.event_namespace = SimpleNamespace(token_to_sid=self.tabs)
        self.pushed: list[str] = []

    @asynccontextmanager
    async def modify_state(self, token: Any) -> AsyncIterator[Any]:
        self.pushed.append(token.ident)
        yield self.tabs[token.ident].state(token.cls)

    async def turn(self) -> None:
        await live._turn(self, ShellState, refresh)


class Socket:
    """As much of Engine.IO's socket as ends a connection; `sent` holds kinds of packets, None for the end."""

    def __init__(self) -> None:
        self.sent: list[str | None] = []
        self.queue = SimpleNamespace(put=self._end)

    async def send(self, packet: Any) -> None:
        self.sent.append(packet_names[packet.packet_type].lower())

    async def _end(self, nothing: None) -> None:
        self.sent.append(nothing)


def with_socket(app: App, socket: Socket, tab: Tab) -> App:
    app.event_namespace = SimpleNamespace(token_to_sid={tab.token: "socket-1"}, namespace="/_event")
    app.sio = SimpleNamespace(  # pyright: ignore[reportAttributeAccessIssue]
        manager=SimpleNamespace(eio_sid_from_sid=lambda sid, namespace: f"transport of {sid}{namespace}"),
        eio=SimpleNamespace(sockets={"transport of socket-1/_event": socket}),
    )
    return app


@pytest.fixture
def socket() -> Socket:
    return Socket()


@pytest.fixture
def mailbox(ada: Tab, google: FakeProvider) -> int:
    with transaction() as session:
        row = Connection(user_id=user_of(ada), provider="google", subject="1", address="ada@example.com")
        session.add(row)
        session.flush()
        return row.id or 0


def change(connection_id: int, **values: object) -> None:
    with transaction() as session:
        row = session.get_one(Connection, connection_id)
        row.sqlmodel_update({**values, "changed_seq": row.changed_seq + 1})


async def test_a_tab_hears_of_a_change_once(ada: Tab, mailbox: int) -> None:
    app = App(ada)
    await ada.call(ShellState.load)
    await app.turn()
    assert app.pushed == []

    change(mailbox, status=Status.REQUIRES_REAUTHENTICATION, reason="expired")
    await app.turn()
    await app.turn()
    assert app.pushed == [ada.token]
    assert [one.address for one in ada.state(ShellState).outages] == ["ada@example.com"]


async def test_the_end_of_an_import_is_told(ada: Tab, mailbox: int) -> None:
    app = App(ada)
    ada.go("/settings/email/")
    await ada.call(ShellState.load)
    await ada.call(EmailState.load)
    change(mailbox, import_done=42, import_total=42, import_finished_at=now())
    await app.turn()
    assert ada.state(FlashState).text == "Import finished: 42 emails from ada@example.com are here"


async def test_a_closed_tab_is_forgotten(ada: Tab, mailbox: int) -> None:
    await ada.call(ShellState.load)
    await App().turn()
    assert live._tabs == {}


async def test_a_tab_whose_session_ended_hears_nothing_more(ada: Tab, mailbox: int) -> None:
    app = App(ada)
    await ada.call(ShellState.load)
    sessions.sign_out(ada.cookie)
    change(mailbox, status=Status.NOT_CONNECTED)
    await app.turn()
    assert app.pushed == []
    assert live._tabs == {}


async def test_one_broken_tab_does_not_keep_the_others_waiting(ada: Tab, mailbox: int) -> None:
    second = Tab(ada.cookie, token="tab-2")
    app = App(ada, second)
    await ada.call(ShellState.load)
    await second.call(ShellState.load)
    change(mailbox, status=Status.NOT_CONNECTED)
    app.tabs["tab-ada"] = None  # pyright: ignore[reportArgumentType] (a tab that breaks)
    await app.turn()
    assert app.pushed == ["tab-ada", "tab-2"]


async def test_threat_24_a_tab_that_went_over_to_another_session_hears_nothing_of_the_first(
    ada: Tab, grace: Tab, mailbox: int
) -> None:
    app = App(ada)
    await ada.call(ShellState.load)
    ada.state(SessionState)._filled_by = 4711
    change(mailbox, status=Status.REQUIRES_REAUTHENTICATION, reason="expired")

    await app.turn()

    assert ada.state(ShellState).outages == []


async def test_threat_24_the_tree_is_empty_before_another_sessions_first_event(
    ada: Tab, grace: Tab, mailbox: int
) -> None:
    change(mailbox, status=Status.REQUIRES_REAUTHENTICATION, reason="expired")
    await ada.call(ShellState.load)
    assert ada.state(ShellState).outages
    ada.cookie = grace.cookie
    ada.go("/mailbox")

    await OneSessionOneState().preprocess(None, ada.root, None)  # pyright: ignore[reportArgumentType] (neither is looked at)

    assert ada.state(ShellState).outages == []


async def test_a_push_that_failed_is_tried_again(ada: Tab, mailbox: int) -> None:
    app = App(ada)
    await ada.call(ShellState.load)
    change(mailbox, status=Status.REQUIRES_REAUTHENTICATION, reason="expired")
    app.tabs["tab-ada"] = None  # pyright: ignore[reportArgumentType] (Redis is away)
    await app.turn()
    app.tabs["tab-ada"] = ada

    await app.turn()

    assert [one.address for one in ada.state(ShellState).outages] == ["ada@example.com"]


async def test_a_tab_whose_state_is_gone_connects_anew(ada: Tab, mailbox: int, socket: Socket) -> None:
    """As after a restart of Redis: nothing else would tell the tab, since its socket stays open."""
    app = with_socket(App(ada), socket, ada)
    await ada.call(ShellState.load)
    ada.state(SessionState)._filled_by = 0
    change(mailbox, status=Status.NOT_CONNECTED)

    await app.turn()

    assert socket.sent == ["ping", None]
    assert live._tabs == {}


async def test_a_tab_whose_state_cannot_be_had_connects_anew_once(ada: Tab, socket: Socket) -> None:
    app = with_socket(App(ada), socket, ada)
    live.connect_anew(ada.token)
    live.connect_anew("tab-closed-meanwhile")

    await app.turn()
    await app.turn()

    assert socket.sent == ["ping", None]
