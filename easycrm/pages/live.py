"""Pages that stay true: one task asks the database once for all open tabs and refreshes those that show something new."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass

import reflex as rx

from easycrm.core import log
from easycrm.mail import watch as changes

POLL_SECONDS = 1.0
Refresh = Callable[[rx.State], Awaitable[None]]


@dataclass
class _Tab:
    user_id: int
    seen: str = ""


_tabs: dict[str, _Tab] = {}


def watch(client_token: str, user_id: int) -> None:
    """Keep this tab up to date from now on; called whenever a page is loaded."""
    if client_token:
        _tabs[client_token] = _Tab(user_id, changes.fingerprints([user_id]).get(user_id, ""))


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
    for token in _tabs.keys() - _open_tokens(app):
        _tabs.pop(token, None)
    if not _tabs:
        return
    now = await asyncio.to_thread(changes.fingerprints, sorted({tab.user_id for tab in _tabs.values()}))
    for token, tab in list(_tabs.items()):
        current = now.get(tab.user_id, "")
        if current != tab.seen:
            tab.seen = current
            await _push(app, token, page, refresh)


async def _push(app: rx.App, token: str, page: type[rx.State], refresh: Refresh) -> None:
    try:
        async with app.modify_state(rx.BaseStateToken(ident=token, cls=page)) as state:
            await refresh(await state.get_state(page))
    except Exception as error:  # one tab that cannot be served must not keep the others waiting
        log.logger(__name__).warning("live.push_failed", error=type(error).__name__)


def _open_tokens(app: rx.App) -> set[str]:
    namespace = app.event_namespace
    return set(namespace.token_to_sid) if namespace else set()
