"""What EasyCRM asks of a mail provider, and the frozen values that go back and forth; no tables here."""

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Literal, Protocol

from easycrm.providers.contacts import ContactPage
from easycrm.providers.outgoing import Outgoing, SentCopy
from easycrm.providers.pages import FetchedAttachment, MessageState, Page
from easycrm.providers.setup_step import Step


class Capability(StrEnum):
    """What a mailbox owner can allow; every one is needed to connect. Values are words for the page."""

    READ = "read your email"
    SEND = "send email as you"
    CONTACTS = "see your contacts"


@dataclass(frozen=True)
class ProviderConfig:
    """What an admin entered, opened for one use; `client_secret` is never logged."""

    provider: str
    client_id: str
    client_secret: str = field(repr=False)
    redirect_uri: str
    tenant: str = "organizations"


@dataclass(frozen=True)
class AuthorizeStart:
    """Where to send the browser, and what must be remembered (sealed) until it comes back."""

    url: str
    flow: str = field(repr=False)


@dataclass(frozen=True)
class Tokens:
    """What a token endpoint handed out.

    `refresh_token` is None when the old one stays in force. `capabilities` is None when the response did not say.
    """

    access_token: str = field(repr=False)
    refresh_token: str | None = field(repr=False)
    expires_at: datetime
    capabilities: frozenset[Capability] | None


@dataclass(frozen=True)
class Identity:
    """Who signed in. `subject` never changes (Google `sub`; Entra `tid:oid`); the address may."""

    subject: str
    address: str
    name: str = ""


@dataclass(frozen=True)
class Granted:
    """The outcome of a consent: tokens, and the validated identity."""

    tokens: Tokens
    identity: Identity


@dataclass(frozen=True)
class Profile:
    """The mailbox as its provider describes it."""

    address: str
    name: str = ""


class TokenSource(Protocol):
    """Where a provider client gets a usable access token during one run."""

    async def token(self) -> str:
        """An access token that is good for at least another minute."""
        ...

    async def renew(self, stale: str) -> str:
        """A token newer than `stale`, which was answered with 401."""
        ...


@dataclass(frozen=True)
class Folder:
    """A folder or label. `kind` is the well-known role (inbox, sent, archive, …) or "user"."""

    provider_folder_id: str
    name: str
    kind: str


@dataclass(frozen=True)
class Window:
    """How far back to import; `since` is None for everything.

    `left_out` are ids of folders not to read, for providers that read by folder; elsewhere their messages come too.
    """

    since: datetime | None
    left_out: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Located:
    """Where the provider has a message that a person misses."""

    provider_message_id: str
    subject: str
    sender: str
    received_at: datetime | None
    place: Literal["mailbox", "spam", "trash", "draft", "elsewhere"]
    """`elsewhere`: in a folder that is never imported, such as one below the trash."""
    people: tuple[str, ...] = ()
    """Addresses of its sender and recipients, as far as the provider told them."""
    labels: tuple[str, ...] = ()


Known = Callable[[Sequence[str]], set[str]]
"""Given provider message ids, those that are stored already."""

RevocationOutcome = Literal["revoked", "already revoked", "not offered"]


class MailProvider(Protocol):
    """Google or Microsoft. Every method raises `providers.errors.ProviderError` and nothing else.

    Args of methods: `config` is the admin's application; `access` hands out tokens of one mailbox.
    """

    key: str
    name: str
    has_tenant: bool
    secrets_expire: bool
    redirect_error: str
    """What people see there when the redirect URI is not the registered one."""
    folder_word: Literal["folder", "label"]
    """What mail lies in there; of labels a message can carry several."""
    consent_page: str
    """Where a person sees and removes the consent given to an application."""
    revokes: bool
    """Whether `revoke` can end a grant there; it ends all of the person's grant to the application."""
    most_bytes: int
    """The largest message, in RFC 5322 bytes, that the provider takes."""

    def speaks_as(self, issuer: str) -> bool:
        """Whether `issuer`, the `iss` of a callback, is this provider's (RFC 9207, exact match)."""
        ...

    async def verify(self, config: ProviderConfig) -> list[Step]:
        """What can be known of the application's registration without anybody's consent; never raises."""
        ...

    def admin_consent(self, config: ProviderConfig) -> str:
        """Where an admin of the organisation lets the application in for everybody; empty where nowhere."""
        ...

    async def authorize(self, config: ProviderConfig, *, state: str, login_hint: str = "") -> AuthorizeStart:
        """The consent screen's address; with `login_hint` it is a reconnect of that mailbox."""
        ...

    async def exchange(self, config: ProviderConfig, flow: str, answer: Mapping[str, str]) -> Granted:
        """Redeem the callback's parameters; the id_token is fully validated against the published keys."""
        ...

    async def refresh(self, config: ProviderConfig, refresh_token: str) -> Tokens:
        """New tokens for a refresh token."""
        ...

    async def revoke(self, config: ProviderConfig, refresh_token: str) -> RevocationOutcome:
        """End the grant at the provider, where it offers that."""
        ...

    async def profile(self, access_token: str, identity: Identity) -> Profile:
        """The mailbox's profile; raises `IdentityMismatch` when it is not `identity`'s."""
        ...

    async def folders(self, access: TokenSource) -> list[Folder]:
        """Folders or labels a person would recognise."""
        ...

    def changes(
        self, access: TokenSource, cursors: Mapping[str, str], window: Window, known: Known
    ) -> AsyncIterator[Page]:
        """Read on from `cursors` (by stream; none: import from the newest message back to `window`), newest first.

        Ends when every stream has caught up. Whoever stops earlier goes on later from the cursors stored so far.
        Drafts, spam and trash never come. Raises `CursorExpired` when a stream must start again.
        """
        ...

    async def quiet(self, access: TokenSource, cursors: Mapping[str, str], left_out: frozenset[str]) -> bool:
        """Whether nothing has changed since these cursors, by one cheap request; False where that cannot be told so."""
        ...

    def listing(self, access: TokenSource, window: Window) -> AsyncIterator[list[MessageState]]:
        """The window's messages that belong in the import, with marks, in lists: for the daily comparison."""
        ...

    def again(self, access: TokenSource, ids: Sequence[str], window: Window) -> AsyncIterator[Page]:
        """These messages once more, in pages that move no cursor; what fails again is `unreadable` at once."""
        ...

    async def original(self, access: TokenSource, provider_message_id: str) -> bytes:
        """The message as RFC 5322 bytes."""
        ...

    async def find(self, access: TokenSource, text: str) -> list[Located]:
        """Messages matching an address or subject anywhere in the mailbox, spam and trash included; 25 at most."""
        ...

    async def send(self, access: TokenSource, outgoing: Outgoing) -> SentCopy | None:
        """Hand a message over, once. None: it was accepted, and the id of its copy was not told (see `find_sent`).

        Raises:
            SendOutcomeUnknown: it may have been accepted. Every other error means that it certainly was not.
            MessageRefused: it will not be accepted as it is.
        """
        ...

    async def find_sent(self, access: TokenSource, key: str, since: datetime) -> SentCopy | None:
        """The copy of a sent message, by the key in its X-EasyCRM-Id header; copies may come minutes late."""
        ...

    async def attachments(self, access: TokenSource, provider_message_id: str) -> tuple[FetchedAttachment, ...]:
        """What is attached to a message, inline images included; for providers that do not list it on import."""
        ...

    def attachment(self, access: TokenSource, provider_message_id: str, provider_part_id: str) -> AsyncIterator[bytes]:
        """The bytes of an attachment, in pieces; raises `MessageGone` where it is not there any more."""
        ...

    def contacts(self, access: TokenSource, cursor: str) -> AsyncIterator[ContactPage]:
        """The contacts of the account: all of them (cursor ""), else what changed; the last page has the next cursor.

        A cursor that expired begins anew by itself, with pages that are `whole`.
        """
        ...
