"""Microsoft 365: OAuth by msal; mail in microsoft_mail.py."""

import hashlib
import hmac
from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import datetime
from typing import Any, Literal
from urllib.parse import urlencode

import orjson

from easycrm.core import wording
from easycrm.providers import (
    id_token,
    microsoft_contacts,
    microsoft_grant,
    microsoft_graph,
    microsoft_list,
    microsoft_mail,
    microsoft_msal,
    microsoft_send,
    microsoft_verify,
    oauth_errors,
)
from easycrm.providers.base import (
    AuthorizeStart,
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
from easycrm.providers.errors import IdentityMismatch, NoMailbox, ProviderUnavailable
from easycrm.providers.fixed_token import FixedToken
from easycrm.providers.microsoft_grant import GRAPH
from easycrm.providers.outgoing import Outgoing, SentCopy
from easycrm.providers.pages import FetchedAttachment, MessageState, Page
from easycrm.providers.setup_step import Step
from easycrm.providers.understood import each, understood

# msal adds openid, profile and offline_access itself, and refuses them here.
SCOPES = ["email", "User.Read", "Mail.Read", "Mail.Send", "Contacts.Read"]


class Microsoft:
    """`MailProvider` for Microsoft 365. Source: https://learn.microsoft.com/entra/identity-platform/v2-oauth2-auth-code-flow"""

    key = "microsoft"
    name = wording.MICROSOFT_365
    has_tenant = True
    secrets_expire = True
    redirect_error = "AADSTS50011"
    folder_word: Literal["folder", "label"] = "folder"
    consent_page = "https://myapps.microsoft.com"
    revokes = False
    most_bytes = 3_000_000

    def speaks_as(self, issuer: str) -> bool:
        """Entra sends no `iss` in the callback, so whatever comes there is not Entra's."""
        del issuer
        return False

    async def verify(self, config: ProviderConfig) -> list[Step]:
        """Host, tenant, client id and secret."""
        return await microsoft_verify.steps(config)

    def admin_consent(self, config: ProviderConfig) -> str:
        """Entra's page, whose answer comes back to the callback.

        Source: https://learn.microsoft.com/entra/identity-platform/v2-admin-consent
        """
        scope = " ".join(f"{GRAPH}{scope}" for scope in SCOPES if "." in scope)
        asked = {"client_id": config.client_id, "redirect_uri": config.redirect_uri, "scope": scope}
        return f"{microsoft_msal.LOGIN}/{config.tenant}/v2.0/adminconsent?{urlencode(asked)}"

    async def authorize(self, config: ProviderConfig, *, state: str, login_hint: str = "") -> AuthorizeStart:
        """The consent screen. Consent is never forced: that loops where an admin must approve."""
        asked: dict[str, Any] = {"login_hint": login_hint} if login_hint else {"prompt": "select_account"}
        flow = await microsoft_msal.call(
            config,
            lambda application: application.initiate_auth_code_flow(
                SCOPES, redirect_uri=config.redirect_uri, state=state, **asked
            ),
        )
        if "auth_uri" not in flow:
            raise ProviderUnavailable(code=str(flow.get("error", "no_authorize_address")))
        return AuthorizeStart(str(flow["auth_uri"]), orjson.dumps(flow).decode())

    async def exchange(self, config: ProviderConfig, flow: str, answer: Mapping[str, str]) -> Granted:
        """Code for tokens, and the identity from the id_token, which msal does not verify."""
        kept = orjson.loads(flow)
        body = await microsoft_msal.call(
            config, lambda application: application.acquire_token_by_auth_code_flow(kept, dict(answer))
        )
        if "error" in body:
            raise oauth_errors.at_exchange(body["error"])
        hashed = hashlib.sha256(str(kept["nonce"]).encode()).hexdigest()
        keys = f"{microsoft_msal.LOGIN}/{config.tenant}/discovery/v2.0/keys"
        found = await id_token.claims(body.get("id_token"), keys_url=keys, audience=config.client_id, nonce=hashed)
        await microsoft_grant.require_tenant(found, config.tenant)
        return Granted(microsoft_grant.tokens(body), microsoft_grant.identity(found))

    async def refresh(self, config: ProviderConfig, refresh_token: str) -> Tokens:
        """New tokens, the refresh token among them: the newest is the one to keep."""
        body = await _ask_refresh(config, refresh_token, SCOPES)
        if body.get("suberror") == "consent_required":
            # Entra refuses all scopes when one was taken away; this one asks for those that are left.
            body = await _ask_refresh(config, refresh_token, [GRAPH + ".default"])
        if "error" in body:
            raise oauth_errors.at_refresh(body["error"])
        return microsoft_grant.tokens(body)

    async def revoke(self, config: ProviderConfig, refresh_token: str) -> RevocationOutcome:
        """Microsoft offers no way to revoke one application's tokens."""
        del config, refresh_token
        return "not offered"

    async def profile(self, access_token: str, identity: Identity) -> Profile:
        """Graph's /me, which must be the account that signed in, with a mailbox that answers."""
        access = FixedToken(access_token)
        me = await microsoft_graph.get(access, "/me?$select=id,displayName,mail,userPrincipalName")
        object_id = identity.subject.rpartition(":")[2]
        if not hmac.compare_digest(str(me.get("id", "")).encode(), object_id.encode()):
            raise IdentityMismatch(code="profile_mismatch")
        await microsoft_graph.get(access, "/me/mailFolders/inbox?$select=id")
        address = me.get("mail") or me.get("userPrincipalName")
        if not isinstance(address, str) or not address:
            raise NoMailbox(code="no_address")
        return Profile(address.lower(), str(me.get("displayName") or ""))

    async def folders(self, access: TokenSource) -> list[Folder]:
        """Mail folders that are imported."""
        with understood():
            return await microsoft_mail.folders(access)

    def changes(
        self, access: TokenSource, cursors: Mapping[str, str], window: Window, known: Known
    ) -> AsyncIterator[Page]:
        """One stream a folder, and one for the list of folders."""
        del known  # delta brings whole messages: nothing would be saved
        return each(microsoft_mail.changes(access, cursors, window))

    async def quiet(self, access: TokenSource, cursors: Mapping[str, str], left_out: frozenset[str]) -> bool:
        """One `$batch`, of all folders or of a choice among many."""
        with understood():
            return await microsoft_mail.quiet(access, cursors, left_out)

    def listing(self, access: TokenSource, window: Window) -> AsyncIterator[list[MessageState]]:
        """Messages of the window, folder by folder."""
        return each(microsoft_list.listing(access, window))

    def again(self, access: TokenSource, ids: Sequence[str], window: Window) -> AsyncIterator[Page]:
        """These messages, twenty in a request."""
        return each(microsoft_mail.again(access, ids, window))

    async def original(self, access: TokenSource, provider_message_id: str) -> bytes:
        """The message as MIME."""
        with understood():
            return await microsoft_mail.original(access, provider_message_id)

    async def find(self, access: TokenSource, text: str) -> list[Located]:
        """A search over all folders."""
        with understood():
            return await microsoft_list.find(access, text)

    async def send(self, access: TokenSource, outgoing: Outgoing) -> None:
        """Hand a message over, once."""
        await microsoft_send.send(access, outgoing)

    async def find_sent(self, access: TokenSource, key: str, since: datetime) -> SentCopy | None:
        """The copy in Sent, by our own header."""
        with understood():
            return await microsoft_send.find_sent(access, key, since)

    async def attachments(self, access: TokenSource, provider_message_id: str) -> tuple[FetchedAttachment, ...]:
        """What is attached to a message."""
        with understood():
            return await microsoft_send.attachments(access, provider_message_id)

    def attachment(self, access: TokenSource, provider_message_id: str, provider_part_id: str) -> AsyncIterator[bytes]:
        """The bytes of an attachment, in pieces."""
        return each(microsoft_send.attachment(access, provider_message_id, provider_part_id))

    def contacts(self, access: TokenSource, cursor: str) -> AsyncIterator[ContactPage]:
        """By a delta for each contact folder."""
        return each(microsoft_contacts.contacts(access, cursor))


async def _ask_refresh(config: ProviderConfig, refresh_token: str, scopes: list[str]) -> dict[str, Any]:
    return await microsoft_msal.call(
        config, lambda application: application.acquire_token_by_refresh_token(refresh_token, scopes)
    )
