"""The key that signs id_tokens, and its published half."""

import hashlib
import time
from functools import lru_cache
from typing import Any

from joserfc import jwt
from joserfc.jwk import OctKey, RSAKey


@lru_cache(maxsize=8)
def _imported(pem: bytes) -> RSAKey:
    # Each import proves the key's primes anew, which takes longer than all the rest of a consent.
    return RSAKey.import_key(pem)


class SigningKey:
    """One RSA key, made anew for each world."""

    def __init__(self) -> None:
        self.kid = hashlib.sha256(str(time.time_ns()).encode()).hexdigest()[:16]
        self._pem = RSAKey.generate_key(2048, private=True).as_pem(private=True)

    def published(self) -> dict[str, Any]:
        """The key set, as the providers publish theirs."""
        key = _imported(self._pem).as_dict(private=False)
        return {"keys": [{**key, "kid": self.kid, "use": "sig", "alg": "RS256"}]}

    def sign(self, claims: dict[str, Any], *, alg: str = "RS256", wrong_key: bool = False) -> str:
        """A compact JWT; `alg` and `wrong_key` make it a bad one, for tests."""
        head = {"alg": alg, "kid": self.kid, "typ": "JWT"}
        if alg == "none":
            return jwt.encode(head, claims, OctKey.import_key("none"), algorithms=["none"])
        if alg == "HS256":
            return jwt.encode(head, claims, OctKey.import_key("a-secret-that-everybody-knows-here"))
        key = RSAKey.generate_key(2048, private=True) if wrong_key else _imported(self._pem)
        return jwt.encode(head, claims, key)
