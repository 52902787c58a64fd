"""Validates id_tokens against the provider's published keys. Source: OpenID Connect Core, 3.1.3.7."""

import hmac
import time
from collections.abc import Collection
from typing import Any

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from easycrm.core.clock import now
from easycrm.providers import http
from easycrm.providers.errors import ConsentFailed, ProviderUnavailable

LEEWAY_SECONDS = 120
_KEEP_SECONDS = 3600
_AGAIN_AFTER_SECONDS = 30
_keys: dict[str, tuple[float, KeySet]] = {}


async def claims(token: object, *, keys_url: str, audience: str, nonce: str) -> dict[str, Any]:
    """The claims of a genuine, current id_token that was made for us and for this attempt.

    The issuer is the caller's to check: Microsoft's depends on the tenant.

    Raises:
        ConsentFailed: absent, not signed with a published key by RS256, expired, or made for another client or attempt.
        ProviderUnavailable: the keys cannot be fetched.
    """
    if not isinstance(token, str) or token.count(".") != 2:
        raise ConsentFailed(code="id_token_absent")
    found = await _verified(token, keys_url)
    _check_times(found)
    audiences: object = found.get("aud")
    if audiences != audience and audiences != [audience]:
        raise ConsentFailed(code="id_token_audience")
    if not hmac.compare_digest(str(found.get("nonce", "")).encode(), nonce.encode()):
        raise ConsentFailed(code="id_token_nonce")
    return found


def require_issuer(found: dict[str, Any], issuers: Collection[str]) -> None:
    """Refuse claims of another issuer.

    Raises:
        ConsentFailed: the issuer is none of `issuers`.
    """
    if found.get("iss") not in issuers:
        raise ConsentFailed(code="id_token_issuer")


async def _verified(token: str, keys_url: str) -> dict[str, Any]:
    for refetch in (False, True):
        keys = await _published(keys_url, refetch=refetch)
        try:
            return dict(jwt.decode(token, keys, algorithms=["RS256"]).claims)
        except (JoseError, ValueError, TypeError, AttributeError, KeyError) as error:
            if refetch:
                raise ConsentFailed(code="id_token_signature", detail=type(error).__name__) from error
    raise ConsentFailed(code="id_token_signature")


def _check_times(found: dict[str, Any]) -> None:
    moment = now().timestamp()
    expires, issued = found.get("exp"), found.get("iat")
    if not isinstance(expires, int | float) or expires + LEEWAY_SECONDS < moment:
        raise ConsentFailed(code="id_token_expired")
    if not isinstance(issued, int | float) or issued - LEEWAY_SECONDS > moment:
        raise ConsentFailed(code="id_token_not_yet_valid")


async def _published(url: str, *, refetch: bool) -> KeySet:
    """The provider's keys, kept for an hour; fetched again when a token fits none of them, but not in a loop."""
    fetched_at, keys = _keys.get(url, (0.0, None))
    age = time.monotonic() - fetched_at
    if keys is None or age > (_AGAIN_AFTER_SECONDS if refetch else _KEEP_SECONDS):
        response = await http.send("GET", url)
        if response.status_code != 200:
            raise ProviderUnavailable(code=f"keys_{response.status_code}")
        body = http.as_object(response)
        try:
            keys = KeySet.import_key_set(body)  # pyright: ignore[reportArgumentType] (checked by the import)
        except (JoseError, ValueError, KeyError, TypeError, AttributeError) as error:
            raise ProviderUnavailable(code="keys_unreadable") from error
        _keys[url] = (time.monotonic(), keys)
    return keys
