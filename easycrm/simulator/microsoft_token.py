"""Microsoft's token endpoint: code exchange and refresh, and what its id_tokens say."""

import base64
import hashlib
import json
import secrets
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from easycrm.simulator import oauth
from easycrm.simulator.grants import Client, Grant
from easycrm.simulator.microsoft_errors import refusal
from easycrm.simulator.world import Person, World

_IDENTITY = ("openid", "profile", "email", "offline_access")
_GRAPH = "https://graph.microsoft.com/"
_CODE_REFUSED = {
    "unknown": 9002313, "expired": 70008, "used": 54005, "redirect_uri": 500112, "no_verifier": 501481,
    "verifier": 501481,
}  # fmt: skip
_TOKEN_DEAD = {"expired": 700082, "revoked": 50173}


def graph_scopes(scopes: set[str]) -> set[str]:
    """Scopes as Entra grants them: without offline_access, Graph's with their address in front."""
    kept = scopes - {"offline_access"}
    return {scope if scope in _IDENTITY or scope.startswith(_GRAPH) else _GRAPH + scope for scope in kept}


async def token(request: Request) -> Response:
    """Code exchange and refresh."""
    world: World = request.app.state.world
    fields = await oauth.form(request)
    client = _client(world, *oauth.credentials(request, fields))
    if fields.get("grant_type") == "authorization_code":
        return oauth.answer(_exchange(world, client, fields))
    if fields.get("grant_type") == "refresh_token":
        return oauth.answer(_refresh(world, client, fields))
    if fields.get("grant_type") == "client_credentials":
        return oauth.answer(_for_itself(world, request.path_params["tenant"].lower()))
    raise refusal(70003)


def _for_itself(world: World, tenant: str) -> dict[str, Any]:
    """A token of the application alone, which has no rights here; it needs one tenant to be asked of."""
    if tenant not in world.tenants():
        raise refusal(50059)
    ttl = world.settings.access_token_ttl
    return {"token_type": "Bearer", "expires_in": ttl, "ext_expires_in": ttl, "access_token": secrets.token_urlsafe(40)}


def _client(world: World, client_id: str, secret: str) -> Client:
    client = world.clients.get(client_id)
    if client is None or client.provider != "microsoft" or client.deleted:
        raise refusal(700016)
    if client.disabled:
        raise refusal(7000112)
    if not secret:
        raise refusal(7000218)
    if client.client_secret != secret:
        raise refusal(7000215)
    if client.secret_expired:
        raise refusal(7000222)
    return client


def _exchange(world: World, client: Client, fields: dict[str, str]) -> dict[str, Any]:
    try:
        code = oauth.redeem(world, client, fields)
    except oauth.CodeRefused as refused:
        raise refusal(_CODE_REFUSED[refused.why]) from refused
    grant = world.grants[(client.client_id, code.subject)]
    body = _issue(world, client, grant, fields, code.nonce)
    code.issued.append(body["access_token"])
    if code.offline and not world.next_consent.get("omit_refresh_token"):
        body["refresh_token"] = oauth.refresh_token(world, grant, "1.AX")
        code.issued.append(body["refresh_token"])
    return body


def _refresh(world: World, client: Client, fields: dict[str, str]) -> dict[str, Any]:
    """New tokens; the old refresh token lives on beside its replacement."""
    value = fields.get("refresh_token", "")
    grant = world.refresh_tokens.get(value)
    if grant is None or grant.provider != "microsoft" or grant.client_id != client.client_id:
        raise refusal(_TOKEN_DEAD.get(world.dead_tokens.get(value, ""), 9002313))
    if grant.demands_mfa:
        raise refusal(50076)
    if not _covers(grant, fields.get("scope", "")):
        raise refusal(65001)
    body = _issue(world, client, grant, fields, "")
    return {**body, "refresh_token": oauth.refresh_token(world, grant, "1.AX")}


def _covers(grant: Grant, scope: str) -> bool:
    """Whether consent stands for all that is asked for; `.default` asks for whatever was granted."""
    asked = {one.lower() for one in graph_scopes(set(scope.split()))}
    return asked - {_GRAPH + ".default", *_IDENTITY} <= {one.lower() for one in grant.scopes}


def _issue(world: World, client: Client, grant: Grant, fields: dict[str, str], nonce: str) -> dict[str, Any]:
    """An answer without a refresh token."""
    access, ttl = oauth.access_token(world, grant, "EwB"), world.settings.access_token_ttl
    person = world.by_subject(grant.subject)
    body: dict[str, Any] = {
        "token_type": "Bearer", "scope": " ".join(sorted(grant.scopes)), "expires_in": ttl, "ext_expires_in": ttl,
        "access_token": access.token,
    }  # fmt: skip
    if fields.get("client_info"):
        body["client_info"] = _base64url(json.dumps({"uid": person.subject, "utid": person.tenant_id}).encode())
    signed = oauth.id_token(world, _claims(world, client, person, nonce))
    return {**body, "id_token": signed} if signed else body


def _claims(world: World, client: Client, person: Person, nonce: str) -> dict[str, Any]:
    now = int(world.now())
    pairwise = _base64url(hashlib.sha256(f"{client.client_id}:{person.subject}".encode()).digest())
    return {
        "aud": client.client_id, "iss": f"https://login.microsoftonline.com/{person.tenant_id}/v2.0", "iat": now,
        "nbf": now, "exp": now + 3600, "name": person.name, "nonce": nonce or None, "oid": person.subject,
        "tid": person.tenant_id,
        "preferred_username": person.email, "email": person.email, "sub": pairwise, "ver": "2.0",
    }  # fmt: skip


def _base64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
