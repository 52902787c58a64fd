"""Registered applications, what people allowed them, and the codes and tokens that follow from it."""

from dataclasses import dataclass, field


@dataclass
class Client:
    """A registered application. `needs_admin`: Entra lets nobody in before an admin has consented."""

    provider: str
    client_id: str
    client_secret: str
    redirect_uris: list[str]
    tenant: str = "organizations"
    secret_expired: bool = False
    disabled: bool = False
    deleted: bool = False
    api_enabled: bool = True
    people_api_enabled: bool = True
    needs_admin: bool = False


@dataclass
class Grant:
    """What one person allowed one client. `demands_mfa`: a refresh is answered by asking the person to come back."""

    provider: str
    client_id: str
    subject: str
    scopes: set[str]
    live: bool = True
    consented: bool = True
    demands_mfa: bool = False
    refresh_tokens: list[str] = field(default_factory=list[str])


@dataclass
class AccessToken:
    """An access token handed out."""

    token: str
    grant: Grant
    scopes: set[str]
    expires_at: float


@dataclass
class Code:
    """An authorization code; `issued` are the tokens, access and refresh, that it was exchanged for."""

    client_id: str
    subject: str
    redirect_uri: str
    challenge: str
    nonce: str
    scopes: set[str]
    expires_at: float
    offline: bool
    tenant: str = ""
    used: bool = False
    issued: list[str] = field(default_factory=list[str])
