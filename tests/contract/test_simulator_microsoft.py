"""msal and joserfc, which know nothing of the simulator, find Entra in it."""

import hashlib
from collections.abc import Iterator
from contextlib import closing
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import httpx
import msal
import pytest
from joserfc import jwt
from joserfc.jwk import KeySet

from tests.contract.to_simulator import ToSimulator
from tests.simulator_process import APP_URL, Simulator

CLIENT_ID, SECRET = "8f1e6a5c-0000-4000-8000-00000000c0de", "demo-microsoft-secret"
CALLBACK = f"{APP_URL}/settings/email/callback/microsoft"
EMAIL, ELSEWHERE = "katherine@example.net", "barbara@example.org"
LOGIN, GRAPH = "https://login.microsoftonline.com", "https://graph.microsoft.com/"
SCOPES = ["email", "User.Read", "Mail.Read", "Mail.Send"]


def application(http: httpx.Client, tenant: str, secret: str) -> msal.ConfidentialClientApplication:
    where = {"authority": f"{LOGIN}/{tenant}", "http_client": http, "instance_discovery": False}
    return msal.ConfidentialClientApplication(CLIENT_ID, client_credential=secret, **where)


class Microsoft:
    """msal's application, and the person in front of it."""

    def __init__(self, simulator: Simulator, tenant: str = "organizations", secret: str = SECRET) -> None:
        self.simulator, self.tenant, self.transport = simulator, tenant, ToSimulator(simulator.url)
        self.http = httpx.Client(transport=self.transport)
        self.application = application(self.http, tenant, secret)

    def close(self) -> None:
        self.http.close()

    def leave(self, **asked: str) -> dict[str, Any]:
        return self.application.initiate_auth_code_flow(SCOPES, redirect_uri=CALLBACK, state="the-state", **asked)

    def exchange(self, flow: dict[str, Any], callback: str) -> dict[str, Any]:
        return self.application.acquire_token_by_auth_code_flow(flow, parameters(callback))

    def sign_in(self, email: str = EMAIL) -> dict[str, Any]:
        flow = self.leave()
        return self.exchange(flow, self.simulator.approve(flow["auth_uri"], email))

    def refresh(self, token: str, scopes: list[str] | None = None) -> dict[str, Any]:
        return self.application.acquire_token_by_refresh_token(token, scopes or SCOPES)

    def keys(self) -> KeySet:
        found = self.http.get(f"{LOGIN}/{self.tenant}/v2.0/.well-known/openid-configuration").json()
        return KeySet.import_key_set(self.http.get(found["jwks_uri"]).json())

    def browse(self, url: str) -> httpx.Response:
        """The page at a real address; redirects out of the simulator are not followed."""
        answer = self.http.get(url)
        while answer.headers.get("location", "").startswith("/"):
            answer = httpx.get(self.simulator.url + answer.headers["location"], trust_env=False)
        return answer


@pytest.fixture
def microsoft(simulator: Simulator) -> Iterator[Microsoft]:
    with closing(Microsoft(simulator)) as made:
        yield made


def parameters(callback: str) -> dict[str, str]:
    return dict(parse_qsl(urlsplit(callback).query))


def tenant_of(simulator: Simulator, email: str) -> str:
    return next(person["tenant_id"] for person in simulator.get("state")["people"] if person["email"] == email)


@pytest.mark.parametrize("email", [EMAIL, ELSEWHERE])
def test_the_code_flow_ends_with_an_id_token_of_the_persons_own_tenant(microsoft: Microsoft, email: str) -> None:
    flow = microsoft.leave()
    token = microsoft.exchange(flow, microsoft.simulator.approve(flow["auth_uri"], email))

    decoded = jwt.decode(token["id_token"], microsoft.keys(), algorithms=["RS256"])
    tenant = tenant_of(microsoft.simulator, email)
    rules: dict[str, Any] = {
        "iss": {"essential": True, "value": f"{LOGIN}/{tenant}/v2.0"},
        "aud": {"essential": True, "value": CLIENT_ID},
        "tid": {"essential": True, "value": tenant},
        "nonce": {"essential": True, "value": hashlib.sha256(flow["nonce"].encode()).hexdigest()},
        "preferred_username": {"essential": True, "value": email},
        "ver": {"essential": True, "value": "2.0"},
        "oid": {"essential": True},
        "exp": {"essential": True},
    }
    jwt.JWTClaimsRegistry(**rules).validate(decoded.claims)
    account = microsoft.application.get_accounts()[0]
    assert account["home_account_id"] == f"{decoded.claims['oid']}.{tenant}"


def test_who_somebody_is_stays_the_same(microsoft: Microsoft) -> None:
    first, second = (microsoft.sign_in()["id_token_claims"] for _ in range(2))

    assert (first["sub"], first["oid"]) == (second["sub"], second["oid"])
    assert first["sub"] != first["oid"]


def test_granted_scopes_come_with_graphs_address_and_without_offline_access(microsoft: Microsoft) -> None:
    microsoft.sign_in()

    granted = set(microsoft.transport.bodies[-1]["scope"].split())
    assert granted == {"openid", "profile", "email", *(GRAPH + scope for scope in SCOPES[1:])}


def test_the_callback_carries_state_and_session_but_no_issuer(microsoft: Microsoft) -> None:
    answer = parameters(microsoft.simulator.approve(microsoft.leave()["auth_uri"], EMAIL))

    assert set(answer) == {"code", "state", "session_state"}
    assert answer["state"] == "the-state"


def test_deny_comes_back_as_access_denied(microsoft: Microsoft) -> None:
    flow = microsoft.leave()

    refused = microsoft.exchange(flow, microsoft.simulator.approve(flow["auth_uri"], EMAIL, allow=False))

    assert refused["error"] == "access_denied"
    assert refused["error_description"].startswith("AADSTS65004")


def test_each_refresh_brings_a_replacement_and_the_old_one_lives_on(microsoft: Microsoft) -> None:
    first = microsoft.sign_in()["refresh_token"]

    second = microsoft.refresh(first)["refresh_token"]

    assert second != first
    assert microsoft.refresh(first)["access_token"]
    assert microsoft.refresh(second)["access_token"]


def told(answer: dict[str, Any]) -> tuple[str, list[int]]:
    assert answer["error_description"].startswith(f"AADSTS{answer['error_codes'][0]}: ")
    assert "\r\nTrace ID: " in answer["error_description"]
    return answer["error"], answer["error_codes"]


@pytest.mark.parametrize(
    ("happens", "expected"),
    [
        ("grants/revoke", ("invalid_grant", [50173])),
        ("grants/expire-refresh", ("invalid_grant", [700082])),
        ("grants/demand-mfa", ("interaction_required", [50076])),
    ],
)
def test_a_grant_that_ended_says_why(microsoft: Microsoft, happens: str, expected: tuple[str, list[int]]) -> None:
    token = microsoft.sign_in()["refresh_token"]
    microsoft.simulator.post(happens, email=EMAIL)

    assert told(microsoft.refresh(token)) == expected
    assert microsoft.refresh(microsoft.sign_in()["refresh_token"])["access_token"]


@pytest.mark.parametrize(
    ("trouble", "expected"),
    [
        ({"client_secret": "another"}, ("invalid_client", [7000215])),
        ({"secret_expired": True}, ("invalid_client", [7000222])),
        ({"deleted": True}, ("unauthorized_client", [700016])),
        ({"disabled": True}, ("unauthorized_client", [7000112])),
    ],
)
def test_a_refused_application_says_why(
    microsoft: Microsoft, trouble: dict[str, Any], expected: tuple[str, list[int]]
) -> None:
    token = microsoft.sign_in()["refresh_token"]
    microsoft.simulator.post("clients", provider="microsoft", client_id=CLIENT_ID, **trouble)

    assert told(microsoft.refresh(token)) == expected


def test_a_scope_taken_away_must_not_be_asked_for(microsoft: Microsoft) -> None:
    token = microsoft.sign_in()["refresh_token"]
    microsoft.simulator.post("grants/drop-scope", email=EMAIL, scope="Mail.Send")

    refused = microsoft.refresh(token)
    assert (*told(refused), refused["suberror"]) == ("invalid_grant", [65001], "consent_required")

    microsoft.refresh(token, [GRAPH + ".default"])
    granted = microsoft.transport.bodies[-1]["scope"]
    assert ("Mail.Read" in granted, "Mail.Send" in granted) == (True, False)


def test_a_code_is_good_once_and_its_tokens_live_on(microsoft: Microsoft) -> None:
    flow = microsoft.leave()
    callback = microsoft.simulator.approve(flow["auth_uri"], EMAIL)
    token = microsoft.exchange(dict(flow), callback)

    assert told(microsoft.exchange(dict(flow), callback)) == ("invalid_grant", [54005])
    assert microsoft.refresh(token["refresh_token"])["access_token"]


def test_a_code_needs_its_verifier_and_lasts_ten_minutes(microsoft: Microsoft) -> None:
    flow = microsoft.leave()
    callback = microsoft.simulator.approve(flow["auth_uri"], EMAIL)
    forged = {**flow, "code_verifier": "another-verifier-of-more-than-forty-three-letters"}
    assert told(microsoft.exchange(forged, callback)) == ("invalid_grant", [501481])

    microsoft.simulator.post("clock", offset_seconds=601)

    assert told(microsoft.exchange(flow, callback)) == ("invalid_grant", [70008])


@pytest.mark.parametrize("named_by", ["id", "domain"])
def test_a_single_tenant_lets_in_its_own_people_only(simulator: Simulator, named_by: str) -> None:
    tenant = tenant_of(simulator, EMAIL) if named_by == "id" else "example.net"
    with closing(Microsoft(simulator, tenant)) as microsoft:
        assert microsoft.sign_in()["id_token_claims"]["tid"] == tenant_of(simulator, EMAIL)
        with pytest.raises(AssertionError, match="AADSTS50020"):
            microsoft.sign_in(ELSEWHERE)
        found = microsoft.http.get(f"{LOGIN}/{tenant}/v2.0/.well-known/openid-configuration").json()
        assert found["issuer"] == f"{LOGIN}/{tenant_of(simulator, EMAIL)}/v2.0"


def test_an_application_of_one_tenant_cannot_be_asked_for_by_organizations(microsoft: Microsoft) -> None:
    tenant = tenant_of(microsoft.simulator, EMAIL)
    microsoft.simulator.post("clients", provider="microsoft", client_id=CLIENT_ID, tenant=tenant)

    assert "AADSTS50194" in microsoft.browse(microsoft.leave()["auth_uri"]).text
    with closing(Microsoft(microsoft.simulator, tenant)) as single:
        assert single.sign_in()["access_token"]


def test_an_unknown_tenant_is_not_found(simulator: Simulator) -> None:
    with httpx.Client(transport=ToSimulator(simulator.url)) as http:
        answer = http.get(f"{LOGIN}/nowhere.example.com/v2.0/.well-known/openid-configuration")
        assert (answer.status_code, *told(answer.json())) == (400, "invalid_tenant", [90002])

        with pytest.raises(ValueError, match="nowhere"):
            application(http, "nowhere.example.com", SECRET).initiate_auth_code_flow(SCOPES, redirect_uri=CALLBACK)


def test_the_issuer_is_a_template_where_any_tenant_may_come(microsoft: Microsoft) -> None:
    found = microsoft.http.get(f"{LOGIN}/organizations/v2.0/.well-known/openid-configuration").json()

    assert found["issuer"] == LOGIN + "/{tenantid}/v2.0"


def test_a_named_account_whose_consent_stands_goes_straight_through(microsoft: Microsoft) -> None:
    assert "Choose an account" in microsoft.browse(microsoft.leave(login_hint=EMAIL)["auth_uri"]).text
    microsoft.sign_in()

    straight = microsoft.browse(microsoft.leave(login_hint=EMAIL)["auth_uri"])
    assert straight.headers["location"].startswith(CALLBACK + "?code=")
    asked = microsoft.browse(microsoft.leave(login_hint=EMAIL, prompt="select_account")["auth_uri"])
    assert "Choose an account" in asked.text


def test_where_an_admin_must_approve_no_callback_ever_comes(microsoft: Microsoft) -> None:
    microsoft.simulator.post("clients", provider="microsoft", client_id=CLIENT_ID, needs_admin=True)
    with pytest.raises(AssertionError, match="AADSTS90094"):
        microsoft.sign_in()

    asked = {"client_id": CLIENT_ID, "redirect_uri": CALLBACK, "state": "of-the-admin", "scope": GRAPH + ".default"}
    back = microsoft.http.get(f"{LOGIN}/example.net/v2.0/adminconsent", params=asked)

    answer = parameters(back.headers["location"])
    assert (answer["admin_consent"], answer["state"]) == ("True", "of-the-admin")
    assert answer["tenant"] == tenant_of(microsoft.simulator, EMAIL)
    assert microsoft.sign_in()["access_token"]


@pytest.mark.parametrize(
    ("changed", "number"),
    [
        ({"redirect_uri": f"{APP_URL}/evil"}, "AADSTS50011"),
        ({"client_id": "unknown"}, "AADSTS700016"),
        ({"code_challenge": ""}, "AADSTS900144"),
    ],
)
def test_a_wrong_request_ends_on_microsofts_own_page(
    microsoft: Microsoft, changed: dict[str, str], number: str
) -> None:
    asked = {**parameters(microsoft.leave()["auth_uri"]), **changed}

    page = microsoft.http.get(f"{LOGIN}/organizations/oauth2/v2.0/authorize", params=asked)

    assert (page.status_code, number in page.text) == (400, True)


def test_the_pages_lead_to_the_callback(microsoft: Microsoft) -> None:
    flow = microsoft.leave(prompt="select_account")
    page = microsoft.browse(flow["auth_uri"])
    assert ELSEWHERE in page.text
    assert "ada@example.com" not in page.text

    sent = {"provider": "microsoft", "request": request_of(page), "email": EMAIL}
    with httpx.Client(base_url=microsoft.simulator.url, trust_env=False) as browser:
        consent = browser.get("/signin/consent", params=sent).text
        back = browser.post("/signin/decide", data={**sent, "decision": "allow"})

    assert all(words in consent for words in ("Read your mail", "Send mail as you", ">Allow<", ">Deny<"))
    assert "<input type=checkbox" not in consent
    assert microsoft.exchange(flow, back.headers["location"])["access_token"]


def request_of(page: httpx.Response) -> str:
    return parameters(str(page.url))["request"]
