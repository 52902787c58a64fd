"""EasyCRM's own passwords: Argon2id, and what a password must be."""

from functools import lru_cache

from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher

from easycrm.core import wording
from easycrm.core.errors import InvalidInput

SHORTEST, LONGEST = 12, 200  # wording.people.PASSWORD_LENGTH says the same


@lru_cache(maxsize=1)
def _hasher() -> PasswordHash:
    return PasswordHash((Argon2Hasher(),))


def check(password: str, email: str) -> None:
    """Refuse a password that is too short, too long or the account's own address.

    Raises:
        InvalidInput: with what to change.
    """
    if not SHORTEST <= len(password) <= LONGEST:
        raise InvalidInput(wording.people.PASSWORD_LENGTH, field="password")
    if password.strip().lower() in (email.lower(), email.lower().partition("@")[0]):
        raise InvalidInput(wording.people.PASSWORD_IS_ADDRESS, field="password")


def hashed(password: str) -> str:
    """The Argon2id hash to store."""
    return _hasher().hash(password)


def fits(password: str, stored: str | None) -> bool:
    """Whether the password is the stored one; takes as long for an unknown account (None)."""
    return _hasher().verify(password[:LONGEST], stored or _nobody()) and stored is not None


@lru_cache(maxsize=1)
def _nobody() -> str:
    return hashed("a password that no account has")
