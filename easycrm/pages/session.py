"""Who is signed in, looked up on every event: handlers are remote procedures that anybody can call."""

import functools
import inspect
import secrets
from collections.abc import AsyncGenerator, Callable, Generator
from contextvars import ContextVar
from http.cookies import CookieError, SimpleCookie
from typing import Any, Literal
from urllib.parse import quote

import reflex as rx
from reflex.middleware.middleware import Middleware

from easycrm.core import log, metrics
from easycrm.core.own_path import own_path
from easycrm.pages.address import page_path
from easycrm.people import sessions
from easycrm.people.sessions import SignedIn

Role = Literal["member", "admin"]
_current: ContextVar[SignedIn] = ContextVar("signed_in")


class SessionState(rx.State):
    """Which session filled the state tree: nobody else may see what it left there."""

    _filled_by: int = 0


def me() -> SignedIn:
    """Who called the handler that runs; only inside one that carries `@require`."""
    return _current.get()


def require(role: Role) -> Any:
    """Let a handler run only for somebody signed in, with that role.

    Place it under `@rx.event`. The state tree is emptied first whenever another session filled it.
    """

    def decorate(handler: Callable[..., Any]) -> Callable[..., Any]:
        name = handler.__qualname__

        @functools.wraps(handler)
        async def guarded(self: rx.State, *args: Any, **kwargs: Any) -> AsyncGenerator[Any, None]:
            signed_in = await _enter(self)
            if signed_in is None or not _may(signed_in, role):
                yield _way_out(self, signed_in)
                return
            _current.set(signed_in)
            log.bind(handler=name, event_id=secrets.token_hex(4), user_id=signed_in.user_id)
            with metrics.EVENT_SECONDS.labels(name).time(), metrics.EVENT_FAILURES.labels(name).count_exceptions():
                async for event in _events(handler(self, *args, **kwargs)):
                    yield event

        guarded.required_role = role  # pyright: ignore[reportAttributeAccessIssue] (read by the test over all handlers)
        return guarded

    return decorate


async def _enter(state: rx.State) -> SignedIn | None:
    """Look the session up; empty the whole state tree if another one filled it."""
    signed_in = sessions.resolve(cookie_of(state))
    session_id = signed_in.session_id if signed_in else 0
    keeper = await state.get_state(SessionState)
    if keeper._filled_by not in (0, session_id):
        root = await state.get_state(rx.State)
        root.reset()
    keeper._filled_by = session_id
    return signed_in


async def filled_by(state: rx.State) -> int:
    """The id of the session that filled this state tree; 0 where nobody has."""
    return (await state.get_state(SessionState))._filled_by


class OneSessionOneState(Middleware):
    """Empties the state tree before any event of another session, Reflex's own included.

    A tab keeps its token over sign-out, and the first thing its next page is sent is the whole tree.
    """

    async def preprocess(self, app: rx.App, state: Any, event: Any) -> None:
        """Look the session up before the event is processed."""
        del app, event
        await _enter(state)


def cookie_of(state: rx.State) -> str:
    """The session cookie that came with the socket's handshake, or an empty string."""
    try:
        morsel = SimpleCookie(state.router.headers.cookie).get(sessions.cookie_name())
    except CookieError:
        return ""
    return morsel.value if morsel else ""


def _may(signed_in: SignedIn, role: Role) -> bool:
    return role == "member" or signed_in.is_admin


def _way_out(state: rx.State, signed_in: SignedIn | None) -> Any:
    if signed_in is not None:
        return rx.redirect("/mailbox", replace=True)
    path = own_path(page_path(state) or "/", "/mailbox")
    there = "/mailbox" if "/callback/" in path else path
    return rx.redirect(f"/sign-in?next={quote(there)}", replace=True)


async def _events(result: Any) -> AsyncGenerator[Any, None]:
    """What a handler hands back, whichever of the four kinds it is."""
    if inspect.isasyncgen(result):
        async for event in result:
            yield event
    elif inspect.isgenerator(result):
        for event in _steps(result):
            yield event
    else:
        yield await result if inspect.isawaitable(result) else result


def _steps(generator: Generator[Any, None, Any]) -> Generator[Any]:
    yield from generator
