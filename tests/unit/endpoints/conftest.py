"""A browser without a browser: requests to the endpoints, as our own pages make them."""

from collections.abc import AsyncIterator

import httpx
import pytest
from sqlalchemy import Engine
from starlette.applications import Starlette

from easycrm.endpoints.app import around

ORIGIN = {"Origin": "http://localhost:3000"}


@pytest.fixture
async def browser(database: Engine) -> AsyncIterator[httpx.AsyncClient]:
    """A browser that is signed in as nobody."""
    del database
    transport = httpx.ASGITransport(around(Starlette()))
    async with httpx.AsyncClient(transport=transport, base_url="http://localhost:3000", headers=ORIGIN) as client:
        yield client
