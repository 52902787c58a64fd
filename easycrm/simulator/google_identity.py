"""Google's authorize, token, revoke, discovery, keys and userinfo endpoints."""

import base64
import hashlib
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from easycrm.simulator import oauth, provider_pages
from easycrm.simulator.grants import Client, Code, Grant
from easycrm.simulator.world import ApiError, Person, World

ISSUER = "https://accounts.google.com"
_PREFIX = "https://www.googleapis.com/auth/"
_NAMES = {"email": _PREFIX + "userinfo.email", "profile": _PREFIX + "userinfo.profile"}
BAD_GRANT = ApiError(400, {"error": "invalid_grant", "error_description": "Token has been expired or revoked."})
BAD_CLIENT = ApiError(401, {"error": "invalid_client", "error_description": "Unauthorized"})
_MOST_REFRESH_TOKENS = 100
_MISMATCH = (
    "You can't sign in to this app because it doesn't comply with Google's OAuth 2.0 policy. If you're the app "
    "developer, register the redirect URI in the Google Cloud Console. Request details: redirect_uri={uri}"
)
_CODE_REFUSED = {
    "unknown": ("invalid_grant", "Malformed auth code."),
    "expired": ("invalid_grant", "Bad Request"),
    "used": ("invalid_grant", "Bad Request"),
    "redirect_uri": ("redirect_uri_mismatch", "Bad Request"),
    "no_verifier": ("invalid_grant", "Missing code verifier."),
    "verifier": ("invalid_grant", "Invalid code verifier."),
}


async def authorize(request: Request) -> Response:
    """The sign-in page, or Google's own error page."""
    query = dict(request.query_params)
    if wrong := refused(request.app.state.world, query):
        return provider_pages.refusal("google", *wrong)
    return RedirectResponse(provider_pages.start("google", query), 302)


def refused(world: World, query: dict[str, str]) -> tuple[str, str, str] | None:
    """Status, code and text of the error page that Google shows instead of sending the browser back."""
    client = world.clients.get(query.get("client_id", ""))
    if client is None or client.provider != "google":
        return "401", "invalid_client", "The OAuth client was not found."
    if client.disabled or client.deleted:
        how = "deleted" if client.deleted else "disabled"
        return "401", f"{how}_client", f"The OAuth client was {how}."
    if query.get("redirect_uri") not in client.redirect_uris:
        return "400", "redirect_uri_mismatch", _MISMATCH.format(uri=query.get("redirect_uri", ""))
    if not oauth.asks_for_code(query):
        return "400", "invalid_request", "Code flow with PKCE (S256) is required."
    return None


def stands(world: World, query: dict[str, str], person: Person) -> bool:
    """Whether everything asked for was granted before and consent is not asked for again."""
    grant = world.grants.get((query["client_id"], person.subject))
    asked = {_NAMES.get(scope, scope) for scope in query.get("scope", "").split()}
    return bool(grant and grant.consented and "consent" not in query.get("prompt", "") and asked <= grant.scopes)


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
        **back, "iss": ISSUER, "code": code, "scope": " ".join(sorted(granted)), "authuser": "0",
        "hd": person.email.partition("@")[2], "prompt": "consent",
    }  # fmt: skip
    return oauth.with_query(query["redirect_uri"], answer)


async def token(request: Request) -> Response:
    """Code exchange and refresh."""
    world: World = request.app.state.world
    fields = await oauth.form(request)
    client = _client(world, *oauth.credentials(request, fields))
    if fields.get("grant_type") == "authorization_code":
        return oauth.answer(_exchange(world, client, fields))
    if fields.get("grant_type") == "refresh_token":
        return oauth.answer(_refresh(world, client, fields))
    raise ApiError(400, {"error": "unsupported_grant_type", "error_description": "Invalid grant_type"})


def _client(world: World, client_id: str, secret: str) -> Client:
    client = world.clients.get(client_id)
    if client is None or client.provider != "google":
        raise ApiError(401, {"error": "invalid_client", "error_description": "The OAuth client was not found."})
    if client.disabled or client.deleted:
        how = "deleted" if client.deleted else "disabled"
        raise ApiError(401, {"error": f"{how}_client", "error_description": f"The OAuth client was {how}."})
    if client.client_secret != secret or client.secret_expired:
        raise BAD_CLIENT
    return client


def _exchange(world: World, client: Client, fields: dict[str, str]) -> dict[str, Any]:
    code = _redeem(world, client, fields)
    grant = world.grants[(client.client_id, code.subject)]
    access = oauth.access_token(world, grant, "ya29.")
    code.issued.append(access.token)
    body: dict[str, Any] = {
        "access_token": access.token, "expires_in": world.settings.access_token_ttl,
        "scope": " ".join(sorted(code.scopes)), "token_type": "Bearer",
    }  # fmt: skip
    if code.offline and not world.next_consent.get("omit_refresh_token"):
        body["refresh_token"] = oauth.refresh_token(world, grant, "1//0", _MOST_REFRESH_TOKENS)
        code.issued.append(body["refresh_token"])
    signed = oauth.id_token(world, _claims(world, client, code.subject, code.nonce, access.token))
    return {**body, "id_token": signed} if signed else body


def _redeem(world: World, client: Client, fields: dict[str, str]) -> Code:
    """The code; a second use ends the tokens that the first one brought. Source: RFC 6749, 4.1.2."""
    try:
        return oauth.redeem(world, client, fields)
    except oauth.CodeRefused as refusal:
        if refusal.why == "used" and refusal.code:
            for token in refusal.code.issued:
                world.access_tokens.pop(token, None)
                world.end_refresh_token(token, "revoked")
        error, text = _CODE_REFUSED[refusal.why]
        raise ApiError(400, {"error": error, "error_description": text}) from refusal


def _refresh(world: World, client: Client, fields: dict[str, str]) -> dict[str, Any]:
    grant = world.refresh_tokens.get(fields.get("refresh_token", ""))
    if grant is None or grant.provider != "google":
        raise BAD_GRANT
    if grant.client_id != client.client_id:
        raise ApiError(401, {"error": "unauthorized_client", "error_description": "Unauthorized"})
    access = oauth.access_token(world, grant, "ya29.")
    body = {
        "access_token": access.token, "expires_in": world.settings.access_token_ttl,
        "scope": " ".join(sorted(grant.scopes)), "token_type": "Bearer",
    }  # fmt: skip
    signed = oauth.id_token(world, _claims(world, client, grant.subject, "", access.token))
    return {**body, "id_token": signed} if signed else body


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
    if access is None or access.grant.provider != "google":
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
        "scopes_supported": ["openid", "email", "profile"],
        "token_endpoint_auth_methods_supported": ["client_secret_post", "client_secret_basic"],
        "code_challenge_methods_supported": ["plain", "S256"],
        "grant_types_supported": ["authorization_code", "refresh_token"],
    })  # fmt: skip


async def certs(request: Request) -> Response:
    """The published keys."""
    return JSONResponse(request.app.state.world.key.published(), headers={"Cache-Control": "public, max-age=3600"})


accounts = [Route("/o/oauth2/v2/auth", authorize), Route("/.well-known/openid-configuration", discovery)]
tokens = [Route("/token", token, methods=["POST"]), Route("/revoke", revoke, methods=["POST"])]
keys = [Route("/oauth2/v3/certs", certs)]
userinfo = [Route("/v1/userinfo", who)]
