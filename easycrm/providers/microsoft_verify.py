"""Whether Microsoft knows the application that an admin entered, asked without anybody's consent."""

from typing import Any
from urllib.parse import quote

import httpx

from easycrm.providers import http
from easycrm.providers.base import ProviderConfig
from easycrm.providers.errors import ProviderError
from easycrm.providers.setup_step import Step, failed, later, passed

_LOGIN = "https://login.microsoftonline.com"
_FORM = {"Content-Type": "application/x-www-form-urlencoded"}
_MANY_TENANTS = ("organizations", "common")
# Source: https://learn.microsoft.com/entra/identity-platform/reference-error-codes
_CLIENT = {700016: "microsoft_not_found", 7000112: "microsoft_disabled", 700038: "microsoft_not_found"}
_SECRET = {7000215: "microsoft_wrong_secret", 7000222: "microsoft_expired_secret", 7000218: "microsoft_wrong_secret"}


async def steps(config: ProviderConfig) -> list[Step]:
    """Host, tenant, client id and secret."""
    address = f"{_LOGIN}/{quote(config.tenant, safe='')}/v2.0/.well-known/openid-configuration"
    try:
        response = await http.send("GET", address)
        found = http.as_object(response)
    except ProviderError:
        return [failed("reachable", "unreachable"), *_later("tenant", "client", "secret")]
    if response.status_code == 200 and "issuer" in found:
        return [passed("reachable"), passed("tenant"), *await _application(config)]
    if found.get("error") == "invalid_tenant":
        return [passed("reachable"), failed("tenant", "microsoft_no_tenant"), *_later("client", "secret")]
    return [failed("reachable", "unreachable"), *_later("tenant", "client", "secret")]


async def _application(config: ProviderConfig) -> list[Step]:
    """What the token endpoint says to the application itself.

    One tenant lets an application in by its secret alone. Where many are meant that is not possible: a refresh token
    that is nobody's is refused then, and only a refusal that names the application says something.
    """
    own = config.tenant not in _MANY_TENANTS
    asked = {"client_id": config.client_id, "client_secret": config.client_secret}
    if own:
        asked |= {"grant_type": "client_credentials", "scope": "https://graph.microsoft.com/.default"}
    else:
        asked |= {"grant_type": "refresh_token", "refresh_token": "of-nobody", "scope": "openid"}
    try:
        answer = await _ask(config.tenant, asked)
    except ProviderError:
        return [failed("client", "unreachable"), later("secret", "after_reachable")]
    return _judged(answer, own=own)


async def _ask(tenant: str, asked: dict[str, str]) -> dict[str, Any]:
    address = f"{_LOGIN}/{quote(tenant, safe='')}/oauth2/v2.0/token"
    response = await http.send("POST", address, headers=_FORM, content=str(httpx.QueryParams(asked)).encode())
    return http.as_object(response)


def _judged(answer: dict[str, Any], *, own: bool) -> list[Step]:
    if "access_token" in answer:
        return [passed("client"), passed("secret")]
    codes: list[Any] = answer.get("error_codes") or []
    for code in codes:
        if code in _CLIENT:
            return [failed("client", _CLIENT[code]), later("secret", "after_client")]
        if code in _SECRET:
            return [passed("client"), failed("secret", _SECRET[code])]
    why = "not_understood" if own else "many_tenants"
    return [later("client", why), later("secret", why)]


def _later(*keys: str) -> list[Step]:
    return [later(key, "after_reachable") for key in keys]
