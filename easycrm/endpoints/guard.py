"""Who is behind a plain HTTP request, and whether it came from our own pages."""

from urllib.parse import urlsplit

from starlette.requests import HTTPConnection
from starlette.responses import Response

from easycrm.core.settings import settings
from easycrm.people import devices, sessions
from easycrm.people.sessions import SignedIn

_SECONDS = int(sessions.LIFETIME.total_seconds())


def cookie(request: HTTPConnection) -> str:
    """The session cookie, or an empty string."""
    return request.cookies.get(sessions.cookie_name(), "")


def device(request: HTTPConnection) -> str:
    """Browser and system that ask, as people call them."""
    return devices.named(request.headers.get("user-agent", ""))


def with_cookie(response: Response, value: str) -> Response:
    """The answer that signs in: a fresh cookie, and nothing left of whoever used this browser before."""
    response.set_cookie(
        sessions.cookie_name(),
        value,
        max_age=_SECONDS,
        path="/",
        secure=settings().secure,
        httponly=True,
        samesite="lax",
    )
    response.headers["Clear-Site-Data"] = '"storage"'
    return response


def signed_in(request: HTTPConnection) -> SignedIn | None:
    """Who is signed in, if anybody."""
    return sessions.resolve(cookie(request))


def from_our_pages(request: HTTPConnection) -> bool:
    """Whether a state-changing request comes from a page of this site.

    A browser always sends an Origin with POST and websocket handshakes; `null` is somebody's sandbox.
    Without one, `Sec-Fetch-Site` decides; a caller that sends neither is no browser and carries no cookie by accident.
    """
    origin = request.headers.get("origin")
    if origin is not None:
        return origin.lower() == settings().public_url.lower()
    return request.headers.get("sec-fetch-site", "same-origin") in ("same-origin", "none")


def host_is_ours(request: HTTPConnection) -> bool:
    """Whether the request names the host of PUBLIC_URL."""
    return request.headers.get("host", "").lower() == urlsplit(settings().public_url).netloc.lower()
