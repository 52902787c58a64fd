"""Two users with their sessions, and a provider in memory."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

import pytest
from sqlalchemy import Engine

from easycrm.core.clock import now
from easycrm.core.db import transaction
from easycrm.mail import consent, provider_setup
from easycrm.people.user import User, UserSession
from easycrm.providers.registry import PROVIDERS
from tests.fake_provider import FakeProvider, state_of


@dataclass(frozen=True)
class Someone:
    """A user who is signed in."""

    user_id: int
    session_id: int


@pytest.fixture
def make_user(database: Engine) -> Callable[..., Someone]:
    def make(name: str, role: str = "member") -> Someone:
        with transaction() as session:
            user = User(email=f"{name}@example.com", role=role, password_hash="unused")
            session.add(user)
            session.flush()
            signed_in = UserSession(user_id=user.id, token_hash=name, expires_at=now() + timedelta(days=1))
            session.add(signed_in)
            session.flush()
            return Someone(user.id, signed_in.id)

    return make


@pytest.fixture
def admin(make_user: Callable[..., Someone]) -> Someone:
    return make_user("grace", "admin")


@pytest.fixture
def ada(make_user: Callable[..., Someone]) -> Someone:
    return make_user("ada")


@pytest.fixture
def mallory(make_user: Callable[..., Someone]) -> Someone:
    return make_user("mallory")


@pytest.fixture
def google(admin: Someone, monkeypatch: pytest.MonkeyPatch) -> FakeProvider:
    return _configured(FakeProvider(), admin, monkeypatch)


@pytest.fixture
def microsoft(admin: Someone, monkeypatch: pytest.MonkeyPatch) -> FakeProvider:
    return _configured(FakeProvider("microsoft", "Microsoft 365", revokes=False), admin, monkeypatch)


def _configured(fake: FakeProvider, admin: Someone, monkeypatch: pytest.MonkeyPatch) -> FakeProvider:
    monkeypatch.setitem(PROVIDERS, fake.key, fake)
    provider_setup.save(
        actor_id=admin.user_id, provider=fake.key, client_id="client", client_secret="canary-secret", enabled=True
    )
    return fake


@pytest.fixture
def connected(ada: Someone, google: FakeProvider) -> Callable[..., object]:
    """A function that connects the mailbox which the provider would grant now; returns the Completed."""

    async def connect(who: Someone = ada, fake: FakeProvider = google, **options: object) -> consent.Completed:
        url = await consent.begin(user_id=who.user_id, session_id=who.session_id, provider=fake.key, **options)
        answer = [("state", state_of(url)), ("code", "good")]
        return await consent.complete(user_id=who.user_id, session_id=who.session_id, provider=fake.key, answer=answer)

    return connect
