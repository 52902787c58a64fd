"""What Entra hands out: whether its id_token is of a tenant that was let in, whose it is, and what the tokens allow."""

import re
from datetime import timedelta
from typing import Any

from easycrm.core.clock import now
from easycrm.providers import http, id_token, microsoft_msal
from easycrm.providers.base import Capability, Identity, Tokens
from easycrm.providers.errors import ConsentFailed, ProviderUnavailable

GRAPH = "https://graph.microsoft.com/"
_NEEDED = {"mail.read": Capability.READ, "mail.send": Capability.SEND, "contacts.read": Capability.CONTACTS}
_ANY_TENANT = ("organizations", "common")
_CONSUMERS = "9188040d-6c67-4c5b-b112-36a304b66dad"
_GUID = re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")


async def require_tenant(found: dict[str, Any], tenant: str) -> None:
    """Refuse an id_token of a tenant that the admin did not let in; the issuer must be that of the token's tenant.

    Raises:
        ConsentFailed: it is another tenant's, or nobody's.
    """
    tenant_id = str(found.get("tid", ""))
    id_token.require_issuer(found, (f"{microsoft_msal.LOGIN}/{tenant_id}/v2.0",))
    if tenant in _ANY_TENANT:
        allowed = tenant == "common" or tenant_id != _CONSUMERS
    elif _GUID.fullmatch(tenant):
        allowed = tenant.lower() == tenant_id.lower()
    else:
        allowed = found["iss"] == await _issuer_of(tenant)
    if not allowed:
        raise ConsentFailed(code="id_token_tenant")


async def _issuer_of(domain: str) -> str:
    """Who issues tokens for a tenant that the admin named by a domain."""
    response = await http.send("GET", f"{microsoft_msal.LOGIN}/{domain}/v2.0/.well-known/openid-configuration")
    if response.status_code != 200:
        raise ProviderUnavailable(code=f"discovery_{response.status_code}")
    return str(http.as_object(response).get("issuer", ""))


def identity(found: dict[str, Any]) -> Identity:
    """Tenant and object id.

    Raises:
        ConsentFailed: one of the claims that name a person is missing.
    """
    named = [found.get(claim) for claim in ("tid", "oid", "sub")]
    if not all(isinstance(one, str) and one for one in named):
        raise ConsentFailed(code="id_token_incomplete")
    address = str(found.get("email") or found.get("preferred_username") or "").lower()
    return Identity(f"{named[0]}:{named[1]}", address, str(found.get("name", "")))


def tokens(body: dict[str, Any]) -> Tokens:
    """The tokens, how long they last, and what they allow.

    Raises:
        ProviderUnavailable: the answer has no access token, or does not say when it ends.
    """
    access, expires = body.get("access_token"), body.get("expires_in")
    if not isinstance(access, str) or not isinstance(expires, int | float):
        raise ProviderUnavailable(code="token_answer_incomplete")
    scope, refresh = body.get("scope"), body.get("refresh_token")
    return Tokens(access, refresh or None, now() + timedelta(seconds=expires), _capabilities(scope))


def _capabilities(scope: object) -> frozenset[Capability] | None:
    """What the granted scopes allow; they come with or without Graph's address, in any case."""
    if not isinstance(scope, str):
        return None
    names = {one.lower().removeprefix(GRAPH) for one in scope.split()}
    return frozenset(capability for name, capability in _NEEDED.items() if name in names)
