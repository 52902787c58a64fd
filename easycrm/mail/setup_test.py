"""Test with my own mailbox: a real consent whose tokens are used for three questions and then thrown away."""

from dataclasses import asdict

import orjson

from easycrm.core.clock import now
from easycrm.core.db import transaction
from easycrm.mail import consent_attempt
from easycrm.mail.consent_attempt import TESTED, ConsentAttempt
from easycrm.mail.provider_setup import ProviderSetup
from easycrm.notices import audit
from easycrm.providers.base import Capability, Granted, TokenSource
from easycrm.providers.errors import ProviderError, ProviderMisconfigured
from easycrm.providers.fixed_token import FixedToken
from easycrm.providers.registry import provider as known
from easycrm.providers.setup_step import Step, failed, passed

ADMIN_PAGE = "/admin/providers"


async def run(attempt: ConsentAttempt, granted: Granted) -> None:
    """Ask for mail and contacts with the fresh grant, and keep the answers; the caller ends the grant."""
    access = FixedToken(granted.tokens.access_token)
    steps = [passed("registered"), _permissions(granted), await _mail(attempt.provider, granted, access)]
    steps.append(await _contacts(attempt.provider, access))
    with transaction() as session:
        setup = session.get_one(ProviderSetup, attempt.provider, with_for_update=True)
        setup.tested_at, setup.test_steps = now(), orjson.dumps([asdict(step) for step in steps]).decode()
        session.add(setup)
        consent_attempt.end(session, attempt.id or 0, TESTED)
        told = ", ".join(f"{step.key} {step.outcome}" for step in steps)
        audit.record(session, "provider.tested", actor_id=attempt.user_id, subject=attempt.provider, detail=told)


def _permissions(granted: Granted) -> Step:
    found = granted.tokens.capabilities
    complete = found is None or found >= set(Capability)
    return passed("permissions") if complete else failed("permissions", "permissions_missing")


async def _mail(provider: str, granted: Granted, access: TokenSource) -> Step:
    try:
        await known(provider).profile(granted.tokens.access_token, granted.identity)
        await known(provider).folders(access)
    except ProviderMisconfigured as error:
        return failed("api", error.code)
    except ProviderError as error:
        return failed("api", f"test_{type(error).__name__}")
    return passed("api")


async def _contacts(provider: str, access: TokenSource) -> Step:
    try:
        async for _ in known(provider).contacts(access, ""):
            break
    except ProviderMisconfigured:
        return failed("contacts", "contactsNotConfigured")
    except ProviderError as error:
        return failed("contacts", f"test_{type(error).__name__}")
    return passed("contacts")
