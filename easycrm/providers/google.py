"""Google Workspace: OAuth by authlib; mail in google_mail.py."""

import hmac
import secrets
from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Literal, cast

import httpx
import orjson
from authlib.integrations.base_client.errors import OAuthError
from authlib.integrations.httpx_client import AsyncOAuth2Client

from easycrm.core import wording
from easycrm.core.clock import now
from easycrm.providers import (
    google_list,
    google_mail,
    google_people,
    google_send,
    google_verify,
    http,
    id_token,
    oauth_errors,
)
from easycrm.providers.base import (
    AuthorizeStart,
    Capability,
    Folder,
    Granted,
    Identity,
    Known,
    Located,
    Profile,
    ProviderConfig,
    RevocationOutcome,
    Tokens,
    TokenSource,
    Window,
)
from easycrm.providers.contacts import ContactPage
from easycrm.providers.errors import ConsentFailed, IdentityMismatch, ProviderUnavailable
from easycrm.providers.fixed_token import FixedToken
from easycrm.providers.outgoing import Outgoing, SentCopy
from easycrm.providers.pages import FetchedAttachment, MessageState, Page
from easycrm.providers.setup_step import Step
from easycrm.providers.understood import each, understood

AUTHORIZE = "https://accounts.google.com/o/oauth2/v2/auth"
TOKEN = "https://oauth2.googleapis.com/token"  # noqa: S105 (an address)
REVOKE = "https://oauth2.googleapis.com/revoke"
KEYS = "https://www.googleapis.com/oauth2/v3/certs"
USERINFO = "https://openidconnect.googleapis.com/v1/userinfo"
ISSUERS = ("https://accounts.google.com", "accounts.google.com")
_PREFIX = "https://www.googleapis.com/auth/"
_NEEDED = {
    _PREFIX + "gmail.readonly": Capability.READ,
    _PREFIX + "gmail.send": Capability.SEND,
    _PREFIX + "contacts.readonly": Capability.CONTACTS,
}
SCOPES = ("openid", "email", "profile", *_NEEDED)


class Google:
    """`MailProvider` for Google Workspace. Source: https://developers.google.com/identity/protocols/oauth2/web-server"""

    key = "google"
    name = wording.GOOGLE_WORKSPACE
    has_tenant = False
    secrets_expire = False
    redirect_error = "Error 400: redirect_uri_mismatch"
    folder_word: Literal["folder", "label"] = "label"
    consent_page = "https://myaccount.google.com/connections"
    revokes = True
    most_bytes = 25_000_000

    def speaks_as(self, issuer: str) -> bool:
        """Google names itself in the callback by its https address alone."""
        return issuer == ISSUERS[0]

    async def verify(self, config: ProviderConfig) -> list[Step]:
        """Host, client id and secret."""
        return await google_verify.steps(config)

    def admin_consent(self, config: ProviderConfig) -> str:
        """A Workspace's admin trusts an application in the admin console; there is no address to send them to."""
        del config
        return ""

    async def authorize(self, config: ProviderConfig, *, state: str, login_hint: str = "") -> AuthorizeStart:
        """The consent screen; a refresh token comes only with `access_type=offline` and a fresh consent."""
        verifier, nonce = secrets.token_urlsafe(64), secrets.token_urlsafe(32)
        asked = {"prompt": "consent select_account"}
        if login_hint:
            asked = {"prompt": "consent", "login_hint": login_hint}
        async with _client(config) as client:
            url, _ = client.create_authorization_url(
                AUTHORIZE, state=state, code_verifier=verifier, nonce=nonce, access_type="offline", **asked
            )
        return AuthorizeStart(str(url), orjson.dumps({"verifier": verifier, "nonce": nonce}).decode())

    async def exchange(self, config: ProviderConfig, flow: str, answer: Mapping[str, str]) -> Granted:
        """Code for tokens, and the identity from the validated id_token."""
        kept = orjson.loads(flow)
        body = await _ask_exchange(config, answer.get("code", ""), kept["verifier"])
        found = await id_token.claims(
            body.get("id_token"), keys_url=KEYS, audience=config.client_id, nonce=kept["nonce"]
        )
        id_token.require_issuer(found, ISSUERS)
        subject, address = found.get("sub"), found.get("email")
        if not isinstance(subject, str) or not isinstance(address, str) or not subject or not address:
            raise ConsentFailed(code="id_token_incomplete")
        return Granted(_tokens(body), Identity(subject, address.lower(), str(found.get("name", ""))))

    async def refresh(self, config: ProviderConfig, refresh_token: str) -> Tokens:
        """A new access token; Google keeps the refresh token."""
        try:
            async with _client(config) as client:
                body = await client.refresh_token(TOKEN, refresh_token=refresh_token)
        except OAuthError as error:
            raise oauth_errors.at_refresh(error.error) from error
        except (httpx.HTTPError, ValueError, KeyError, TypeError, AttributeError) as error:
            raise ProviderUnavailable(code=type(error).__name__) from error
        found = _tokens(cast("dict[str, Any]", body))
        return Tokens(found.access_token, None, found.expires_at, found.capabilities)

    async def revoke(self, config: ProviderConfig, refresh_token: str) -> RevocationOutcome:
        """End the grant of this person to this application. Source: RFC 7009."""
        del config
        content = httpx.QueryParams({"token": refresh_token})
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        response = await http.send("POST", REVOKE, headers=headers, content=str(content).encode())
        if response.status_code == 200:
            return "revoked"
        if response.status_code == 400 and http.as_object(response).get("error") == "invalid_token":
            return "already revoked"
        raise ProviderUnavailable(code=f"revoke_{response.status_code}")

    async def profile(self, access_token: str, identity: Identity) -> Profile:
        """Gmail's profile, which must carry the address of the account that signed in."""
        response = await http.send("GET", USERINFO, headers={"Authorization": f"Bearer {access_token}"})
        if response.status_code != 200:
            raise ProviderUnavailable(code=f"userinfo_{response.status_code}")
        who = http.as_object(response)
        found = await google_mail.profile(FixedToken(access_token))
        address = str(found.get("emailAddress", "")).lower()
        same = hmac.compare_digest(str(who.get("sub", "")).encode(), identity.subject.encode())
        if not same or address != identity.address:
            raise IdentityMismatch(code="profile_mismatch")
        return Profile(address, str(who.get("name", "")))

    async def folders(self, access: TokenSource) -> list[Folder]:
        """Gmail's labels."""
        with understood():
            return await google_mail.labels(access)

    def changes(
        self, access: TokenSource, cursors: Mapping[str, str], window: Window, known: Known
    ) -> AsyncIterator[Page]:
        """One stream, "mailbox"."""
        return each(google_mail.changes(access, cursors.get(google_mail.STREAM, ""), window, known))

    async def quiet(self, access: TokenSource, cursors: Mapping[str, str], left_out: frozenset[str]) -> bool:
        """One page of the history: 2 units."""
        del left_out  # labels do not divide the history
        with understood():
            return await google_mail.quiet(access, cursors.get(google_mail.STREAM, ""))

    def listing(self, access: TokenSource, window: Window) -> AsyncIterator[list[MessageState]]:
        """Messages of the window, 500 at a time; of their labels, some."""
        return each(google_list.states(access, window))

    def again(self, access: TokenSource, ids: Sequence[str], window: Window) -> AsyncIterator[Page]:
        """These messages, one by one."""
        return each(google_mail.again(access, ids, window))

    async def original(self, access: TokenSource, provider_message_id: str) -> bytes:
        """The message as Gmail received it."""
        with understood():
            return await google_mail.original(access, provider_message_id)

    async def find(self, access: TokenSource, text: str) -> list[Located]:
        """A search that leaves nothing out."""
        with understood():
            return await google_list.find(access, text)

    async def send(self, access: TokenSource, outgoing: Outgoing) -> SentCopy:
        """Hand a message over, once."""
        return await google_send.send(access, outgoing)

    async def find_sent(self, access: TokenSource, key: str, since: datetime) -> SentCopy | None:
        """The copy in Sent, by our own header."""
        with understood():
            return await google_send.find_sent(access, key, since)

    async def attachments(self, access: TokenSource, provider_message_id: str) -> tuple[FetchedAttachment, ...]:
        """What is attached to a message."""
        with understood():
            return await google_send.attachments(access, provider_message_id)

    def attachment(self, access: TokenSource, provider_message_id: str, provider_part_id: str) -> AsyncIterator[bytes]:
        """The bytes of an attachment, in pieces."""
        return each(google_send.attachment(access, provider_message_id, provider_part_id))

    def contacts(self, access: TokenSource, cursor: str) -> AsyncIterator[ContactPage]:
        """By the People API."""
        return each(google_people.contacts(access, cursor))


def _client(config: ProviderConfig) -> Any:
    """authlib's client, for one call; it has no types of its own."""
    return AsyncOAuth2Client(
        config.client_id, config.client_secret, scope=" ".join(SCOPES), redirect_uri=config.redirect_uri,
        code_challenge_method="S256", token_endpoint_auth_method="client_secret_post", **http.sign_in_options(),  # noqa: S106 (a method's name)
    )  # fmt: skip


async def _ask_exchange(config: ProviderConfig, code: str, verifier: str) -> dict[str, Any]:
    try:
        async with _client(config) as client:
            return cast("dict[str, Any]", await client.fetch_token(TOKEN, code=code, code_verifier=verifier))
    except OAuthError as error:
        raise oauth_errors.at_exchange(error.error) from error
    except (httpx.HTTPError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise ProviderUnavailable(code=type(error).__name__) from error


def _tokens(body: dict[str, Any]) -> Tokens:
    access, expires = body.get("access_token"), body.get("expires_in")
    if not isinstance(access, str) or not isinstance(expires, int | float):
        raise ProviderUnavailable(code="token_answer_incomplete")
    refresh, scope = body.get("refresh_token"), body.get("scope")
    granted = frozenset(_NEEDED[one] for one in scope.split() if one in _NEEDED) if isinstance(scope, str) else None
    return Tokens(access, refresh or None, now() + timedelta(seconds=expires), granted)
