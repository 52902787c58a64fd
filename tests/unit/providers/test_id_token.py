"""An id_token is believed only when its signature, its times and its addressee are right."""

import base64
import hmac
import json
import secrets
import time
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from joserfc import jwt
from joserfc.jwk import RSAKey

from easycrm.providers import id_token
from easycrm.providers.errors import ConsentFailed, ProviderUnavailable
from tests.unit.providers.conftest import Host

KEY = RSAKey.generate_key(2048, {"kid": "first", "use": "sig", "alg": "RS256"}, private=True)
OTHER = RSAKey.generate_key(2048, {"kid": "first", "use": "sig", "alg": "RS256"}, private=True)
ROTATED = RSAKey.generate_key(2048, {"kid": "second", "use": "sig", "alg": "RS256"}, private=True)


def published(*keys: RSAKey) -> dict[str, Any]:
    """What a provider publishes."""
    return {"keys": [key.as_dict(private=False) for key in keys]}


@pytest.fixture
def keys_url(host: Host) -> str:
    """Where this test's keys are; each test its own, since keys are kept for an hour."""
    path = f"www.googleapis.com/{secrets.token_hex(8)}/certs"
    host.answer(path, published(KEY))
    return "https://" + path


def good(**changes: Any) -> dict[str, Any]:
    """Claims that pass, but for the changes; None leaves one out."""
    moment = int(time.time())
    claims = {"iss": "https://accounts.google.com", "aud": "us", "sub": "1", "nonce": "once", "iat": moment}
    claims |= {"exp": moment + 3600, **changes}
    return {name: value for name, value in claims.items() if value is not None}


def signed(claims: dict[str, Any], key: RSAKey = KEY, **header: Any) -> str:
    """The claims as a provider signs them."""
    return jwt.encode({"alg": "RS256", "kid": key.kid, **header}, claims, key)


def unsigned(claims: dict[str, Any]) -> str:
    """The claims with nobody's signature."""
    parts = ({"alg": "none"}, claims)
    return ".".join(_encoded(json.dumps(part).encode()) for part in parts) + "."


def by_shared_secret(claims: dict[str, Any]) -> str:
    """Signed by HMAC with what everybody knows: the published key."""
    head, body = (_encoded(json.dumps(part).encode()) for part in ({"alg": "HS256", "kid": "first"}, claims))
    mac = hmac.digest(KEY.as_pem(private=False), f"{head}.{body}".encode(), "sha256")
    return f"{head}.{body}.{_encoded(mac)}"


def by_another_algorithm(claims: dict[str, Any]) -> str:
    """Signed with the right key, in a way that was not agreed."""
    members = {name: value for name, value in KEY.as_dict(private=True).items() if name not in ("alg", "use")}
    return jwt.encode({"alg": "PS256", "kid": "first"}, claims, RSAKey.import_key(members), algorithms=["PS256"])


def _encoded(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


async def read(token: object, keys_url: str) -> dict[str, Any]:
    """The claims for the client "us" and the nonce "once"."""
    return await id_token.claims(token, keys_url=keys_url, audience="us", nonce="once")


async def test_a_genuine_token_is_believed(keys_url: str) -> None:
    assert (await read(signed(good()), keys_url))["sub"] == "1"
    assert (await read(signed(good(aud=["us"])), keys_url))["aud"] == ["us"]


NOW = int(time.time())
BENT = {
    "absent": lambda: None,
    "not a token": lambda: "a.b.c",
    "too few parts": lambda: signed(good()).rpartition(".")[0],
    "encrypted": lambda: signed(good()) + ".x.y",
    "wrong audience": lambda: signed(good(aud="them")),
    "no audience": lambda: signed(good(aud=None)),
    "two audiences": lambda: signed(good(aud=["us", "them"])),
    "wrong nonce": lambda: signed(good(nonce="twice")),
    "no nonce": lambda: signed(good(nonce=None)),
    "a nonce beyond ASCII": lambda: signed(good(nonce="oncé")),
    "expired": lambda: signed(good(exp=NOW - 3600)),
    "no end": lambda: signed(good(exp=None)),
    "an end in words": lambda: signed(good(exp="never")),
    "from the future": lambda: signed(good(iat=NOW + 3600)),
    "no beginning": lambda: signed(good(iat=None)),
    "unsigned": lambda: unsigned(good()),
    "signed with what everybody knows": lambda: by_shared_secret(good()),
    "another algorithm": lambda: by_another_algorithm(good()),
    "another key of the same name": lambda: signed(good(), OTHER),
    "a key that is not published": lambda: signed(good(), ROTATED),
    "changed after signing": lambda: _changed(signed(good())),
}


def _changed(token: str) -> str:
    head, _, signature = token.split(".")
    return f"{head}.{signed(good(sub='2')).split('.')[1]}.{signature}"


@pytest.mark.parametrize("bent", BENT.values(), ids=BENT.keys())
async def test_threat_15_a_bent_token_is_refused(bent: Any, keys_url: str) -> None:
    with pytest.raises(ConsentFailed):
        await read(bent(), keys_url)


@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(parts=st.lists(st.text(alphabet='aAbB01_-é=\x00{"', max_size=12), min_size=3, max_size=3))
async def test_threat_15_no_garbage_escapes_as_a_traceback(parts: list[str], keys_url: str) -> None:
    with pytest.raises(ConsentFailed):
        await read(".".join(parts), keys_url)


def test_threat_15_an_issuer_is_compared_exactly() -> None:
    id_token.require_issuer({"iss": "https://a"}, ("https://a",))
    for issuer in ("https://a/", "HTTPS://A", "", None, ["https://a"]):
        with pytest.raises(ConsentFailed):
            id_token.require_issuer({"iss": issuer}, ("https://a",))


async def test_a_new_key_is_fetched_when_a_token_names_it(
    host: Host, keys_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    await read(signed(good()), keys_url)
    host.answers.clear()
    host.answer(keys_url.removeprefix("https://"), published(KEY, ROTATED))
    with pytest.raises(ConsentFailed):
        await read(signed(good(), ROTATED), keys_url)
    assert len(host.asked) == 1

    monkeypatch.setattr(id_token, "_AGAIN_AFTER_SECONDS", 0)

    assert (await read(signed(good(), ROTATED), keys_url))["sub"] == "1"
    assert len(host.asked) == 2


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (500, {"error": "out of order"}), (503, b""), (200, b"<html>Sign in to the network"), (200, {}), (200, []),
        (200, {"keys": None}), (200, {"keys": []}), (200, {"keys": [1]}), (200, {"keys": [{"kty": "strange"}]}),
        (200, {"keys": [{"kty": "RSA", "n": "!", "e": "AQAB"}]}),
    ],
)  # fmt: skip
async def test_threat_40_unreadable_keys_are_a_fault_and_no_failed_proof(status: int, body: object, host: Host) -> None:
    path = f"www.googleapis.com/{secrets.token_hex(8)}/certs"
    host.answer(path, body, status)

    with pytest.raises(ProviderUnavailable):
        await read(signed(good()), "https://" + path)
