"""Sealing: AES-256-GCM over a ring of keys, each ciphertext bound to the row it belongs to.

A sealed value reads `v1.<key id>.<nonce>.<ciphertext>`, the last two in base64url without padding.

Source: NIST SP 800-38D (96-bit random nonce, associated data).
"""

import base64
import binascii
import os
import re
from dataclasses import dataclass
from functools import lru_cache

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from easycrm.core.errors import EasyCRMError, InvalidInput, Misconfigured
from easycrm.core.settings import Settings, settings

KEY_BYTES = 32
NONCE_BYTES = 12
_VERSION = "v1"
_KEY_ID = re.compile(r"[A-Za-z0-9_-]{1,32}")


class CannotOpen(EasyCRMError):
    """The sealed value was made with a key that is gone, moved to another row, or altered."""

    default_message = "key unavailable"


@dataclass(frozen=True)
class Binding:
    """Where a sealed value lives; it opens nowhere else."""

    table: str
    column: str
    row: str
    generation: int = 0

    def associated_data(self) -> bytes:
        return "\x1f".join((self.table, self.column, self.row, str(self.generation))).encode()


@dataclass(frozen=True)
class KeyRing:
    """Keys by id, newest first: all of them open."""

    keys: dict[str, bytes]

    @property
    def newest(self) -> str:
        return next(iter(self.keys))

    def seal(self, plain: str, binding: Binding, key_id: str = "") -> str:
        """`plain`, sealed for the place that `binding` names, with the newest key or the one of `key_id`."""
        nonce, used = os.urandom(NONCE_BYTES), key_id or self.newest
        cipher = AESGCM(self.keys[used]).encrypt(nonce, plain.encode(), binding.associated_data())
        return ".".join((_VERSION, used, _encode(nonce), _encode(cipher)))

    def open(self, sealed: str, binding: Binding) -> str:
        """What was sealed.

        Raises:
            CannotOpen: unknown key, another place, or altered.
        """
        try:
            version, key_id, nonce, cipher = sealed.split(".")
            if version != _VERSION:
                raise CannotOpen(detail=f"sealed in unknown form {version[:8]!r}")
            plain = AESGCM(self.keys[key_id]).decrypt(_decode(nonce), _decode(cipher), binding.associated_data())
        except (KeyError, ValueError, InvalidTag, binascii.Error) as error:
            raise CannotOpen(detail=f"{binding.table}.{binding.column}: {type(error).__name__}") from error
        return plain.decode()


def key_of(sealed: str) -> str:
    """The id of the key that a value was sealed with; empty for what is no sealed value."""
    parts = sealed.split(".")
    return parts[1] if len(parts) == 4 else ""


def begins(key_id: str) -> str:
    """How every value begins that was sealed with this key."""
    return f"{_VERSION}.{key_id}."


@lru_cache(maxsize=1)
def ring() -> KeyRing:
    """The key ring of this process."""
    return load_ring(settings())


def load_ring(source: Settings) -> KeyRing:
    """The key ring that `source` names: `id:base64key` entries, newest first, by comma or line.

    Raises:
        Misconfigured: no key, a malformed entry, a key that is not 32 bytes long, or two of one name.
    """
    variable, text = _entries(source)
    keys: dict[str, bytes] = {}
    for key_id, key in (_entry(entry, variable) for entry in re.split(r"[,\s]+", text.strip()) if entry):
        if keys.setdefault(key_id, key) != key:
            raise Misconfigured(f"{variable} holds two keys named {key_id}. Give the newer one another name")
    if not keys:
        raise Misconfigured(f"{variable} holds no key. Make one with: python -m easycrm new-key 2026")
    return KeyRing(keys)


def new_key(key_id: str) -> str:
    """A fresh entry for the ring, `id:base64key`.

    Raises:
        InvalidInput: the id could not stand in the ring.
    """
    if not _KEY_ID.fullmatch(key_id):
        raise InvalidInput("Name a key with 1 to 32 letters, digits, - or _, such as the year")
    return f"{key_id}:{base64.urlsafe_b64encode(os.urandom(KEY_BYTES)).decode()}"


def _entries(source: Settings) -> tuple[str, str]:
    if source.key_file is None:
        return "EASYCRM_KEYS", source.keys
    try:
        return "EASYCRM_KEY_FILE", source.key_file.read_text()
    except OSError as error:
        raise Misconfigured(f"EASYCRM_KEY_FILE cannot be read: {error.strerror}") from error


def _entry(entry: str, variable: str) -> tuple[str, bytes]:
    key_id, _, encoded = entry.partition(":")
    try:
        key = base64.b64decode(encoded, altchars=b"-_", validate=True)
    except binascii.Error:
        key = b""
    if not _KEY_ID.fullmatch(key_id) or len(key) != KEY_BYTES:
        raise Misconfigured(f"{variable}: each key reads id:base64, the key being exactly {KEY_BYTES} bytes long")
    return key_id, key


def _encode(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _decode(text: str) -> bytes:
    return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
