"""What the contract suite needs of each provider: an application, a person, and a mailbox's tokens."""

from dataclasses import dataclass, field
from urllib.parse import parse_qsl, urlsplit

import pytest

from easycrm.providers.base import Granted, MailProvider, ProviderConfig
from easycrm.providers.registry import PROVIDERS
from tests.simulator_process import APP_URL, Simulator

APPLICATIONS = {
    "google": ("easycrm-demo.apps.googleusercontent.com", "demo-google-secret"),
    "microsoft": ("8f1e6a5c-0000-4000-8000-00000000c0de", "demo-microsoft-secret"),
}
PEOPLE = {"google": "ada@example.com", "microsoft": "katherine@example.net"}


@dataclass(eq=False)
class Account:
    """One provider's side of a test; it is a `TokenSource` once somebody consented."""

    provider: MailProvider
    config: ProviderConfig
    simulator: Simulator
    email: str
    renewals: int = 0
    granted: Granted | None = field(default=None, repr=False)

    async def consent(self, **wishes: object) -> Granted:
        """The whole way from the consent screen to tokens and identity."""
        start = await self.provider.authorize(self.config, state="the-state")
        back = self.simulator.approve(start.url, self.email, **wishes)
        self.granted = await self.provider.exchange(self.config, start.flow, answer_of(back))
        return self.granted

    async def token(self) -> str:
        assert self.granted is not None
        return self.granted.tokens.access_token

    async def renew(self, stale: str) -> str:
        assert self.granted is not None
        assert stale == self.granted.tokens.access_token
        self.renewals += 1
        tokens = await self.provider.refresh(self.config, self.granted.tokens.refresh_token or "")
        self.granted = Granted(tokens, self.granted.identity)
        return tokens.access_token


class Run:
    """An account's `TokenSource` for one run, as the worker makes a new one for each."""

    def __init__(self, account: Account) -> None:
        self.token, self.renew = account.token, account.renew


def answer_of(callback: str) -> dict[str, str]:
    """The parameters of a callback's address."""
    return dict(parse_qsl(urlsplit(callback).query))


@pytest.fixture(params=sorted(PROVIDERS))
def account(request: pytest.FixtureRequest, simulator: Simulator, database: object) -> Account:
    """Each provider in turn, with the demo's application."""
    del database
    key = request.param
    client_id, secret = APPLICATIONS[key]
    config = ProviderConfig(key, client_id, secret, f"{APP_URL}/settings/email/callback/{key}")
    return Account(PROVIDERS[key], config, simulator, PEOPLE[key])
