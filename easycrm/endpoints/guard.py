"""Who is behind a plain HTTP request, and whether it came from our own pages."""

from urllib.parse import urlsplit

from starlette.requests import HTTPConnection

from easycrm.core.settings import settings
from easycrm.people import sessions
from easycrm.people.sessions import SignedIn


def cookie(request: HTTPConnection) -> str:
    """The session cookie, or an empty string."""
    return request.cookies.get(sessions.cookie_name(), "")


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
