"""Whether Google knows the application that an admin entered, asked without anybody's consent."""

import httpx

from easycrm.providers import http
from easycrm.providers.base import ProviderConfig
from easycrm.providers.errors import ProviderError
from easycrm.providers.setup_step import Step, failed, later, passed

_DISCOVERY = "https://accounts.google.com/.well-known/openid-configuration"
_TOKEN = "https://oauth2.googleapis.com/token"  # noqa: S105 (an address)
_NOBODYS = "of-nobody"
_FORM = {"Content-Type": "application/x-www-form-urlencoded"}


async def steps(config: ProviderConfig) -> list[Step]:
    """Host, then client id and secret, which Google only judges together."""
    if not await _reachable():
        return [failed("reachable", "unreachable"), later("client", "after_reachable")]
    return [passed("reachable"), await _client(config)]


async def _reachable() -> bool:
    try:
        response = await http.send("GET", _DISCOVERY)
        return response.status_code == 200 and "issuer" in http.as_object(response)
    except ProviderError:
        return False


async def _client(config: ProviderConfig) -> Step:
    """A refresh token that is nobody's: who is refused for it has been let in as an application."""
    asked = {
        "grant_type": "refresh_token", "refresh_token": _NOBODYS,
        "client_id": config.client_id, "client_secret": config.client_secret,
    }  # fmt: skip
    try:
        response = await http.send("POST", _TOKEN, headers=_FORM, content=str(httpx.QueryParams(asked)).encode())
        error = http.as_object(response).get("error")
    except ProviderError:
        return failed("client", "unreachable")
    if error == "invalid_grant":
        return passed("client")
    known = ("invalid_client", "unauthorized_client", "disabled_client", "deleted_client")
    return failed("client", f"google_{error}") if error in known else later("client", "not_understood")
