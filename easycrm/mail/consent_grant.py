"""What a grant must be before it is stored: all permissions, lasting, provably of the mailbox, in an allowed domain."""

from easycrm.core import wording
from easycrm.core.db import reading
from easycrm.core.log import logger
from easycrm.mail import outage, provider_setup
from easycrm.mail.connection import Connection, live_of
from easycrm.mail.consent_answer import ConsentRefused
from easycrm.mail.consent_attempt import ConsentAttempt
from easycrm.providers.base import Capability, Granted, Profile
from easycrm.providers.errors import (
    IdentityMismatch,
    NoMailbox,
    PermissionMissing,
    ProviderError,
    ProviderMisconfigured,
)
from easycrm.providers.registry import provider as known

_log = logger(__name__)
_KINDS: dict[type[ProviderError], str] = {
    IdentityMismatch: "identity",
    NoMailbox: "no_mailbox",
    PermissionMissing: "permission",
    ProviderMisconfigured: "provider_problem",
}


async def check(attempt: ConsentAttempt, granted: Granted) -> Profile:
    """The mailbox's profile, if the grant is good for this attempt.

    Raises:
        ConsentRefused: what is wrong with it.
    """
    _check_permissions(granted)
    if granted.tokens.refresh_token is None:
        raise ConsentRefused("no_refresh_token", wording.connecting.CONSENT_NO_REFRESH_TOKEN)
    profile = await _profile(attempt.provider, granted)
    _check_mailbox(attempt, granted, profile)
    if not provider_setup.address_allowed(attempt.provider, profile.address):
        raise ConsentRefused("domain", wording.connecting.CONSENT_ADDRESS_NOT_ALLOWED)
    return profile


async def drop(provider: str, granted: Granted) -> None:
    """End a grant that will not be used, unless a live connection of the same mailbox lives on it."""
    if granted.tokens.refresh_token is None or not known(provider).revokes:
        return
    with reading() as session:
        if live_of(session, provider, granted.identity.subject):
            return
    try:
        config = provider_setup.config(provider, even_if_off=True)
        await known(provider).revoke(config, granted.tokens.refresh_token)
    except ProviderError as error:
        _log.warning("unused grant not revoked", provider=provider, detail=error.detail)


def _check_permissions(granted: Granted) -> None:
    capabilities = granted.tokens.capabilities
    # A response that does not name the scopes granted what was asked for (RFC 6749 §5.1).
    missing = [] if capabilities is None else [one.value for one in Capability if one not in capabilities]
    if missing:
        raise ConsentRefused("permission", wording.connecting.missing_permissions(missing))


async def _profile(provider: str, granted: Granted) -> Profile:
    try:
        return await known(provider).profile(granted.tokens.access_token, granted.identity)
    except ProviderError as error:
        if isinstance(error, ProviderMisconfigured):
            outage.provider_fault(provider, error)
        kind = _KINDS.get(type(error), "unavailable")
        raise ConsentRefused(kind, error.user_message, detail=error.detail) from error


def _check_mailbox(attempt: ConsentAttempt, granted: Granted, profile: Profile) -> None:
    if attempt.reconnects is None:
        return
    with reading() as session:
        expected = session.get_one(Connection, attempt.reconnects)
    if expected.subject != granted.identity.subject:
        raise ConsentRefused("wrong_mailbox", wording.connecting.wrong_mailbox(expected.address, profile.address))
