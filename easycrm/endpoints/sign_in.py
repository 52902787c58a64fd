"""Sign-in, sign-out and first set-up: real HTTP POSTs, since only those can set an HttpOnly cookie."""

from urllib.parse import quote

import anyio.to_thread
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from easycrm.core.errors import EasyCRMError
from easycrm.core.own_path import own_path
from easycrm.core.settings import settings
from easycrm.endpoints.guard import cookie, device, with_cookie
from easycrm.endpoints.small_body import small_form
from easycrm.people import sessions, setup_link


async def sign_in(request: Request) -> Response:
    """Check email and password; a fresh cookie, or back to the form with the reason."""
    form = await small_form(request)
    there = own_path(form.get("next", ""), "/mailbox")
    client = request.client.host if request.client else ""
    try:
        value = await anyio.to_thread.run_sync(
            lambda: sessions.sign_in(
                form.get("email", ""),
                form.get("password", ""),
                client=client,
                replaces=cookie(request),
                device=device(request),
            )
        )
    except EasyCRMError as error:
        return _back("/sign-in", error, next=there)
    return with_cookie(RedirectResponse(there, 303), value)


async def sign_out(request: Request) -> Response:
    """End the session here and in the browser."""
    await anyio.to_thread.run_sync(sessions.sign_out, cookie(request))
    response = RedirectResponse("/sign-in", 303, headers={"Clear-Site-Data": '"storage"'})
    response.delete_cookie(sessions.cookie_name(), path="/", secure=settings().secure, httponly=True, samesite="lax")
    return response


async def set_up(request: Request) -> Response:
    """Create the first admin through the one-time link."""
    form = await small_form(request)
    token = form.get("token", "")
    email, password = form.get("email", ""), form.get("password", "")
    try:
        await anyio.to_thread.run_sync(lambda: setup_link.use(token, email=email, password=password))
    except EasyCRMError as error:
        return _back("/setup", error, token=token)
    return RedirectResponse("/sign-in", 303)


def _back(path: str, error: EasyCRMError, **more: str) -> Response:
    query = "&".join(f"{name}={quote(value, safe='')}" for name, value in {**more, "error": error.user_message}.items())
    return RedirectResponse(f"{path}?{query}", 303)


routes = [
    Route("/auth/sign-in", sign_in, methods=["POST"]),
    Route("/auth/sign-out", sign_out, methods=["POST"]),
    Route("/auth/setup", set_up, methods=["POST"]),
]
