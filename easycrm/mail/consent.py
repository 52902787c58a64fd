"""Consent: begin sends the browser to the provider, complete turns what comes back into a connection or a refusal."""

import asyncio
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from time import monotonic

from easycrm.core import wording
from easycrm.core.clock import now
from easycrm.core.db import reading, transaction
from easycrm.core.errors import EasyCRMError
from easycrm.core.key_canary import seal
from easycrm.core.log import logger
from easycrm.core.own_path import own_path
from easycrm.core.sealed import CannotOpen, ring
from easycrm.mail import consent_attempt, outage, provider_setup, setup_test
from easycrm.mail.connection import owned
from easycrm.mail.consent_answer import Answer, ConsentRefused, read, unknown
from easycrm.mail.consent_attempt import CONNECTED, TESTED, ConsentAttempt
from easycrm.mail.consent_grant import check, drop
from easycrm.mail.consent_store import connect
from easycrm.notices import audit
from easycrm.providers.base import Granted
from easycrm.providers.errors import ConsentFailed, GrantRevoked, ProviderError, ProviderMisconfigured
from easycrm.providers.http import browser_url
from easycrm.providers.registry import provider as known

__all__ = ["Completed", "ConsentRefused", "begin", "complete"]

EMAIL_PAGE = "/settings/email"
_PATIENCE_SECONDS = 20
_LOOK_EVERY_SECONDS = 0.1
_SENTENCES = {"denied": wording.CONSENT_DENIED, "no_refresh_token": wording.connecting.CONSENT_NO_REFRESH_TOKEN}

_log = logger(__name__)


@dataclass(frozen=True)
class Completed:
    """A consent that became a connection; `repeated` when that had happened before, so that nothing is to be done."""

    connection_id: int
    address: str
    reconnected: bool
    repeated: bool
    return_path: str


_running: set[asyncio.Task[Completed]] = set()


async def begin(
    *,
    user_id: int,
    session_id: int,
    provider: str,
    reconnects: int | None = None,
    window_days: int | None = 30,
    return_path: str = EMAIL_PAGE,
    tests_setup: bool = False,
) -> str:
    """Start a consent; returns the address to send the browser to.

    Args:
        reconnects: the connection to be renewed; its mailbox is then the only one accepted.
        window_days: how far back a first import goes; None for everything.

    Raises:
        Refused: the provider is not configured.
        NotFound: `reconnects` is not a connection of this user and provider.
        ProviderError: the provider could not be asked for its consent screen.
    """
    config = provider_setup.config(provider, even_if_off=tests_setup)
    hint = _address(user_id, provider, reconnects)
    state = secrets.token_urlsafe(32)
    try:
        start = await known(provider).authorize(config, state=state, login_hint=hint)
    except ProviderMisconfigured as error:
        outage.provider_fault(provider, error, part=outage.SIGN_IN)
        raise
    hashed = consent_attempt.state_hash(state)
    attempt = ConsentAttempt(
        state_hash=hashed,
        provider=provider,
        user_id=user_id,
        session_id=session_id,
        flow=seal(start.flow, consent_attempt.binding(hashed)),
        reconnects=reconnects,
        window_days=window_days,
        tests_setup=tests_setup,
        return_path=own_path(return_path, EMAIL_PAGE),
        expires_at=now() + consent_attempt.LIFETIME,
    )
    with transaction() as session:
        consent_attempt.forget_old(session)
        session.add(attempt)
    return browser_url(start.url)


async def complete(*, user_id: int, session_id: int, provider: str, answer: Sequence[tuple[str, str]]) -> Completed:
    """Turn the callback's parameters into a connection: once, however often and by whomever it is called.

    Raises:
        ConsentRefused: nothing was stored; its message is for the person.
    """
    parameters = read(answer)
    attempt = _attempt(user_id, session_id, provider, parameters)
    attempt_id = attempt.id or 0
    if attempt.outcome in (CONNECTED, TESTED):
        return await _outcome_of(attempt_id, attempt.reconnects)
    if attempt.expires_at <= now():
        expired = ConsentRefused("expired", wording.connecting.CONSENT_EXPIRED, reconnects=attempt.reconnects)
        expired.return_path = attempt.return_path
        raise expired
    if not await asyncio.to_thread(_claim, attempt_id):
        return await _outcome_of(attempt_id, attempt.reconnects)
    # A tab closed from here on must not leave a grant half stored, so the work goes on without it.
    work = asyncio.create_task(_redeem_or_refuse(attempt, parameters))
    _running.add(work)
    work.add_done_callback(_forget)
    return await asyncio.shield(work)


def _forget(work: asyncio.Task[Completed]) -> None:
    _running.discard(work)
    if not work.cancelled():
        work.exception()


async def _redeem_or_refuse(attempt: ConsentAttempt, parameters: Answer) -> Completed:
    try:
        return await _redeem(attempt, parameters)
    except Exception as error:
        refusal = _as_refusal(error)
        refusal.reconnects, refusal.tested_setup = attempt.reconnects, attempt.tests_setup
        refusal.return_path = attempt.return_path
        await asyncio.to_thread(_refuse, attempt, refusal)
        raise refusal from error


def _as_refusal(error: Exception) -> ConsentRefused:
    match error:
        case ConsentRefused():
            return error
        case EasyCRMError():
            return ConsentRefused("refused", error.user_message, detail=error.detail)
        case _:
            _log.error("consent broke", exc_info=True)
            return ConsentRefused("broken", EasyCRMError.default_message, detail=type(error).__name__)


def _address(user_id: int, provider: str, reconnects: int | None) -> str:
    if reconnects is None:
        return ""
    with reading() as session:
        connection = owned(session, user_id, reconnects)
    if connection.provider != provider:
        raise unknown()
    return connection.address


def _attempt(user_id: int, session_id: int, provider: str, answer: Answer) -> ConsentAttempt:
    with reading() as session:
        attempt = consent_attempt.find(session, answer.state)
    if attempt is None or (attempt.user_id, attempt.session_id, attempt.provider) != (user_id, session_id, provider):
        raise unknown()
    return attempt


def _claim(attempt_id: int) -> bool:
    with transaction() as session:
        return consent_attempt.claim(session, attempt_id)


async def _outcome_of(attempt_id: int, reconnects: int | None) -> Completed:
    """How the attempt ended that somebody else has claimed: a refreshed page or a double click sees the same end."""
    deadline = monotonic() + _PATIENCE_SECONDS
    while monotonic() < deadline:
        with reading() as session:
            attempt = session.get(ConsentAttempt, attempt_id)
            if attempt is None:
                break
            if attempt.outcome == CONNECTED:
                connection = owned(session, attempt.user_id, attempt.connection_id or 0)
                return Completed(
                    connection.id or 0, connection.address, reconnects is not None, True, attempt.return_path
                )
            if attempt.outcome == TESTED:
                return Completed(0, "", False, True, attempt.return_path)
            if attempt.outcome:
                sentence = _SENTENCES.get(attempt.outcome, wording.connecting.CONSENT_REPEATED)
                raise ConsentRefused(attempt.outcome, sentence, reconnects=reconnects)
        await asyncio.sleep(_LOOK_EVERY_SECONDS)
    raise ConsentRefused("repeated", wording.connecting.CONSENT_REPEATED, reconnects=reconnects)


async def _redeem(attempt: ConsentAttempt, answer: Answer) -> Completed:
    if answer.issuer is not None and not known(attempt.provider).speaks_as(answer.issuer):
        raise ConsentRefused("issuer", wording.connecting.CONSENT_WRONG_PROVIDER)
    if answer.error == "access_denied":
        raise ConsentRefused("denied", wording.CONSENT_DENIED)
    if answer.error:
        raise ConsentRefused("provider_error", wording.connecting.CONSENT_PROVIDER_ERROR, detail=answer.error[:60])
    granted = await _exchange(attempt, answer)
    if attempt.tests_setup:
        return await _test(attempt, granted)
    try:
        profile = await check(attempt, granted)
        connection, reconnected = await asyncio.to_thread(connect, attempt, granted, profile)
    except BaseException:
        await drop(attempt.provider, granted)
        raise
    outage.provider_works(attempt.provider, part=outage.SIGN_IN)
    return Completed(connection.id or 0, connection.address, reconnected, False, attempt.return_path)


async def _test(attempt: ConsentAttempt, granted: Granted) -> Completed:
    """An admin's test: what it shows is kept, the grant is not."""
    try:
        await setup_test.run(attempt, granted)
    finally:
        await drop(attempt.provider, granted)
    outage.provider_works(attempt.provider, part=outage.SIGN_IN)
    return Completed(0, granted.identity.address, False, False, attempt.return_path)


async def _exchange(attempt: ConsentAttempt, answer: Answer) -> Granted:
    try:
        config = provider_setup.config(attempt.provider, even_if_off=attempt.tests_setup)
        flow = ring().open(attempt.flow, consent_attempt.binding(attempt.state_hash))
        return await known(attempt.provider).exchange(config, flow, answer.parameters)
    except ProviderMisconfigured as error:
        outage.provider_fault(attempt.provider, error, part=outage.SIGN_IN)
        raise ConsentRefused("provider_problem", error.user_message, detail=error.detail) from error
    except (ConsentFailed, GrantRevoked, CannotOpen) as error:
        raise ConsentRefused("unproven", wording.connecting.CONSENT_IDENTITY_UNPROVEN, detail=error.detail) from error
    except ProviderError as error:
        raise ConsentRefused("unavailable", error.user_message, detail=error.detail) from error


def _refuse(attempt: ConsentAttempt, refusal: ConsentRefused) -> None:
    _log.info("consent refused", provider=attempt.provider, kind=refusal.kind, detail=refusal.detail)
    with transaction() as session:
        if consent_attempt.end(session, attempt.id or 0, refusal.kind):
            audit.record(
                session, "consent.refused", actor_id=attempt.user_id, subject=attempt.provider, detail=refusal.kind
            )
