"""Consent from end to end: the real provider code against the simulator, for both providers."""

import asyncio
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from sqlmodel import func, select

from easycrm.core import wording
from easycrm.core.db import reading, transaction
from easycrm.mail import consent, disconnect, outage, overview, provider_setup, sync, token_vault
from easycrm.mail.connection import Connection, Status
from easycrm.mail.token_set import PendingRevocation, TokenSet
from easycrm.notices import bell
from easycrm.notices.incident import Incident
from easycrm.providers.base import Capability
from easycrm.providers.errors import (
    GrantRevoked,
    ProviderMisconfigured,
    ProviderUnavailable,
    RateLimited,
    UnexpectedRefusal,
)
from tests.simulator_process import Simulator
from tests.unit.mail.conftest import Someone

CLIENTS = {
    "google": ("easycrm-demo.apps.googleusercontent.com", "demo-google-secret"),
    "microsoft": ("8f1e6a5c-0000-4000-8000-00000000c0de", "demo-microsoft-secret"),
}
TOKEN_PATHS = ("oauth2.googleapis.com/token", "/oauth2/v2.0/token")


@dataclass
class Flow:
    """One provider's way of connecting, step by step."""

    provider: str
    email: str
    other_email: str
    simulator: Simulator
    who: Someone

    async def leave(self, **options: object) -> str:
        return await consent.begin(
            user_id=self.who.user_id, session_id=self.who.session_id, provider=self.provider, **options
        )

    async def come_back(self, redirect: str) -> consent.Completed:
        answer = parse_qsl(urlsplit(redirect).query, keep_blank_values=True)
        return await consent.complete(
            user_id=self.who.user_id, session_id=self.who.session_id, provider=self.provider, answer=answer
        )

    def decide(self, url: str, email: str = "", **wishes: Any) -> str:
        return self.simulator.approve(url, email or self.email, **wishes)

    async def connect(self, email: str = "", **options: object) -> consent.Completed:
        return await self.come_back(self.decide(await self.leave(**options), email))

    async def refusal(self, email: str = "", **options: object) -> consent.ConsentRefused:
        with pytest.raises(consent.ConsentRefused) as refused:
            await self.connect(email, **options)
        return refused.value

    def token_requests(self) -> int:
        routes = self.simulator.requests()["by_route"]
        return sum(number for route, number in routes.items() if any(path in route for path in TOKEN_PATHS))

    def live_grants(self) -> list[str]:
        return [grant["email"] for grant in self.simulator.get("state")["grants"] if grant["live"]]


@pytest.fixture(params=["google", "microsoft"])
def flow(request: pytest.FixtureRequest, simulator: Simulator, admin: Someone, ada: Someone) -> Flow:
    client_id, secret = CLIENTS[request.param]
    provider_setup.save(
        actor_id=admin.user_id, provider=request.param, client_id=client_id, client_secret=secret, enabled=True
    )
    people = {
        "google": ("linus@example.org", "grace@example.com"),
        "microsoft": ("barbara@example.org", "edsger@example.net"),
    }
    return Flow(request.param, *people[request.param], simulator, ada)


def rows() -> list[Connection]:
    with reading() as session:
        return list(session.exec(select(Connection)))


def stored() -> tuple[int, int]:
    with reading() as session:
        count = [session.exec(select(func.count()).select_from(table)).one() for table in (Connection, TokenSet)]
    return count[0], count[1]


async def test_the_main_path_ends_connected_with_a_token_that_works(flow: Flow) -> None:
    done = await flow.connect()
    assert done.address == flow.email
    (row,) = rows()
    assert (row.status, row.provider, row.capabilities) == (Status.CONNECTED, flow.provider, "CONTACTS,READ,SEND")
    token = await token_vault.access(done.connection_id, 1).token()
    assert await token_vault.access(done.connection_id, 1).renew(token) != token


async def test_threat_02_a_code_replayed_with_a_fresh_state_links_nothing(flow: Flow) -> None:
    redirect = flow.decide(await flow.leave())
    await flow.come_back(redirect)
    code = dict(parse_qsl(urlsplit(redirect).query))["code"]
    fresh = dict(parse_qsl(urlsplit(await flow.leave()).query))["state"]
    with pytest.raises(consent.ConsentRefused) as refused:
        await flow.come_back(f"http://localhost/?state={fresh}&code={code}")
    assert refused.value.kind == "unproven"
    assert rows()[0].generation == 1


async def test_threat_02_a_double_click_makes_one_token_request(flow: Flow) -> None:
    redirect = flow.decide(await flow.leave())
    before = flow.token_requests()
    done = await asyncio.gather(*(flow.come_back(redirect) for _ in range(20)))
    assert flow.token_requests() - before == 1
    assert sorted(one.repeated for one in done) == [False] + [True] * 19


async def test_threat_10_a_real_denial_has_its_exact_words(flow: Flow) -> None:
    redirect = flow.decide(await flow.leave(), allow=False)
    with pytest.raises(consent.ConsentRefused) as refused:
        await flow.come_back(redirect)
    assert refused.value.user_message == wording.CONSENT_DENIED
    assert stored() == (0, 0)


@pytest.mark.parametrize(
    ("google_scope", "microsoft_scope", "words"),
    [
        ("gmail.readonly", "Mail.Read", "read your email"),
        ("gmail.send", "Mail.Send", "send email as you"),
        ("contacts.readonly", "Contacts.Read", "see your contacts"),
    ],
)
async def test_threat_13_a_scope_left_out_is_named_and_not_connected(
    flow: Flow, google_scope: str, microsoft_scope: str, words: str
) -> None:
    flow.simulator.post("consent", drop_scopes=[google_scope if flow.provider == "google" else microsoft_scope])
    refused = await flow.refusal()
    assert refused.user_message == wording.connecting.missing_permissions([words])
    assert stored() == (0, 0)
    if flow.provider == "google":
        assert flow.live_grants() == []


async def test_threat_14_no_refresh_token_is_not_connected_and_says_why(flow: Flow) -> None:
    flow.simulator.post("consent", omit_refresh_token=True)
    assert (await flow.refusal()).user_message == wording.connecting.CONSENT_NO_REFRESH_TOKEN
    assert stored() == (0, 0)


BENT = {
    "absent": {"omit": True},
    "wrong audience": {"claims": {"aud": "another-client"}},
    "no audience": {"claims": {"aud": None}},
    "wrong issuer": {"claims": {"iss": "https://evil.example.com"}},
    "no issuer": {"claims": {"iss": None}},
    "wrong nonce": {"claims": {"nonce": "another"}},
    "no nonce": {"claims": {"nonce": None}},
    "unsigned": {"alg": "none"},
    "signed with a shared secret": {"alg": "HS256"},
    "signed with another key": {"wrong_key": True},
    "expired": {"claims": {"exp": 1_700_000_000, "iat": 1_699_990_000}},
    "another person": {"claims": {"sub": "1", "oid": "00000000-0000-4000-8000-000000000001"}},
}


@pytest.mark.parametrize("bend", BENT.values(), ids=BENT.keys())
async def test_threat_15_a_bent_id_token_links_nothing(flow: Flow, bend: dict[str, Any]) -> None:
    flow.simulator.post("id-token", **bend)
    refused = await flow.refusal()
    assert refused.kind in ("unproven", "identity")
    assert refused.user_message in (
        wording.connecting.CONSENT_IDENTITY_UNPROVEN,
        wording.connecting.CONSENT_PROFILE_MISMATCH,
    )
    assert stored() == (0, 0)


async def test_threat_16_a_reconnect_with_another_mailbox_is_refused(flow: Flow) -> None:
    done = await flow.connect()
    before = rows()[0].model_dump()
    refused = await flow.refusal(flow.other_email, reconnects=done.connection_id)
    assert refused.user_message == wording.connecting.wrong_mailbox(flow.email, flow.other_email)
    assert rows()[0].model_dump() == before


async def test_a_renamed_mailbox_is_the_same_mailbox(flow: Flow) -> None:
    done = await flow.connect()
    flow.simulator.post("rename", email=flow.email, new_email="renamed@example.org")
    again = await flow.connect("renamed@example.org", reconnects=done.connection_id)
    assert (again.connection_id, again.address) == (done.connection_id, "renamed@example.org")


@pytest.mark.parametrize("trouble", [{"secret_expired": True}, {"disabled": True}, {"client_secret": "changed"}])
async def test_threat_17_a_refused_application_is_one_incident_and_no_reconnect(
    flow: Flow, admin: Someone, trouble: dict[str, Any]
) -> None:
    done = await flow.connect()
    client_id, secret = CLIENTS[flow.provider]
    flow.simulator.post("clients", client_id=client_id, provider=flow.provider, **trouble)
    token = await token_vault.access(done.connection_id, 1).token()
    for _ in range(3):
        with pytest.raises(ProviderMisconfigured):
            await token_vault.access(done.connection_id, 1).renew(token)
    assert rows()[0].status == Status.CONNECTED
    assert bell.of_user(flow.who.user_id) == []
    assert len(bell.of_user(admin.user_id)) == 1
    with reading() as session:
        assert len(session.exec(select(Incident)).all()) == 1

    mended = {"secret_expired": False, "disabled": False, "client_secret": secret}
    flow.simulator.post("clients", client_id=client_id, provider=flow.provider, **mended)
    assert await token_vault.access(done.connection_id, 1).token() != token
    assert bell.of_user(admin.user_id) == []


@pytest.mark.parametrize("how", ["grants/revoke", "grants/expire-refresh"])
async def test_an_ended_grant_asks_for_reauthentication_and_reconnect_mends_it(flow: Flow, how: str) -> None:
    done = await flow.connect()
    flow.simulator.post(how, email=flow.email)
    access = token_vault.access(done.connection_id, 1)
    with pytest.raises(GrantRevoked):
        await access.renew(await access.token())
    assert rows()[0].status == Status.REQUIRES_REAUTHENTICATION
    assert [notice.title for notice in bell.of_user(flow.who.user_id)] == [wording.NEEDS_REAUTHENTICATION]
    again = await flow.connect(reconnects=done.connection_id)
    assert again.connection_id == done.connection_id
    assert rows()[0].status == Status.CONNECTED
    assert bell.of_user(flow.who.user_id) == []


async def test_threat_34_twenty_workers_make_one_token_request_at_the_provider(flow: Flow) -> None:
    done = await flow.connect()
    stale = await token_vault.access(done.connection_id, 1).token()
    before = flow.token_requests()
    fresh = await asyncio.gather(*(token_vault.access(done.connection_id, 1).renew(stale) for _ in range(20)))
    assert flow.token_requests() - before == 1
    assert len(set(fresh)) == 1
    assert rows()[0].status == Status.CONNECTED


@pytest.mark.parametrize(
    "fault",
    [
        {"kind": "html"},
        {"kind": "bad_json"},
        {"kind": "status", "status": 500},
        {"kind": "status", "status": 503, "headers": {"Retry-After": "30"}},
        {"kind": "status", "status": 429, "headers": {"Retry-After": "600"}},
        {"kind": "reset"},
    ],
    ids=["html", "bad json", "500", "503", "429", "cut"],
)
async def test_threat_40_a_broken_token_endpoint_flags_nobody(flow: Flow, fault: dict[str, Any]) -> None:
    done = await flow.connect()
    access = token_vault.access(done.connection_id, 1)
    stale = await access.token()
    flow.simulator.post("faults", match="|".join(TOKEN_PATHS), **fault)
    with pytest.raises((ProviderUnavailable, RateLimited)) as raised:
        await access.renew(stale)
    assert (raised.value.retry_after or 0) == float(fault.get("headers", {}).get("Retry-After", 0))
    assert rows()[0].status == Status.CONNECTED
    flow.simulator.post("faults/clear")
    assert await access.renew(stale) != stale


async def test_a_disconnect_ends_the_grant_where_the_provider_lets_it(flow: Flow) -> None:
    done = await flow.connect()
    receipt = await disconnect.revoke_now(disconnect.disconnect(flow.who.user_id, done.connection_id))
    with reading() as session:
        assert session.exec(select(PendingRevocation)).first() is None
    if flow.provider == "google":
        assert receipt.revocation == "revoked"
        assert flow.live_grants() == []
    else:
        assert receipt.revocation == "not offered"
        assert receipt.link.startswith("https://")


@pytest.mark.parametrize("flow", ["google"], indirect=True)
@pytest.mark.parametrize("status", [400, 500])
async def test_threat_37_googles_failing_revocation_is_kept_for_later(flow: Flow, status: int) -> None:
    done = await flow.connect()
    flow.simulator.post("faults", match="oauth2.googleapis.com/revoke", kind="status", status=status)
    receipt = await disconnect.revoke_now(disconnect.disconnect(flow.who.user_id, done.connection_id))
    assert receipt.revocation == "asked"
    flow.simulator.post("faults/clear")
    with transaction() as session:
        waiting = session.exec(select(PendingRevocation)).one()
        waiting.next_attempt_at = waiting.destroy_at - (waiting.destroy_at - waiting.next_attempt_at) * 2
        session.add(waiting)
    assert await disconnect.revoke_pending() == 1
    assert flow.live_grants() == []


async def test_a_provider_that_cannot_be_reached_at_the_callback_says_so(flow: Flow) -> None:
    redirect = flow.decide(await flow.leave())
    flow.simulator.post("faults", match="|".join(TOKEN_PATHS), kind="status", status=503)
    with pytest.raises(consent.ConsentRefused) as refused:
        await flow.come_back(redirect)
    assert refused.value.kind == "unavailable"
    assert refused.value.user_message == ProviderUnavailable.default_message
    assert stored() == (0, 0)


async def test_an_account_without_a_mailbox_says_so(flow: Flow) -> None:
    address, words = {
        "google": ("nomailbox@example.com", wording.connecting.NO_GMAIL),
        "microsoft": ("nomailbox@example.net", wording.connecting.NO_MAILBOX),
    }[flow.provider]
    assert (await flow.refusal(address)).user_message == words
    assert stored() == (0, 0)


@pytest.mark.parametrize(
    ("google_scope", "microsoft_scope", "missing"),
    [("gmail.send", "Mail.Send", Capability.SEND), ("gmail.readonly", "Mail.Read", Capability.READ)],
)
async def test_a_scope_taken_away_later_is_said_and_the_mailbox_stays_connected(
    flow: Flow, google_scope: str, microsoft_scope: str, missing: Capability
) -> None:
    done = await flow.connect()
    scope = google_scope if flow.provider == "google" else microsoft_scope
    flow.simulator.post("grants/drop-scope", email=flow.email, scope=scope)
    await token_vault.relearn(done.connection_id, 1)
    (row,) = overview.mailboxes(flow.who.user_id)
    assert (row.status, row.missing) == (Status.CONNECTED, (missing.value,))

    await flow.connect(reconnects=done.connection_id)
    (row,) = overview.mailboxes(flow.who.user_id)
    assert row.missing == ()


async def test_a_sync_that_is_denied_finds_out_what_was_taken_away(flow: Flow) -> None:
    done = await flow.connect()
    scope = "gmail.readonly" if flow.provider == "google" else "Mail.Read"
    flow.simulator.post("grants/drop-scope", email=flow.email, scope=scope)
    await sync.sync_mailbox(done.connection_id)
    (row,) = overview.mailboxes(flow.who.user_id)
    assert (row.status, row.missing) == (Status.CONNECTED, (Capability.READ.value,))
    assert bell_titles(flow) == []


async def test_a_sync_that_finds_the_grant_revoked_tells_the_owner_once(flow: Flow) -> None:
    done = await flow.connect()
    flow.simulator.post("grants/revoke", email=flow.email)
    await asyncio.gather(*(sync.sync_mailbox(done.connection_id) for _ in range(5)))
    assert rows()[0].status == Status.REQUIRES_REAUTHENTICATION
    assert bell_titles(flow).count(wording.NEEDS_REAUTHENTICATION) == 1


def bell_titles(flow: Flow) -> list[str]:
    return [notice.title for notice in bell.of_user(flow.who.user_id) if notice.kind == outage.REAUTHENTICATION]


async def test_an_unlisted_refusal_is_retried_then_an_incident_and_never_a_reconnect(
    flow: Flow, admin: Someone
) -> None:
    done = await flow.connect()
    stale = await token_vault.access(done.connection_id, 1).token()
    body = '{"error": "unheard_of", "error_description": "What is this?"}'
    flow.simulator.post("faults", match="|".join(TOKEN_PATHS), status=400, body=body)
    for failures, incidents in ((0, 0), (4, 0), (5, 1)):
        with transaction() as session:
            row = session.exec(select(Connection)).one()
            row.failures = failures
            session.add(row)
        with pytest.raises(UnexpectedRefusal):
            await token_vault.access(done.connection_id, 1).renew(stale)
        assert len(bell.of_user(admin.user_id)) == incidents
    assert rows()[0].status == Status.CONNECTED
    assert bell.of_user(flow.who.user_id) == []
