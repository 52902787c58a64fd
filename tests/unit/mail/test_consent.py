"""Consent: what comes back from a provider becomes one connection, or nothing at all."""

import asyncio
import sqlite3
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from sqlalchemy import Engine
from sqlmodel import delete, func, select

from easycrm.core import wording
from easycrm.core.db import reading, transaction
from easycrm.core.errors import NotFound, Refused
from easycrm.mail import consent, provider_setup
from easycrm.mail.connection import Connection, Status
from easycrm.mail.consent_attempt import ConsentAttempt
from easycrm.mail.token_set import TokenSet
from easycrm.notices.audit import AuditEvent
from easycrm.notices.incident import Incident
from easycrm.people.user import UserSession
from easycrm.providers.base import Capability, Identity
from easycrm.providers.errors import ConsentFailed, IdentityMismatch, NoMailbox, ProviderMisconfigured
from tests.fake_provider import FakeProvider, state_of
from tests.unit.mail.conftest import Someone

Connect = Callable[..., Awaitable[consent.Completed]]
Answer = Sequence[tuple[str, str]]


def count(*tables: type) -> list[int]:
    with reading() as session:
        return [session.exec(select(func.count()).select_from(table)).one() for table in tables]


def written_so_far() -> list[int]:
    return count(Connection, TokenSet, AuditEvent, Incident)


async def state(who: Someone, **options: object) -> str:
    return state_of(await consent.begin(user_id=who.user_id, session_id=who.session_id, provider="google", **options))


async def answer(who: Someone, pairs: Answer, provider: str = "google") -> consent.Completed:
    return await consent.complete(user_id=who.user_id, session_id=who.session_id, provider=provider, answer=pairs)


async def refusal(who: Someone, pairs: Answer, provider: str = "google") -> consent.ConsentRefused:
    with pytest.raises(consent.ConsentRefused) as refused:
        await answer(who, pairs, provider)
    return refused.value


def stored() -> Connection:
    with reading() as session:
        return session.exec(select(Connection)).one()


async def test_a_granted_consent_becomes_a_connected_mailbox(ada: Someone, connected: Connect) -> None:
    done = await connected(window_days=90, return_path="/mailbox")
    assert (done.address, done.reconnected, done.repeated) == ("ada@example.com", False, False)
    assert done.return_path == "/mailbox"
    row = stored()
    assert (row.user_id, row.status, row.generation) == (ada.user_id, Status.CONNECTED, 1)
    assert row.is_default_sender
    assert row.window_days == 90
    assert row.next_sync_at is not None


async def test_the_consent_screen_is_not_offered_before_the_admin_configured_it(
    ada: Someone, google: FakeProvider, admin: Someone
) -> None:
    provider_setup.set_enabled(admin.user_id, "google", enabled=False)
    with pytest.raises(Refused, match=wording.NOT_CONFIGURED):
        await state(ada)
    assert google.calls == []


@pytest.mark.parametrize("pairs", [[("code", "good")], [("state", ""), ("code", "good")]])
async def test_threat_01_missing_or_empty_state_links_nothing(
    ada: Someone, google: FakeProvider, pairs: Answer
) -> None:
    await state(ada)
    before = written_so_far()
    assert (await refusal(ada, pairs)).user_message == wording.connecting.CONSENT_UNKNOWN
    assert written_so_far() == before
    assert google.count("exchange") == 0


async def test_threat_01_a_foreign_state_links_nothing_in_50_tries(
    ada: Someone, mallory: Someone, google: FakeProvider
) -> None:
    for number in range(50):
        foreign = await state(mallory) if number % 2 else f"guess-{number}"
        assert (await refusal(ada, [("state", foreign), ("code", "good")])).kind == "unknown"
    assert count(Connection, TokenSet) == [0, 0]
    assert google.count("exchange") == 0


async def test_threat_01_another_session_of_the_same_user_links_nothing(ada: Someone, google: FakeProvider) -> None:
    begun = await state(ada)
    elsewhere = Someone(ada.user_id, ada.session_id + 1000)
    assert (await refusal(elsewhere, [("state", begun), ("code", "good")])).kind == "unknown"
    assert google.count("exchange") == 0


async def test_threat_02_twenty_replays_in_parallel_exchange_once(ada: Someone, google: FakeProvider) -> None:
    begun = await state(ada)
    google.delay = 0.2
    done = await asyncio.gather(*(answer(ada, [("state", begun), ("code", "good")]) for _ in range(20)))
    assert google.count("exchange") == 1
    assert sorted(one.repeated for one in done) == [False] + [True] * 19
    assert len({one.connection_id for one in done}) == 1
    assert count(Connection, TokenSet) == [1, 1]
    assert stored().generation == 1


async def test_threat_02_a_replayed_refusal_stays_a_refusal(ada: Someone, google: FakeProvider) -> None:
    begun = await state(ada)
    first = await refusal(ada, [("state", begun), ("code", "bad")])
    assert first.kind == "unproven"
    again = await refusal(ada, [("state", begun), ("code", "good")])
    assert again.user_message == wording.connecting.CONSENT_REPEATED
    assert google.count("exchange") == 1
    assert count(Connection) == [0]


async def test_threat_03_a_state_older_than_ten_minutes_starts_again(ada: Someone, google: FakeProvider) -> None:
    start = datetime(2026, 3, 1, 12, tzinfo=UTC)
    with time_machine.travel(start, tick=False) as clock:
        in_time, late = await state(ada), await state(ada)
        clock.shift(timedelta(minutes=10, seconds=-1))
        assert not (await answer(ada, [("state", in_time), ("code", "good")])).repeated
        clock.shift(timedelta(seconds=1))
        assert (
            await refusal(ada, [("state", late), ("code", "good")])
        ).user_message == wording.connecting.CONSENT_EXPIRED
    assert google.count("exchange") == 1


async def test_threat_05_a_session_that_ends_meanwhile_gets_nothing(ada: Someone, google: FakeProvider) -> None:
    begun = await state(ada)
    asked, answered = google.hold_next()
    running = asyncio.create_task(refusal(ada, [("state", begun), ("code", "good")]))
    await asked.wait()
    with transaction() as session:
        session.exec(delete(UserSession).where(UserSession.id == ada.session_id))
    answered.set()
    assert (await running).kind == "unknown"
    assert count(Connection, TokenSet) == [0, 0]


async def test_threat_06_a_refreshed_callback_is_connected_still_and_once(ada: Someone, google: FakeProvider) -> None:
    begun = await state(ada)
    pairs = [("state", begun), ("code", "good")]
    first = await answer(ada, pairs)
    for _ in range(3):
        again = await answer(ada, pairs)
        assert again.repeated
        assert (again.connection_id, again.address) == (first.connection_id, first.address)
    assert google.count("exchange") == 1
    assert stored().generation == 1


@pytest.mark.parametrize(
    "pairs",
    [
        [],
        [("code", "")],
        [("code", "good"), ("error", "access_denied")],
        [("code", "good"), ("code", "good")],
        [("code", "good"), ("scope", "a"), ("scope", "b")],
        [("error", "access_denied"), ("error", "access_denied")],
        [("code", "good"), ("unheard_of", "1"), ("unheard_of", "2")],
    ],
)
async def test_threat_07_no_code_code_and_error_or_duplicates_link_nothing(
    ada: Someone, google: FakeProvider, pairs: Answer
) -> None:
    begun = await state(ada)
    before = written_so_far()
    assert (await refusal(ada, [("state", begun), *pairs])).user_message == wording.connecting.CONSENT_MALFORMED
    assert written_so_far() == before
    assert google.count("exchange") == 0


async def test_threat_07_a_duplicate_state_links_nothing(ada: Someone, google: FakeProvider) -> None:
    begun = await state(ada)
    pairs = [("state", begun), ("state", begun), ("code", "good")]
    assert (await refusal(ada, pairs)).kind == "malformed"
    assert google.count("exchange") == 0


async def test_threat_10_denied_consent_has_its_exact_words(ada: Someone, google: FakeProvider) -> None:
    begun = await state(ada)
    pairs = [("state", begun), ("error", "access_denied"), ("error_description", "AADSTS65004: declined\r\nTrace")]
    assert (await refusal(ada, pairs)).user_message == wording.CONSENT_DENIED
    assert (await refusal(ada, pairs)).user_message == wording.CONSENT_DENIED
    assert count(Connection) == [0]
    assert google.count("exchange") == 0


async def test_threat_11_a_forged_denial_writes_nothing(database: Engine, ada: Someone, connected: Connect) -> None:
    await connected()
    before = _everything(database)
    for pairs in ([("error", "access_denied")], [("state", "forged"), ("error", "access_denied")]):
        assert (await refusal(ada, pairs)).user_message == wording.connecting.CONSENT_UNKNOWN
    assert _everything(database) == before


async def test_threat_12_a_wrong_issuer_makes_no_token_request(ada: Someone, google: FakeProvider) -> None:
    for issuer in ("https://evil.example.com", "https://provider.example.com/", "", "HTTPS://provider.example.com"):
        pairs = [("state", await state(ada)), ("code", "good"), ("iss", issuer)]
        assert (await refusal(ada, pairs)).user_message == wording.connecting.CONSENT_WRONG_PROVIDER
    assert google.count("exchange") == 0


async def test_threat_12_the_right_issuer_passes(ada: Someone, google: FakeProvider) -> None:
    pairs = [("state", await state(ada)), ("code", "good"), ("iss", "https://provider.example.com")]
    assert (await answer(ada, pairs)).address == google.identity.address


async def test_threat_12_the_other_providers_callback_makes_no_token_request(
    ada: Someone, google: FakeProvider, microsoft: FakeProvider
) -> None:
    pairs = [("state", await state(ada)), ("code", "good")]
    assert (await refusal(ada, pairs, "microsoft")).user_message == wording.connecting.CONSENT_UNKNOWN
    assert google.count("exchange") + microsoft.count("exchange") == 0


@pytest.mark.parametrize("error", ["server_error", "invalid_scope", "interaction_required", "<b>x</b>"])
async def test_threat_12_another_error_has_its_own_text(ada: Someone, google: FakeProvider, error: str) -> None:
    pairs = [("state", await state(ada)), ("error", error)]
    refused = await refusal(ada, pairs)
    assert refused.user_message == wording.connecting.CONSENT_PROVIDER_ERROR
    assert google.count("exchange") == 0


@pytest.mark.parametrize("missing", list(Capability))
async def test_threat_13_a_missing_permission_is_named_and_not_connected(
    ada: Someone, google: FakeProvider, missing: Capability
) -> None:
    google.capabilities = frozenset(Capability) - {missing}
    refused = await refusal(ada, [("state", await state(ada)), ("code", "good")])
    assert refused.user_message == wording.connecting.missing_permissions([missing.value])
    assert count(Connection, TokenSet) == [0, 0]
    assert google.revoked == ["canary-refresh-1"]


async def test_threat_14_no_refresh_token_at_first_connect_is_refused(ada: Someone, google: FakeProvider) -> None:
    google.gives_refresh_token = False
    refused = await refusal(ada, [("state", await state(ada)), ("code", "good")])
    assert refused.user_message == wording.connecting.CONSENT_NO_REFRESH_TOKEN
    assert count(Connection, TokenSet) == [0, 0]


@pytest.mark.parametrize(
    ("call", "error", "kind"),
    [
        ("exchange", ConsentFailed(code="nonce"), "unproven"),
        ("profile", IdentityMismatch(), "identity"),
        ("profile", NoMailbox(), "no_mailbox"),
        ("profile", RuntimeError("unexpected"), "broken"),
    ],
)
async def test_threat_15_what_the_provider_did_not_prove_is_not_stored(
    ada: Someone, google: FakeProvider, call: str, error: Exception, kind: str
) -> None:
    google.fails[call] = error
    refused = await refusal(ada, [("state", await state(ada)), ("code", "good")])
    assert refused.kind == kind
    assert refused.user_message
    assert count(Connection, TokenSet) == [0, 0]


async def test_a_mailbox_outside_the_allowed_domains_is_refused(
    ada: Someone, google: FakeProvider, admin: Someone
) -> None:
    provider_setup.save(
        actor_id=admin.user_id,
        provider="google",
        client_id="client",
        client_secret=None,
        allowed_domains="example.org",
        enabled=True,
    )
    refused = await refusal(ada, [("state", await state(ada)), ("code", "good")])
    assert refused.user_message == wording.connecting.CONSENT_ADDRESS_NOT_ALLOWED
    assert count(Connection) == [0]


async def test_threat_17_a_refused_application_at_the_exchange_is_the_admins_turn(
    ada: Someone, google: FakeProvider
) -> None:
    google.fails["exchange"] = ProviderMisconfigured(code="invalid_client")
    refused = await refusal(ada, [("state", await state(ada)), ("code", "good")])
    assert refused.user_message == wording.PROVIDER_PROBLEM
    with reading() as session:
        assert session.exec(select(Incident)).one().code == "invalid_client"


async def test_a_failed_consent_does_not_revoke_what_a_live_connection_lives_on(
    ada: Someone, mallory: Someone, google: FakeProvider, connected: Connect
) -> None:
    await connected()
    google.capabilities = frozenset()
    await refusal(mallory, [("state", await state(mallory)), ("code", "good")])
    assert google.revoked == []


async def test_the_same_mailbox_again_is_a_reconnect_of_its_row(google: FakeProvider, connected: Connect) -> None:
    first = await connected()
    google.identity = Identity(google.identity.subject, "ada.renamed@example.com")
    second = await connected()
    assert second.connection_id == first.connection_id
    assert second.reconnected
    assert (stored().generation, stored().address) == (2, "ada.renamed@example.com")
    assert count(Connection, TokenSet) == [1, 1]


async def test_another_users_same_mailbox_gets_its_own_row(mallory: Someone, connected: Connect) -> None:
    first = await connected()
    second = await connected(mallory)
    assert first.connection_id != second.connection_id
    assert not second.reconnected


async def test_a_reconnect_hints_at_the_address_and_keeps_the_row(google: FakeProvider, connected: Connect) -> None:
    first = await connected()
    second = await connected(reconnects=first.connection_id)
    assert google.hints == ["", "ada@example.com"]
    assert (second.connection_id, second.reconnected) == (first.connection_id, True)


async def test_threat_16_a_reconnect_with_another_mailbox_changes_nothing(
    ada: Someone, google: FakeProvider, connected: Connect
) -> None:
    first = await connected()
    before = stored().model_dump()
    google.identity = Identity("subject-eve", "eve@example.com")
    begun = await state(ada, reconnects=first.connection_id)
    refused = await refusal(ada, [("state", begun), ("code", "good")])
    assert refused.user_message == wording.connecting.wrong_mailbox("ada@example.com", "eve@example.com")
    assert refused.reconnects == first.connection_id
    assert stored().model_dump() == before


async def test_threat_14_a_reconnect_without_a_refresh_token_changes_nothing(
    ada: Someone, google: FakeProvider, connected: Connect
) -> None:
    first = await connected()
    before = stored().model_dump()
    google.gives_refresh_token = False
    begun = await state(ada, reconnects=first.connection_id)
    assert (await refusal(ada, [("state", begun), ("code", "good")])).kind == "no_refresh_token"
    assert stored().model_dump() == before


async def test_threat_23_a_reconnect_of_somebody_elses_connection_does_not_exist(
    mallory: Someone, connected: Connect
) -> None:
    done = await connected()
    with pytest.raises(NotFound):
        await state(mallory, reconnects=done.connection_id)


async def test_threat_29_a_tab_closed_in_the_middle_still_ends_in_a_whole_connection(
    ada: Someone, google: FakeProvider
) -> None:
    begun = await state(ada)
    asked, answered = google.hold_next()
    tab = asyncio.create_task(answer(ada, [("state", begun), ("code", "good")]))
    await asked.wait()
    tab.cancel()
    answered.set()
    await asyncio.wait([tab])
    assert tab.cancelled()
    again = await answer(ada, [("state", begun), ("code", "good")])
    assert again.repeated
    assert count(Connection, TokenSet) == [1, 1]


async def test_threat_29_nothing_secret_stands_in_the_database(
    database: Engine, ada: Someone, connected: Connect
) -> None:
    begun = await state(ada)
    await connected()
    dump = _everything(database)
    for secret in ("canary-verifier", "canary-access-1", "canary-refresh-1", "canary-secret", begun):
        assert secret not in dump


async def test_an_attempts_flow_is_forgotten_when_it_ends(ada: Someone, google: FakeProvider) -> None:
    begun = await state(ada)
    with reading() as session:
        assert session.exec(select(ConsentAttempt.flow)).one() != ""
    await answer(ada, [("state", begun), ("code", "good")])
    with reading() as session:
        assert session.exec(select(ConsentAttempt.flow)).one() == ""


def _everything(database: Engine) -> str:
    """Every row of every table, as text."""
    if database.dialect.name == "sqlite":
        source = sqlite3.connect(database.url.database or "")
        try:
            # The search index itself cannot be read in order; the tables that it lies in can.
            tables = source.execute("SELECT name FROM sqlite_master WHERE type = 'table' AND sql NOT LIKE '%VIRTUAL%'")
            names = sorted(name for (name,) in tables.fetchall())
            return "\n".join(f"{one}: {source.execute(f'SELECT * FROM [{one}]').fetchall()!r}" for one in names)  # noqa: S608
        finally:
            source.close()
    with reading() as session:
        tables = sorted(Connection.metadata.tables.values(), key=lambda table: table.name)
        return "\n".join(f"{table.name}: {sorted(map(repr, session.execute(table.select())))}" for table in tables)
