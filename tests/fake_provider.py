"""A provider in memory, for answers that the simulator gives too rarely or too slowly."""

import asyncio
import itertools
import json
from collections.abc import AsyncIterator, Mapping
from datetime import datetime, timedelta
from urllib.parse import parse_qs, urlencode, urlsplit

from easycrm.core.clock import now
from easycrm.providers.base import (
    AuthorizeStart,
    Capability,
    Granted,
    Identity,
    Profile,
    ProviderConfig,
    RevocationOutcome,
    Tokens,
    TokenSource,
)
from easycrm.providers.contacts import ContactPage
from easycrm.providers.errors import ConsentFailed, GrantRevoked, SendOutcomeUnknown
from easycrm.providers.outgoing import Outgoing, SentCopy
from easycrm.providers.setup_step import Step, passed

ALL = frozenset(Capability)


class FakeProvider:
    """Grants everything to Ada until told otherwise; counts what it is asked."""

    has_tenant = True
    secrets_expire = True
    redirect_error = "redirect refused"
    folder_word = "label"
    consent_page = "https://provider.example.com/permissions"

    def __init__(self, key: str = "google", name: str = "Google Workspace", *, revokes: bool = True) -> None:
        self.key = key
        self.name = name
        self.revokes = revokes
        self.most_bytes = 25_000_000
        self.identity = Identity("subject-ada", "ada@example.com", "Ada")
        self.profile_address = ""
        self.capabilities: frozenset[Capability] | None = ALL
        self.gives_refresh_token = True
        self.replaces_refresh_token = False
        self.lifetime = timedelta(hours=1)
        self.delay = 0.0
        self._held: tuple[asyncio.Event, asyncio.Event] | None = None
        self.fails: dict[str, Exception] = {}
        self.calls: list[str] = []
        self.hints: list[str] = []
        self.live: set[str] = set()
        self.revoked: list[str] = []
        self.delivered: list[Outgoing] = []
        self.tells_id = True
        self.lag = 0
        self.breaks = ""
        self._numbers = itertools.count(1)

    def hold_next(self) -> tuple[asyncio.Event, asyncio.Event]:
        """Hold the next exchange or refresh: the first event tells that it is here, the second lets it be answered."""
        self._held = asyncio.Event(), asyncio.Event()
        return self._held

    async def _take_time(self) -> None:
        await asyncio.sleep(self.delay)
        if self._held:
            (here, answered), self._held = self._held, None
            here.set()
            await answered.wait()

    async def verify(self, config: ProviderConfig) -> list[Step]:
        self._called("verify")
        return [passed("reachable"), passed("client")]

    def admin_consent(self, config: ProviderConfig) -> str:
        return ""

    def speaks_as(self, issuer: str) -> bool:
        return issuer == "https://provider.example.com"

    async def authorize(self, config: ProviderConfig, *, state: str, login_hint: str = "") -> AuthorizeStart:
        self._called("authorize")
        self.hints.append(login_hint)
        query = urlencode({"state": state, "client_id": config.client_id, "redirect_uri": config.redirect_uri})
        flow = json.dumps({"verifier": "canary-verifier", "state": state})
        return AuthorizeStart(f"https://accounts.google.com/o/oauth2/v2/auth?{query}", flow)

    async def exchange(self, config: ProviderConfig, flow: str, answer: Mapping[str, str]) -> Granted:
        self._called("exchange")
        await self._take_time()
        if answer["code"] != "good" or json.loads(flow)["state"] != answer["state"]:
            raise ConsentFailed
        return Granted(self._tokens(with_refresh=self.gives_refresh_token), self.identity)

    async def refresh(self, config: ProviderConfig, refresh_token: str) -> Tokens:
        self._called("refresh")
        await self._take_time()
        if refresh_token not in self.live:
            raise GrantRevoked(code="invalid_grant")
        return self._tokens(with_refresh=self.replaces_refresh_token)

    async def revoke(self, config: ProviderConfig, refresh_token: str) -> RevocationOutcome:
        self._called("revoke")
        if not self.revokes:
            return "not offered"
        known = refresh_token in self.live
        self.live.clear()
        self.revoked.append(refresh_token)
        return "revoked" if known else "already revoked"

    async def quiet(self, access: TokenSource, cursors: Mapping[str, str], left_out: frozenset[str]) -> bool:
        await access.token()
        self._called("quiet")
        return False

    async def profile(self, access_token: str, identity: Identity) -> Profile:
        self._called("profile")
        return Profile(self.profile_address or identity.address, identity.name)

    async def send(self, access: TokenSource, outgoing: Outgoing) -> SentCopy | None:
        """Deliver; `breaks` is "before" or "after": when the connection is cut."""
        await access.token()
        self._called("send")
        if self.breaks != "before":
            self.delivered.append(outgoing)
        if self.breaks:
            raise SendOutcomeUnknown
        return self._copy(outgoing) if self.tells_id else None

    async def find_sent(self, access: TokenSource, key: str, since: datetime) -> SentCopy | None:
        """The copy of a delivered message, once it has been looked for more than `lag` times."""
        await access.token()
        self._called("find_sent")
        if self.count("find_sent") <= self.lag:
            return None
        return next((self._copy(one) for one in self.delivered if one.key == key), None)

    async def attachment(
        self, access: TokenSource, provider_message_id: str, provider_part_id: str
    ) -> AsyncIterator[bytes]:
        """Two pieces."""
        await access.token()
        self._called("attachment")
        yield provider_message_id.encode()
        yield provider_part_id.encode()

    async def contacts(self, access: TokenSource, cursor: str) -> AsyncIterator[ContactPage]:
        """An empty address book."""
        await access.token()
        self._called("contacts")
        yield ContactPage((), "read", whole=not cursor)

    def _copy(self, outgoing: Outgoing) -> SentCopy:
        return SentCopy(f"sent-{outgoing.key}", outgoing.provider_thread_id or "new-thread", "<rewritten@example.com>")

    def count(self, call: str) -> int:
        return self.calls.count(call)

    def _called(self, call: str) -> None:
        self.calls.append(call)
        if call in self.fails:
            raise self.fails[call]

    def _tokens(self, *, with_refresh: bool) -> Tokens:
        number = next(self._numbers)
        refresh = f"canary-refresh-{number}" if with_refresh else None
        if refresh:
            self.live.add(refresh)
        return Tokens(f"canary-access-{number}", refresh, now() + self.lifetime, self.capabilities)


def state_of(url: str) -> str:
    """The state in an authorize address."""
    return parse_qs(urlsplit(url).query)["state"][0]
