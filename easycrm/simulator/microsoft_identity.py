"""Microsoft's authorize, token, discovery and keys endpoints, per tenant."""

import datetime
import secrets
import uuid
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from easycrm.simulator import consent_pages, oauth
from easycrm.simulator.world import ApiError, Client, Grant, Person, World

_LOGIN = "https://login.microsoftonline.com"
_IDENTITY = ("openid", "profile", "email", "offline_access")
_GRAPH = "https://graph.microsoft.com/"


def failure(error: str, code: int, text: str, status: int = 400) -> ApiError:
    """An error body as Entra writes it."""
    trace, correlation = str(uuid.uuid4()), str(uuid.uuid4())
    stamp = datetime.datetime.now(datetime.UTC).strftime("%Y-%m-%d %H:%M:%SZ")
    description = f"AADSTS{code}: {text} Trace ID: {trace} Correlation ID: {correlation} Timestamp: {stamp}"
    return ApiError(status, {
        "error": error, "error_description": description, "error_codes": [code], "timestamp": stamp, "trace_id": trace,
        "correlation_id": correlation, "error_uri": f"{_LOGIN}/error?code={code}",
    })  # fmt: skip


async def authorize(request: Request) -> Response:
    """The sign-in page, the consent page, or straight back where consent stands and the account is named."""
    world: World = request.app.state.world
    query = {**dict(request.query_params), "tenant": request.path_params["tenant"]}
    client = world.clients.get(query.get("client_id", ""))
    if client is None or client.provider != "microsoft":
        return consent_pages.refusal("microsoft", "400", "AADSTS700016", "Application was not found in the directory.")
    if query.get("redirect_uri") not in client.redirect_uris:
        return consent_pages.refusal(
            "microsoft", "400", "AADSTS50011", f"The redirect URI '{query.get('redirect_uri', '')}' does not match."
        )
    if query.get("response_type") != "code" or query.get("code_challenge_method") != "S256":
        return consent_pages.refusal("microsoft", "400", "AADSTS900144", "Code flow with PKCE (S256) is required.")
    person = world.people.get(query.get("login_hint", ""))
    if person and not query.get("prompt") and _stands(world, client, person, query) and not world.next_consent:
        return RedirectResponse(decide(world, query, person.email, allow=True, scopes=_asked(query)), 302)
    return RedirectResponse(consent_pages.start("microsoft", query), 302)


def _asked(query: dict[str, str]) -> set[str]:
    return set(query.get("scope", "").split())


def _stands(world: World, client: Client, person: Person, query: dict[str, str]) -> bool:
    grant = world.grants.get((client.client_id, person.subject))
    return bool(grant and grant.consented and _graph(_asked(query)) <= grant.scopes)


def _graph(scopes: set[str]) -> set[str]:
    """Granted scopes in Entra's form: without offline_access, Graph's with their address in front."""
    kept = scopes - {"offline_access"}
    return {scope if scope in _IDENTITY or scope.startswith(_GRAPH) else _GRAPH + scope for scope in kept}


def decide(world: World, query: dict[str, str], email: str, *, allow: bool, scopes: set[str]) -> str:
    """Where the browser goes after the person's decision."""
    back = {"state": query.get("state", "")}
    if not allow:
        text = "AADSTS65004: User declined to consent to access the app."
        return oauth.with_query(query["redirect_uri"], {"error": "access_denied", "error_description": text, **back})
    person, client = world.people[email], world.clients[query["client_id"]]
    granted = _graph(scopes)
    grant = world.grants.setdefault(
        (client.client_id, person.subject), Grant("microsoft", client.client_id, person.subject, set())
    )
    grant.scopes, grant.live, grant.consented = granted, True, True
    code = oauth.new_code(world, client, person.subject, query, granted, offline="offline_access" in scopes)
    return oauth.with_query(query["redirect_uri"], {"code": code, **back, "session_state": str(uuid.uuid4())})


def admits(tenant: str, person: Person) -> bool:
    """Whether a tenant-bound request lets this person in."""
    domain = person.email.partition("@")[2]
    return tenant in ("organizations", "common", person.tenant_id, domain)


async def token(request: Request) -> Response:
    """Code exchange and refresh."""
    world: World = request.app.state.world
    fields = await oauth.form(request)
    client = _client(world, *oauth.credentials(request, fields))
    if fields.get("grant_type") == "authorization_code":
        code = oauth.redeem(
            world, client, fields, failure("invalid_grant", 54005, "OAuth2 Authorization code was already redeemed.")
        )
        grant = world.grants[(client.client_id, code.subject)]
        return JSONResponse(_issue(world, client, grant, code.nonce, offline=code.offline, issued=code.issued))
    if fields.get("grant_type") == "refresh_token":
        grant = world.refresh_tokens.get(fields.get("refresh_token", ""))
        if grant is None or not grant.live or grant.client_id != client.client_id:
            raise failure("invalid_grant", 700082, "The refresh token has expired due to inactivity.")
        return JSONResponse(_issue(world, client, grant, "", offline=True, issued=[]))
    raise failure("unsupported_grant_type", 70003, "The app requested an unsupported grant type.")


def _client(world: World, client_id: str, secret: str) -> Client:
    client = world.clients.get(client_id)
    if client is None or client.provider != "microsoft" or client.disabled:
        raise failure("unauthorized_client", 700016, "Application was not found in the directory.")
    if client.secret_expired:
        raise failure("invalid_client", 7000222, "The provided client secret keys are expired.", 401)
    if client.client_secret != secret:
        raise failure("invalid_client", 7000215, "Invalid client secret provided.", 401)
    return client


def _issue(
    world: World, client: Client, grant: Grant, nonce: str, *, offline: bool, issued: list[str]
) -> dict[str, Any]:
    access = oauth.access_token(world, grant, "EwB")
    issued.append(access.token)
    ttl = world.settings.access_token_ttl
    body: dict[str, Any] = {
        "token_type": "Bearer", "scope": " ".join(sorted(grant.scopes)), "expires_in": ttl, "ext_expires_in": ttl,
        "access_token": access.token,
    }  # fmt: skip
    if offline and not world.next_consent.get("omit_refresh_token"):
        body["refresh_token"] = oauth.refresh_token(world, grant, "1.AX")
    signed = oauth.id_token(world, _claims(world, client, world.by_subject(grant.subject), nonce))
    return {**body, "id_token": signed} if signed else body


def _claims(world: World, client: Client, person: Person, nonce: str) -> dict[str, Any]:
    now = int(world.now())
    return {
        "aud": client.client_id, "iss": f"{_LOGIN}/{person.tenant_id}/v2.0", "iat": now, "nbf": now, "exp": now + 3600,
        "name": person.name, "nonce": nonce or None, "oid": person.subject, "tid": person.tenant_id, "ver": "2.0",
        "preferred_username": person.email, "email": person.email, "sub": secrets.token_urlsafe(24),
    }  # fmt: skip


async def discovery(request: Request) -> Response:
    """OpenID discovery; the issuer is a template where the tenant is."""
    tenant = request.path_params["tenant"]
    issuer = "{tenantid}" if tenant in ("organizations", "common") else tenant
    base = f"{_LOGIN}/{tenant}"
    return JSONResponse({
        "issuer": f"{_LOGIN}/{issuer}/v2.0",
        "authorization_endpoint": f"{base}/oauth2/v2.0/authorize",
        "token_endpoint": f"{base}/oauth2/v2.0/token",
        "device_authorization_endpoint": f"{base}/oauth2/v2.0/devicecode",
        "jwks_uri": f"{base}/discovery/v2.0/keys",
        "userinfo_endpoint": "https://graph.microsoft.com/oidc/userinfo",
        "response_types_supported": ["code"],
        "subject_types_supported": ["pairwise"],
        "id_token_signing_alg_values_supported": ["RS256"],
        "tenant_region_scope": None, "cloud_instance_name": "microsoftonline.com",
        "cloud_graph_host_name": "graph.windows.net", "msgraph_host": "graph.microsoft.com",
    })  # fmt: skip


async def keys(request: Request) -> Response:
    """The published keys."""
    return JSONResponse(request.app.state.world.key.published())


routes = [
    Route("/{tenant}/oauth2/v2.0/authorize", authorize),
    Route("/{tenant}/oauth2/v2.0/token", token, methods=["POST"]),
    Route("/{tenant}/v2.0/.well-known/openid-configuration", discovery),
    Route("/{tenant}/discovery/v2.0/keys", keys),
]
