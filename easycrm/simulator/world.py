"""The simulated world: people, applications, grants and the settings of the moment, all in memory."""

import pickle
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property, partial
from pathlib import Path
from typing import Any

from easycrm.simulator import address_book, corpus
from easycrm.simulator import weighty as heavy
from easycrm.simulator.address_book import DEMO_CARDS, AddressBook
from easycrm.simulator.faults import Fault
from easycrm.simulator.grants import AccessToken, Client, Code, Grant
from easycrm.simulator.mailbox import Item, Mailbox
from easycrm.simulator.signing import SigningKey

GOOGLE_CLIENT = ("easycrm-demo.apps.googleusercontent.com", "demo-google-secret")
MICROSOFT_CLIENT = ("8f1e6a5c-0000-4000-8000-00000000c0de", "demo-microsoft-secret")
# The demo's mail arrives at whole ten minutes: a world made anew soon after has the same messages, and they are made.
_EVEN_SECONDS = 600
# Raised when a kept world of before can no longer be used.
FORM = 7
TENANT_NET = "11111111-aaaa-4bbb-8ccc-222222222222"
TENANT_ORG = "33333333-dddd-4eee-8fff-444444444444"


class ApiError(Exception):
    """An answer other than success, in the provider's own form."""

    def __init__(self, status: int, body: dict[str, Any], headers: dict[str, str] | None = None) -> None:
        super().__init__(str(status))
        self.status, self.body, self.headers = status, body, headers or {}


@dataclass
class Person:
    """Somebody with an account. `subject` is Google's sub or Entra's oid; mail and contacts are made when asked for."""

    email: str
    name: str
    provider: str
    subject: str
    make_mailbox: Callable[[], Mailbox]
    make_book: Callable[[], AddressBook]
    tenant_id: str = ""
    has_mailbox: bool = True

    @cached_property
    def mailbox(self) -> Mailbox:
        """Their mail."""
        return self.make_mailbox()

    @cached_property
    def book(self) -> AddressBook:
        """Their contacts."""
        return self.make_book()


@dataclass
class Settings:
    """What can be turned while the simulator runs; times in milliseconds unless said."""

    access_token_ttl: int = 3600
    request_ms: float = 0
    sub_request_ms: float = 0
    quota: bool = False
    gmail_old_prices: bool = False
    gmail_units_per_minute: int = 6000
    gmail_project_units_per_minute: int = 1_200_000
    people_requests_per_minute: int = 90
    graph_requests_per_10_minutes: int = 10_000
    gmail_concurrency: int = 10
    graph_concurrency: int = 4
    cursor_gone_status: int = 410
    filtered_delta_limit: int = 5000
    sent_copy_delay: float = 0  # seconds
    rewrites_message_id: bool = False


class World:
    """Everything the simulator knows."""

    def __init__(
        self, redirect_base: str = "http://localhost:3000", seed: int = 1, eml_dir: Path | None = None,
        key: SigningKey | None = None,
    ) -> None:  # fmt: skip
        self.redirect_base, self.seed, self.eml_dir = redirect_base, seed, eml_dir
        self.key = key or SigningKey()
        self.settings = Settings()
        self.clock_offset = 0.0
        self.changed = False
        self.people: dict[str, Person] = {}
        self.clients: dict[str, Client] = {}
        self.grants: dict[tuple[str, str], Grant] = {}
        self.access_tokens: dict[str, AccessToken] = {}
        self.refresh_tokens: dict[str, Grant] = {}
        self.dead_tokens: dict[str, str] = {}
        self.codes: dict[str, Code] = {}
        self.faults: list[Fault] = []
        self.sent_copies: list[tuple[float, str, Item]] = []
        self.next_consent: dict[str, Any] = {}
        self.next_id_token: dict[str, Any] = {}
        self._by_subject: dict[str, Person] = {}
        self.quota_used: dict[str, tuple[float, float]] = {}
        self.in_flight: dict[str, int] = {}
        self.counters: dict[str, Any] = {}
        self.reset_counters()
        self._seed()

    def now(self) -> float:
        """Seconds since the epoch, as this world sees them."""
        return time.time() + self.clock_offset

    def reset_counters(self) -> None:
        """Start counting requests anew."""
        self.counters = {
            "total": 0,
            "by_route": {},
            "units": {},
            "in_flight_max": {},
            "statuses": {},
            "recent": [],
            "refused": 0,
        }

    def add_person(
        self, provider: str, email: str, name: str, *, threads: int = 0, messages: int = 0, tenant: str = "",
        eml_dir: Path | None = None, has_mailbox: bool = True, contacts: int = 0, weighty: int = 0,
        per_thread: int = 1,
    ) -> Person:  # fmt: skip
        """Create an account with a generated mailbox, or one made of a folder of .eml files.

        Raises:
            ValueError: an account of this address exists, or the provider or the folder does not.
        """
        if email in self.people or provider not in ("google", "microsoft"):
            raise ValueError(f"{provider} cannot have another account {email}")
        if eml_dir and not eml_dir.is_dir():
            raise ValueError(f"{eml_dir} is no folder")
        seed = self.seed * 1000 + len(self.people)
        make = partial(corpus.generate, email=email, seed=seed, threads=threads, now=self._even_now())
        if eml_dir:
            make = partial(corpus.load, eml_dir, email=email, now=self.now())
        elif weighty:
            make = partial(
                heavy.mailbox, email=email, seed=seed, messages=weighty, now=self.now(), per_thread=per_thread
            )
        elif messages:
            make = partial(corpus.fast, email=email, seed=seed, messages=messages, now=self.now())
        number = 100_000_000_000_000_000_000 + len(self.people) * 7919
        subject = str(number) if provider == "google" else f"00000000-0000-4000-8000-{number % 10**12:012d}"
        book = partial(address_book.generate, email=email, seed=seed, cards=contacts)
        person = self.people[email] = Person(
            email, name, provider, subject, make, book, tenant or TENANT_NET, has_mailbox
        )
        if weighty or messages:
            _ = person.mailbox  # so that no measure of the first request includes it
        return person

    def _even_now(self) -> float:
        return self.now() // _EVEN_SECONDS * _EVEN_SECONDS

    def by_subject(self, subject: str) -> Person:
        """The person behind a subject."""
        found = self._by_subject.get(subject)
        if found is None:
            self._by_subject = {person.subject: person for person in self.people.values()}
            found = self._by_subject[subject]
        return found

    def end_grant(self, grant: Grant) -> None:
        """Revoke: refresh and access tokens of the grant die at once."""
        grant.live = grant.consented = False
        for token in [token for token, held in self.refresh_tokens.items() if held is grant]:
            self.end_refresh_token(token, "revoked")
        self.access_tokens = {token: held for token, held in self.access_tokens.items() if held.grant is not grant}

    def end_refresh_token(self, token: str, why: str) -> None:
        """No more refreshing with it; `why` is "revoked" or "expired"."""
        grant = self.refresh_tokens.pop(token, None)
        if grant is not None:
            self.dead_tokens[token] = why
            if token in grant.refresh_tokens:
                grant.refresh_tokens.remove(token)

    def serve_at(self, redirect_base: str) -> None:
        """Let the demo's applications be called back there, for a world that was kept from an earlier run."""
        for client in self.clients.values():
            client.redirect_uris = [
                uri.replace(self.redirect_base, redirect_base, 1) if uri.startswith(self.redirect_base) else uri
                for uri in client.redirect_uris
            ]
        self.redirect_base = redirect_base

    def tenants(self) -> dict[str, str]:
        """Tenant ids by id and by domain."""
        members = [person for person in self.people.values() if person.provider == "microsoft"]
        domains = {person.email.partition("@")[2]: person.tenant_id for person in members}
        return domains | {person.tenant_id: person.tenant_id for person in members}

    def __getstate__(self) -> dict[str, Any]:
        """What is worth keeping: no request is under way in a world that was just loaded."""
        return {**vars(self), "in_flight": {}, "form": FORM}

    def save(self, path: Path) -> None:
        """Write everything to `path`, atomically."""
        draft = path.with_suffix(".new")
        draft.write_bytes(pickle.dumps(self))
        draft.replace(path)

    def _seed(self) -> None:
        for provider, (client_id, secret) in (("google", GOOGLE_CLIENT), ("microsoft", MICROSOFT_CLIENT)):
            uri = f"{self.redirect_base}/settings/email/callback/{provider}"
            self.clients[client_id] = Client(provider, client_id, secret, [uri])
        self.add_person("google", "ada@example.com", "Ada", threads=260, contacts=DEMO_CARDS)
        self.add_person("google", "grace@example.com", "Grace", threads=120, contacts=DEMO_CARDS)
        self.add_person("google", "linus@example.org", "Linus", threads=40, contacts=DEMO_CARDS)
        self.add_person("microsoft", "katherine@example.net", "Katherine", threads=260, contacts=DEMO_CARDS)
        self.add_person("microsoft", "edsger@example.net", "Edsger", threads=120, contacts=DEMO_CARDS)
        self.add_person(
            "microsoft", "barbara@example.org", "Barbara", threads=40, tenant=TENANT_ORG, contacts=DEMO_CARDS
        )
        self.add_person("google", "nomailbox@example.com", "No Mailbox", has_mailbox=False)
        self.add_person("microsoft", "nomailbox@example.net", "No Mailbox", has_mailbox=False)
        if self.eml_dir:
            self.add_person("google", "samples@example.com", "Samples", eml_dir=self.eml_dir)
            self.add_person("microsoft", "samples@example.net", "Samples", eml_dir=self.eml_dir)
