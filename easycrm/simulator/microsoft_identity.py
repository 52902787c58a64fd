"""Microsoft's authorize, admin-consent, discovery and keys endpoints, per tenant.

Unlike Entra's, the consent page comes again for whoever chooses an account by hand, so that Deny can be tried again.
"""

import uuid

from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from easycrm.simulator import microsoft_token, oauth, provider_pages
from easycrm.simulator.grants import Grant
from easycrm.simulator.microsoft_errors import refusal
from easycrm.simulator.world import Person, World

LOGIN = "https://login.microsoftonline.com"
# Tenants that stand for many; the last is that of personal accounts.
_MANY = {"organizations": "{tenantid}", "common": "{tenantid}", "consumers": "9188040d-6c67-4c5b-b112-36a304b66dad"}
_MISMATCH = (
    "The redirect URI '{uri}' specified in the request does not match the redirect URIs configured for the application "
    "'{client}'. Make sure the redirect URI sent in the request matches one added to your application."
)


async def authorize(request: Request) -> Response:
    """The sign-in page, or straight back where consent stands and the account is named."""
    world: World = request.app.state.world
    query = {**dict(request.query_params), "tenant": request.path_params["tenant"]}
    if wrong := refused(world, query):
        return provider_pages.refusal("microsoft", *wrong)
    person = world.people.get(query.get("login_hint", ""))
    straight = person and not query.get("prompt") and not world.next_consent and not blocked(world, query, person)
    if person and straight and _stands(world, query, person):
        scopes = set(query.get("scope", "").split())
        return RedirectResponse(decide(world, query, person.email, allow=True, scopes=scopes), 302)
    return RedirectResponse(provider_pages.start("microsoft", query), 302)


def refused(world: World, query: dict[str, str]) -> tuple[str, str, str] | None:
    """Status, code and text of the error page that Entra shows instead of sending the browser back."""
    client, tenant = world.clients.get(query.get("client_id", "")), query["tenant"].lower()
    if tenant not in _MANY and tenant not in world.tenants():
        return "400", "AADSTS90002", f"Tenant '{tenant}' not found."
    if client is None or client.provider != "microsoft" or client.deleted:
        return "400", "AADSTS700016", "Application was not found in the directory."
    if client.disabled:
        return "400", "AADSTS7000112", "Application is disabled."
    if query.get("redirect_uri") not in client.redirect_uris:
        return "400", "AADSTS50011", _MISMATCH.format(uri=query.get("redirect_uri", ""), client=client.client_id)
    if client.tenant not in _MANY and world.tenants().get(tenant) != world.tenants().get(client.tenant, client.tenant):
        return "400", "AADSTS50194", "Application is not configured as a multi-tenant application."
    if not oauth.asks_for_code(query):
        return "400", "AADSTS900144", "Code flow with PKCE (S256) is required."
    return None


def blocked(world: World, query: dict[str, str], person: Person) -> tuple[str, str] | None:
    """Code and text of Entra's refusal of this person: another tenant's, or an admin has to consent first."""
    tenant = query["tenant"].lower()
    if tenant not in ("organizations", "common") and world.tenants().get(tenant) != person.tenant_id:
        return "AADSTS50020", "The account does not exist in this tenant and cannot access the application."
    if world.clients[query["client_id"]].needs_admin:
        return "AADSTS90094", "Only an admin can grant the permissions that the application asks for. Ask one to do so."
    return None


def _stands(world: World, query: dict[str, str], person: Person) -> bool:
    grant = world.grants.get((query["client_id"], person.subject))
    asked = microsoft_token.graph_scopes(set(query.get("scope", "").split()))
    return bool(grant and grant.consented and asked <= grant.scopes)


def decide(world: World, query: dict[str, str], email: str, *, allow: bool, scopes: set[str]) -> str:
    """Where the browser goes after the person's decision."""
    back = {"state": query.get("state", "")}
    if not allow:
        text = "AADSTS65004: User declined to consent to access the app."
        denied = {"error": "access_denied", "error_subcode": "cancel", "error_description": text, **back}
        return oauth.with_query(query["redirect_uri"], denied)
    person, client = world.people[email], world.clients[query["client_id"]]
    granted = microsoft_token.graph_scopes(scopes)
    grant = world.grants.setdefault(
        (client.client_id, person.subject), Grant("microsoft", client.client_id, person.subject, set())
    )
    grant.scopes, grant.live, grant.consented, grant.demands_mfa = granted, True, True, False
    code = oauth.new_code(world, client, person.subject, query, granted, offline="offline_access" in scopes)
    return oauth.with_query(query["redirect_uri"], {"code": code, **back, "session_state": str(uuid.uuid4())})


async def admin_consent(request: Request) -> Response:
    """An admin of a tenant lets the application in for everybody; the simulator's admin agrees at once."""
    world: World = request.app.state.world
    query, tenant = request.query_params, request.path_params["tenant"].lower()
    client, found = world.clients.get(query.get("client_id", "")), world.tenants().get(tenant)
    if client is None or query.get("redirect_uri") not in client.redirect_uris:
        text = "The application or its redirect URI is unknown."
        return provider_pages.refusal("microsoft", "400", "AADSTS50011", text)
    client.needs_admin, world.changed = False, True
    told = {
        "admin_consent": "True", "tenant": found or next(iter(world.tenants().values())),
        "scope": query.get("scope", ""), "state": query.get("state", ""),
    }  # fmt: skip
    return RedirectResponse(oauth.with_query(query["redirect_uri"], told), 302)


async def discovery(request: Request) -> Response:
    """OpenID discovery; the issuer names the tenant's id, or is a template where many tenants are meant."""
    world: World = request.app.state.world
    tenant = request.path_params["tenant"]
    issuer = _MANY.get(tenant.lower()) or world.tenants().get(tenant.lower())
    if issuer is None:
        raise refusal(90002)
    base = f"{LOGIN}/{tenant}"
    return JSONResponse({
        "issuer": f"{LOGIN}/{issuer}/v2.0",
        "authorization_endpoint": f"{base}/oauth2/v2.0/authorize",
        "token_endpoint": f"{base}/oauth2/v2.0/token",
        "device_authorization_endpoint": f"{base}/oauth2/v2.0/devicecode",
        "end_session_endpoint": f"{base}/oauth2/v2.0/logout",
        "jwks_uri": f"{base}/discovery/v2.0/keys",
        "userinfo_endpoint": "https://graph.microsoft.com/oidc/userinfo",
        "token_endpoint_auth_methods_supported": ["client_secret_post", "private_key_jwt", "client_secret_basic"],
        "response_modes_supported": ["query", "fragment", "form_post"],
        "response_types_supported": ["code"],
        "scopes_supported": ["openid", "profile", "email", "offline_access"],
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
    Route("/{tenant}/oauth2/v2.0/token", microsoft_token.token, methods=["POST"]),
    Route("/{tenant}/v2.0/.well-known/openid-configuration", discovery),
    Route("/{tenant}/v2.0/adminconsent", admin_consent),
    Route("/{tenant}/discovery/v2.0/keys", keys),
]
