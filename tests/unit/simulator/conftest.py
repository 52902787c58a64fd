"""A simulated world of its own for each test, asked in this process."""

from collections.abc import AsyncIterator

import httpx
import pytest

from easycrm.simulator import oauth
from easycrm.simulator.app import build
from easycrm.simulator.grants import Client, Grant
from easycrm.simulator.world import GOOGLE_CLIENT, MICROSOFT_CLIENT, World


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
async def web(world: World) -> AsyncIterator[httpx.AsyncClient]:
    """A client of the simulator over `world`."""
    transport = httpx.ASGITransport(build(world))
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
        yield client


def client_of(world: World, provider: str) -> Client:
    return world.clients[(GOOGLE_CLIENT if provider == "google" else MICROSOFT_CLIENT)[0]]


def granted(world: World, email: str, *scopes: str) -> tuple[Grant, str, str]:
    """A grant of this person to the demo's application, with an access and a refresh token."""
    person = world.people[email]
    client = client_of(world, person.provider)
    grant = Grant(person.provider, client.client_id, person.subject, set(scopes))
    world.grants[client.client_id, person.subject] = grant
    return grant, oauth.access_token(world, grant, "access-").token, oauth.refresh_token(world, grant, "refresh-")
