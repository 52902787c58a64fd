"""What may stand in the fields of a provider's setup, and how it is written down."""

import re

from easycrm.core.errors import InvalidInput

_LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_DOMAIN = re.compile(rf"(?=.{{4,253}}$)(?:{_LABEL}\.)+[a-z][a-z0-9-]{{0,61}}[a-z0-9]")
_GUID = re.compile(r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}")
_VISIBLE = re.compile(r"[!-~]+")
_ANY_TENANT = ("organizations", "common")


def tenant(entered: str) -> str:
    """The tenant in lower case: organizations, common, a tenant's GUID or its domain.

    Raises:
        InvalidInput: anything else; it would become part of an address.
    """
    value = entered.strip(" \t").lower()
    if value in _ANY_TENANT or _GUID.fullmatch(value) or _DOMAIN.fullmatch(value):
        return value
    raise InvalidInput("Enter organizations, a tenant ID or a domain such as example.com", field="tenant")


def client_id(entered: str) -> str:
    """The client id without surrounding space.

    Raises:
        InvalidInput: it holds a space or a character that no console hands out.
    """
    return _visible(entered, "client_id", 300, "A client ID has no spaces. Copy it again from the provider's console")


def client_secret(entered: str) -> str:
    """The client secret without surrounding space.

    Raises:
        InvalidInput: it holds a space or a character that no console hands out.
    """
    return _visible(
        entered, "client_secret", 500, "A client secret has no spaces. Copy it again from the provider's console"
    )


def domains(entered: str) -> str:
    """Allowed domains: lower case, comma-separated, each once; empty allows every domain.

    Raises:
        InvalidInput: something that is not a domain.
    """
    found = [part.removeprefix("@").lower() for part in re.split(r"[,;\s]+", entered) if part]
    for domain in found:
        if not _DOMAIN.fullmatch(domain):
            raise InvalidInput(f"{domain[:80]} is not a domain such as example.com", field="allowed_domains")
    return ",".join(dict.fromkeys(found))


def address_allowed(address: str, allowed: str) -> bool:
    """Whether a mailbox address lies in one of the allowed domains."""
    return not allowed or address.rpartition("@")[2].lower() in allowed.split(",")


def _visible(entered: str, field: str, longest: int, sentence: str) -> str:
    value = entered.strip()
    if value and (len(value) > longest or not _VISIBLE.fullmatch(value)):
        raise InvalidInput(sentence, field=field)
    return value
