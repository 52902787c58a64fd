"""Pages that stay true: one task asks the database once for all open tabs and refreshes those with something new."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import reflex as rx
from engineio.packet import PING, Packet

from easycrm.core import log
from easycrm.mail import watch as changes
from easycrm.pages.session import cookie_of, filled_by
from easycrm.people import sessions

POLL_SECONDS = 0.5
Refresh = Callable[[Any, int], Awaitable[None]]


@dataclass
class _Tab:
    """An open tab: whose it is, the cookie that proves it (in memory only), what it has seen, and of whom."""

    user_id: int
    cookie: str
    seen: str = ""
    team: bool = False


_tabs: dict[str, _Tab] = {}
_astray: set[str] = set()


def watch(state: rx.State, user_id: int) -> None:
    """Keep the tab of this state up to date from now on; called whenever a page is loaded."""
    token = state.router.session.client_token
    if token:
        _tabs[token] = _Tab(user_id, cookie_of(state), changes.fingerprints([user_id]).get(user_id, ""))


def watch_team(state: rx.State) -> None:
    """Let the tab of this state, which is watched already, hear of the whole team's contacts and mail too."""
    tab = _tabs.get(state.router.session.client_token)
    if tab is not None and not tab.team:
        tab.team, tab.seen = True, tab.seen + changes.team()


def connect_anew(token: str) -> None:
    """Have the browser of the tab with this token connect anew, since its state cannot be had."""
    _astray.add(token)


def pusher(app: rx.App, page: type[rx.State], refresh: Refresh) -> Callable[[], object]:
    """A lifespan task that calls `refresh` with the state of every tab whose user has something new."""

    @asynccontextmanager
    async def live_pages() -> AsyncIterator[None]:
        task = asyncio.create_task(_run(app, page, refresh))
        yield
        task.cancel()

    return live_pages


async def _run(app: rx.App, page: type[rx.State], refresh: Refresh) -> None:
    logger = log.logger(__name__)
    while True:
        await asyncio.sleep(POLL_SECONDS)
        try:
            await _turn(app, page, refresh)
        except Exception as error:  # the next turn may do better; without pages nobody would see an error here
            logger.warning("live.turn_failed", error=type(error).__name__)


async def _turn(app: rx.App, page: type[rx.State], refresh: Refresh) -> None:
    while _astray:
        await _start_over(app, _astray.pop())
    for token in _tabs.keys() - _open_tokens(app):
        _tabs.pop(token, None)
    if not _tabs:
        return
    now = await asyncio.to_thread(changes.fingerprints, sorted({tab.user_id for tab in _tabs.values()}))
    team = await asyncio.to_thread(changes.team) if any(tab.team for tab in _tabs.values()) else ""
    for token, tab in list(_tabs.items()):
        current = now.get(tab.user_id, "") + (team if tab.team else "")
        if current != tab.seen and await _push(app, token, tab, page, refresh):
            tab.seen = current


async def _push(app: rx.App, token: str, tab: _Tab, page: type[rx.State], refresh: Refresh) -> bool:
    """Whether the tab has seen what is new, or never will; else the next turn tries again."""
    try:
        signed_in = await asyncio.to_thread(sessions.resolve, tab.cookie)
        if signed_in is None or signed_in.user_id != tab.user_id:
            _tabs.pop(token, None)
            return True
        async with app.modify_state(rx.BaseStateToken(ident=token, cls=page)) as state:
            filler = await filled_by(state)
            # The tab may have gone over to another session since it was watched.
            if filler == signed_in.session_id:
                await refresh(await state.get_state(page), tab.user_id)
        if not filler:  # the state it had is gone, as after a restart of Redis
            await _start_over(app, token)
    except Exception as error:  # one tab that cannot be served must not keep the others waiting
        log.logger(__name__).warning("live.push_failed", error=type(error).__name__)
        return False
    return True


async def _start_over(app: rx.App, token: str) -> None:
    """End the tab's connection: its browser makes another, and fills its page anew."""
    _tabs.pop(token, None)
    namespace, sockets = app.event_namespace, app.sio
    if namespace is None or sockets is None or token not in namespace.token_to_sid:
        return
    transport = sockets.manager.eio_sid_from_sid(namespace.token_to_sid[token], namespace.namespace)
    socket: Any = sockets.eio.sockets.get(transport)
    if socket is not None:
        # The browser takes no notice of Engine.IO's farewell. When nothing more is to be sent the WebSocket is closed,
        # by Granian not before something has come in: the answer to a ping.
        await socket.send(Packet(PING))
        await socket.queue.put(None)


def _open_tokens(app: rx.App) -> set[str]:
    namespace = app.event_namespace
    return set(namespace.token_to_sid) if namespace else set()
