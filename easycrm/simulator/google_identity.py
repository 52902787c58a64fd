"""Google's authorize, token, revoke, discovery, keys and userinfo endpoints."""

import base64
import hashlib
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from easycrm.simulator import consent_pages, oauth
from easycrm.simulator.world import ApiError, Client, Grant, World

ISSUER = "https://accounts.google.com"
_PREFIX = "https://www.googleapis.com/auth/"
_NAMES = {"email": _PREFIX + "userinfo.email", "profile": _PREFIX + "userinfo.profile"}
BAD_GRANT = ApiError(400, {"error": "invalid_grant", "error_description": "Token has been expired or revoked."})
BAD_CODE = ApiError(400, {"error": "invalid_grant", "error_description": "Bad Request"})
BAD_CLIENT = ApiError(401, {"error": "invalid_client", "error_description": "Unauthorized"})


async def authorize(request: Request) -> Response:
    """The sign-in page, or Google's own error page."""
    world: World = request.app.state.world
    query = dict(request.query_params)
    client = world.clients.get(query.get("client_id", ""))
    if client is None or client.provider != "google":
        return consent_pages.refusal("google", "401", "invalid_client", "The OAuth client was not found.")
    if client.disabled:
        return consent_pages.refusal("google", "401", "disabled_client", "The OAuth client was disabled.")
    if query.get("redirect_uri") not in client.redirect_uris:
        detail = f"redirect_uri={query.get('redirect_uri', '')}"
        return consent_pages.refusal("google", "400", "redirect_uri_mismatch", detail)
    if query.get("response_type") != "code" or query.get("code_challenge_method") != "S256":
        return consent_pages.refusal("google", "400", "invalid_request", "Code flow with PKCE (S256) is required.")
    return RedirectResponse(consent_pages.start("google", query), 302)


def decide(world: World, query: dict[str, str], email: str, *, allow: bool, scopes: set[str]) -> str:
    """Where the browser goes after the person's decision; `scopes` are those left ticked."""
    back = {"state": query.get("state", "")}
    if not allow:
        return oauth.with_query(query["redirect_uri"], {"error": "access_denied", **back})
    client, person = world.clients[query["client_id"]], world.people[email]
    granted = {_NAMES.get(scope, scope) for scope in scopes}
    grant = world.grants.setdefault(
        (client.client_id, person.subject), Grant("google", client.client_id, person.subject, set(), consented=False)
    )
    offline = query.get("access_type") == "offline" and ("consent" in query.get("prompt", "") or not grant.consented)
    grant.scopes, grant.live, grant.consented = granted, True, True
    code = oauth.new_code(world, client, person.subject, query, granted, offline=offline)
    answer = {
        **back,
        "iss": ISSUER,
        "code": code,
        "scope": " ".join(sorted(granted)),
        "authuser": "0",
        "prompt": "consent",
    }
    return oauth.with_query(query["redirect_uri"], answer)


async def token(request: Request) -> Response:
    """Code exchange and refresh."""
    world: World = request.app.state.world
    fields = await oauth.form(request)
    client = _client(world, *oauth.credentials(request, fields))
    if fields.get("grant_type") == "authorization_code":
        return JSONResponse(_exchange(world, client, fields))
    if fields.get("grant_type") == "refresh_token":
        return JSONResponse(_refresh(world, client, fields))
    raise ApiError(400, {"error": "unsupported_grant_type", "error_description": "Invalid grant_type"})


def _client(world: World, client_id: str, secret: str) -> Client:
    client = world.clients.get(client_id)
    if client is None or client.provider != "google":
        raise ApiError(401, {"error": "invalid_client", "error_description": "The OAuth client was not found."})
    if client.disabled:
        raise ApiError(401, {"error": "disabled_client", "error_description": "The OAuth client was disabled."})
    if client.client_secret != secret or client.secret_expired:
        raise BAD_CLIENT
    return client


def _exchange(world: World, client: Client, fields: dict[str, str]) -> dict[str, Any]:
    code = oauth.redeem(world, client, fields, BAD_CODE)
    grant = world.grants[(client.client_id, code.subject)]
    access = oauth.access_token(world, grant, "ya29.")
    code.issued.append(access.token)
    body: dict[str, Any] = {
        "access_token": access.token, "expires_in": world.settings.access_token_ttl,
        "scope": " ".join(sorted(code.scopes)), "token_type": "Bearer",
    }  # fmt: skip
    if code.offline and not world.next_consent.get("omit_refresh_token"):
        body["refresh_token"] = oauth.refresh_token(world, grant, "1//0")
    signed = oauth.id_token(world, _claims(world, client, code.subject, code.nonce, access.token))
    return {**body, "id_token": signed} if signed else body


def _refresh(world: World, client: Client, fields: dict[str, str]) -> dict[str, Any]:
    grant = world.refresh_tokens.get(fields.get("refresh_token", ""))
    if grant is None or not grant.live or grant.client_id != client.client_id:
        raise BAD_GRANT
    access = oauth.access_token(world, grant, "ya29.")
    return {
        "access_token": access.token, "expires_in": world.settings.access_token_ttl,
        "scope": " ".join(sorted(grant.scopes)), "token_type": "Bearer",
    }  # fmt: skip


def _claims(world: World, client: Client, subject: str, nonce: str, access: str) -> dict[str, Any]:
    person = world.by_subject(subject)
    half = base64.urlsafe_b64encode(hashlib.sha256(access.encode()).digest()[:16]).rstrip(b"=").decode()
    now = int(world.now())
    return {
        "iss": ISSUER, "azp": client.client_id, "aud": client.client_id, "sub": subject, "iat": now, "exp": now + 3600,
        "email": person.email, "email_verified": True, "name": person.name, "hd": person.email.partition("@")[2],
        "at_hash": half, "nonce": nonce or None,
    }  # fmt: skip


async def revoke(request: Request) -> Response:
    """Ends the whole grant of user and client. Source: RFC 7009."""
    world: World = request.app.state.world
    value = (await oauth.form(request)).get("token", "") or request.query_params.get("token", "")
    held = world.access_tokens.get(value)
    grant = world.refresh_tokens.get(value) or (held.grant if held else None)
    if grant is None or grant.provider != "google":
        raise ApiError(400, {"error": "invalid_token", "error_description": "Token expired or revoked"})
    world.end_grant(grant)
    return JSONResponse({})


async def who(request: Request) -> Response:
    """OpenID userinfo."""
    world: World = request.app.state.world
    access = oauth.bearer(world, request)
    if access is None:
        raise ApiError(401, {"error": "invalid_request", "error_description": "Invalid Credentials"})
    person = world.by_subject(access.grant.subject)
    domain = person.email.partition("@")[2]
    return JSONResponse(
        {"sub": person.subject, "name": person.name, "email": person.email, "email_verified": True, "hd": domain}
    )


async def discovery(_request: Request) -> Response:
    """OpenID discovery, with the real addresses."""
    return JSONResponse({
        "issuer": ISSUER,
        "authorization_endpoint": f"{ISSUER}/o/oauth2/v2/auth",
        "token_endpoint": "https://oauth2.googleapis.com/token",
        "userinfo_endpoint": "https://openidconnect.googleapis.com/v1/userinfo",
        "revocation_endpoint": "https://oauth2.googleapis.com/revoke",
        "jwks_uri": "https://www.googleapis.com/oauth2/v3/certs",
        "response_types_supported": ["code"],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["RS256"],
        "code_challenge_methods_supported": ["plain", "S256"],
    })  # fmt: skip


async def certs(request: Request) -> Response:
    """The published keys."""
    return JSONResponse(request.app.state.world.key.published(), headers={"Cache-Control": "public, max-age=3600"})


accounts = [Route("/o/oauth2/v2/auth", authorize), Route("/.well-known/openid-configuration", discovery)]
tokens = [Route("/token", token, methods=["POST"]), Route("/revoke", revoke, methods=["POST"])]
keys = [Route("/oauth2/v3/certs", certs)]
userinfo = [Route("/v1/userinfo", who)]
