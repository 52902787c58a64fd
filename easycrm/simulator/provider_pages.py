"""What every page of a provider needs: its name, its error page, and the way to the sign-in page."""

from html import escape
from urllib.parse import urlencode

from starlette.responses import HTMLResponse, Response

from easycrm.simulator.page_style import document

NAMES = {"google": "Google Workspace", "microsoft": "Microsoft 365"}


def start(provider: str, query: dict[str, str]) -> str:
    """The address of the sign-in page for an authorize request."""
    return "/signin/account?" + urlencode({"provider": provider, "request": urlencode(query)})


def refusal(provider: str, status: str, code: str, detail: str) -> Response:
    """The provider's own error page: the browser is not sent back."""
    heading = "Need admin approval" if code == "AADSTS90094" else "Access blocked: authorization error"
    body = (
        f"<p class=who>{NAMES[provider]} simulator</p><h1>{heading}</h1>"
        f"<p>Error {escape(status)}: {escape(code)}</p><p class=detail>{escape(detail)}</p>"
    )
    return HTMLResponse(document(f"Error – {NAMES[provider]} simulator", body), int(status))
