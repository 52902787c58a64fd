"""What both providers' OAuth has in common: client authentication, codes, PKCE and id_tokens."""

import base64
import binascii
import hashlib
import secrets
from typing import Any
from urllib.parse import parse_qsl, unquote, urlencode, urlsplit

from starlette.requests import Request
from starlette.responses import JSONResponse

from easycrm.simulator.grants import AccessToken, Client, Code, Grant
from easycrm.simulator.world import World

CODE_SECONDS = 600


class CodeRefused(Exception):
    """A code cannot be exchanged; `why` is unknown, expired, used, redirect_uri, no_verifier or verifier."""

    def __init__(self, why: str, code: Code | None = None) -> None:
        super().__init__(why)
        self.why, self.code = why, code


async def form(request: Request) -> dict[str, str]:
    """The form body as a plain dict."""
    return {name: str(value) for name, value in (await request.form()).items()}


def credentials(request: Request, fields: dict[str, str]) -> tuple[str, str]:
    """Client id and secret from HTTP Basic or from the body."""
    scheme, _, encoded = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "basic":
        try:
            client_id, _, secret = base64.b64decode(encoded).decode().partition(":")
        except (binascii.Error, UnicodeDecodeError):
            return "", ""
        return unquote(client_id), unquote(secret)
    return fields.get("client_id", ""), fields.get("client_secret", "")


def challenge_of(verifier: str) -> str:
    """S256 of a PKCE verifier. Source: RFC 7636, 4.2."""
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()


def asks_for_code(query: dict[str, str]) -> bool:
    """Whether an authorize request is for the code flow with PKCE by S256, the only one that is served."""
    return (
        query.get("response_type") == "code"
        and query.get("code_challenge_method") == "S256"
        and bool(query.get("code_challenge"))
    )


def redeem(world: World, client: Client, fields: dict[str, str]) -> Code:
    """The code, used up.

    Raises:
        CodeRefused: it is not this client's, not of this moment, not for this redirect URI, or not for this verifier.
    """
    code = world.codes.get(fields.get("code", ""))
    if code is None or code.client_id != client.client_id:
        raise CodeRefused("unknown")
    if code.used:
        raise CodeRefused("used", code)
    if code.expires_at < world.now():
        raise CodeRefused("expired", code)
    if code.redirect_uri != fields.get("redirect_uri"):
        raise CodeRefused("redirect_uri", code)
    if not fields.get("code_verifier"):
        raise CodeRefused("no_verifier", code)
    if challenge_of(fields["code_verifier"]) != code.challenge:
        raise CodeRefused("verifier", code)
    code.used = True
    return code


def new_code(
    world: World, client: Client, subject: str, query: dict[str, str], scopes: set[str], *, offline: bool
) -> str:
    """A one-time code for ten minutes."""
    value = "4/0A" + secrets.token_urlsafe(40)
    world.codes[value] = Code(
        client.client_id, subject, query["redirect_uri"], query["code_challenge"], query.get("nonce", ""), scopes,
        world.now() + CODE_SECONDS, offline, tenant=query.get("tenant", ""),
    )  # fmt: skip
    world.changed = True
    return value


def access_token(world: World, grant: Grant, prefix: str) -> AccessToken:
    """A fresh access token for the grant."""
    token = AccessToken(
        prefix + secrets.token_urlsafe(60), grant, set(grant.scopes), world.now() + world.settings.access_token_ttl
    )
    world.access_tokens[token.token] = token
    world.changed = True
    return token


def refresh_token(world: World, grant: Grant, prefix: str, most: int | None = None) -> str:
    """A fresh refresh token; of more than `most` the oldest dies silently."""
    value = prefix + secrets.token_urlsafe(60)
    grant.refresh_tokens.append(value)
    world.refresh_tokens[value] = grant
    while most is not None and len(grant.refresh_tokens) > most:
        world.end_refresh_token(grant.refresh_tokens[0], "revoked")
    world.changed = True
    return value


def answer(body: dict[str, Any]) -> JSONResponse:
    """A token answer, which nobody may cache. Source: RFC 6749, 5.1."""
    return JSONResponse(body, headers={"Cache-Control": "no-store", "Pragma": "no-cache"})


def id_token(world: World, claims: dict[str, Any]) -> str | None:
    """The signed claims, bent by whatever the control API asked for."""
    bent = world.next_id_token
    if bent.get("omit"):
        return None
    changed = {**claims, **bent.get("claims", {})}
    kept = {name: value for name, value in changed.items() if value is not None}
    return world.key.sign(kept, alg=bent.get("alg", "RS256"), wrong_key=bool(bent.get("wrong_key")))


def bearer(world: World, request: Request) -> AccessToken | None:
    """The live access token of the request, or None."""
    _, _, value = request.headers.get("authorization", "").partition(" ")
    token = world.access_tokens.get(value)
    return token if token and token.expires_at > world.now() and token.grant.live else None


def with_query(uri: str, parameters: dict[str, str]) -> str:
    """`uri` with `parameters` added to its query; those without a value are left out."""
    separator = "&" if urlsplit(uri).query else "?"
    return f"{uri}{separator}{urlencode({name: value for name, value in parameters.items() if value})}"


def query_of(text: str) -> dict[str, str]:
    """A query string as a dict."""
    return dict(parse_qsl(text, keep_blank_values=True))
