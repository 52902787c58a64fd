"""authlib and joserfc, which know nothing of the simulator, find Google in it."""

import base64
import hashlib
import secrets
from collections.abc import Iterator
from contextlib import closing
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import httpx
import pytest
from authlib.integrations.base_client.errors import OAuthError
from authlib.integrations.httpx_client import OAuth2Client
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet
from selectolax.lexbor import LexborHTMLParser

from tests.contract.to_simulator import ToSimulator
from tests.simulator_process import APP_URL, Simulator

CLIENT_ID, SECRET = "easycrm-demo.apps.googleusercontent.com", "demo-google-secret"
CALLBACK = f"{APP_URL}/settings/email/callback/google"
EMAIL = "ada@example.com"
ACCOUNTS = "https://accounts.google.com"
TOKEN, REVOKE = "https://oauth2.googleapis.com/token", "https://oauth2.googleapis.com/revoke"
GMAIL = "https://www.googleapis.com/auth/gmail."
SCOPE = f"openid email profile {GMAIL}readonly {GMAIL}send"
OFFLINE = {"access_type": "offline", "prompt": "consent"}


class Google:
    """authlib's client, and the person in front of it."""

    def __init__(self, simulator: Simulator, **options: Any) -> None:
        self.simulator, self.transport = simulator, ToSimulator(simulator.url)
        self.plain = httpx.Client(transport=self.transport)
        self.verifier, self.nonce = secrets.token_urlsafe(48), secrets.token_urlsafe(16)
        settings = {"scope": SCOPE, "redirect_uri": CALLBACK, "code_challenge_method": "S256", **options}
        self.client = OAuth2Client(CLIENT_ID, settings.pop("secret", SECRET), transport=self.transport, **settings)

    def close(self) -> None:
        self.client.close()

    def leave(self, **asked: str) -> str:
        url, _ = self.client.create_authorization_url(
            f"{ACCOUNTS}/o/oauth2/v2/auth", code_verifier=self.verifier, nonce=self.nonce, state="the-state", **asked
        )
        return str(url)

    def come_back(self, asked: dict[str, str] | None = None, **wishes: Any) -> str:
        return self.simulator.approve(self.leave(**(OFFLINE if asked is None else asked)), EMAIL, **wishes)

    def exchange(self, callback: str, **changed: Any) -> dict[str, Any]:
        answer = {"authorization_response": callback, "state": "the-state", "code_verifier": self.verifier, **changed}
        return dict(self.client.fetch_token(TOKEN, **answer))

    def sign_in(self) -> dict[str, Any]:
        return self.exchange(self.come_back())

    def keys(self) -> KeySet:
        found = self.plain.get(f"{ACCOUNTS}/.well-known/openid-configuration").json()
        return KeySet.import_key_set(self.plain.get(found["jwks_uri"]).json())

    def who(self, access_token: str) -> httpx.Response:
        userinfo = "https://openidconnect.googleapis.com/v1/userinfo"
        headers = {"Authorization": f"Bearer {access_token}"}
        return self.plain.get(userinfo, headers=headers)


@pytest.fixture
def google(simulator: Simulator) -> Iterator[Google]:
    with closing(Google(simulator)) as made:
        yield made


def parameters(callback: str) -> dict[str, str]:
    return dict(parse_qsl(urlsplit(callback).query))


def test_the_code_flow_ends_with_an_id_token_that_the_published_keys_prove(google: Google) -> None:
    token = google.sign_in()

    decoded = jwt.decode(token["id_token"], google.keys(), algorithms=["RS256"])
    rules: dict[str, Any] = {
        "iss": {"essential": True, "value": ACCOUNTS},
        "aud": {"essential": True, "value": CLIENT_ID},
        "azp": {"essential": True, "value": CLIENT_ID},
        "nonce": {"essential": True, "value": google.nonce},
        "exp": {"essential": True},
        "iat": {"essential": True},
    }
    jwt.JWTClaimsRegistry(**rules).validate(decoded.claims)
    assert (decoded.claims["email"], decoded.claims["email_verified"], decoded.claims["hd"]) == (
        EMAIL,
        True,
        "example.com",
    )
    half = hashlib.sha256(token["access_token"].encode()).digest()[:16]
    assert decoded.claims["at_hash"] == base64.urlsafe_b64encode(half).rstrip(b"=").decode()
    assert google.who(token["access_token"]).json()["sub"] == decoded.claims["sub"]


def test_the_callback_carries_state_issuer_and_what_was_granted(google: Google) -> None:
    answer = parameters(google.come_back())

    assert (answer["state"], answer["iss"]) == ("the-state", ACCOUNTS)
    granted = {"openid", f"{GMAIL}readonly", f"{GMAIL}send"}
    granted |= {f"https://www.googleapis.com/auth/userinfo.{name}" for name in ("email", "profile")}
    assert set(answer["scope"].split()) == granted
    assert set(google.exchange(google.come_back())["scope"].split()) == granted


def test_a_box_left_unticked_is_missing_from_what_was_granted(google: Google) -> None:
    token = google.exchange(google.come_back(scopes=["openid", "email", f"{GMAIL}readonly"]))

    assert f"{GMAIL}send" not in token["scope"]
    assert f"{GMAIL}readonly" in token["scope"]


def test_deny_comes_back_as_access_denied(google: Google) -> None:
    assert parameters(google.come_back(allow=False)) == {"error": "access_denied", "state": "the-state"}


def test_refreshing_brings_an_access_token_and_no_refresh_token(google: Google) -> None:
    token = google.sign_in()

    fresh = google.client.refresh_token(TOKEN, refresh_token=token["refresh_token"])

    assert "refresh_token" not in google.transport.bodies[-1]
    assert fresh["access_token"] != token["access_token"]
    assert google.who(fresh["access_token"]).status_code == 200


@pytest.mark.parametrize(
    ("asked", "granted_before", "comes"),
    [
        ({"access_type": "offline"}, False, True),
        ({"access_type": "offline"}, True, False),
        ({"access_type": "offline", "prompt": "consent"}, True, True),
        ({"access_type": "offline", "prompt": "consent select_account"}, True, True),
        ({"prompt": "consent"}, False, False),
    ],
)
def test_a_refresh_token_needs_offline_access_and_a_fresh_consent(
    google: Google, asked: dict[str, str], granted_before: bool, comes: bool
) -> None:
    if granted_before:
        google.sign_in()

    google.exchange(google.come_back(asked))

    assert ("refresh_token" in google.transport.bodies[-1]) is comes


def test_revoking_one_token_ends_the_whole_grant(google: Google) -> None:
    first, second = google.sign_in(), google.sign_in()

    assert google.client.revoke_token(REVOKE, token=first["refresh_token"]).status_code == 200

    again = google.client.revoke_token(REVOKE, token=first["refresh_token"])
    assert (again.status_code, again.json()["error"]) == (400, "invalid_token")
    assert google.who(second["access_token"]).status_code == 401
    with pytest.raises(OAuthError, match="invalid_grant"):
        google.client.refresh_token(TOKEN, refresh_token=second["refresh_token"])
    assert google.transport.bodies[-1] == {
        "error": "invalid_grant",
        "error_description": "Token has been expired or revoked.",
    }


def test_an_access_token_expires(google: Google) -> None:
    google.simulator.post("settings", access_token_ttl=60)
    token = google.sign_in()
    assert token["expires_in"] == 60
    assert google.who(token["access_token"]).status_code == 200

    google.simulator.post("clock", offset_seconds=61)

    assert google.who(token["access_token"]).status_code == 401


def test_the_oldest_of_more_than_a_hundred_refresh_tokens_dies(google: Google) -> None:
    tokens = [google.sign_in()["refresh_token"] for _ in range(101)]

    with pytest.raises(OAuthError, match="invalid_grant"):
        google.client.refresh_token(TOKEN, refresh_token=tokens[0])
    assert google.client.refresh_token(TOKEN, refresh_token=tokens[1])["access_token"]
    assert google.client.refresh_token(TOKEN, refresh_token=tokens[100])["access_token"]


def test_a_code_used_twice_ends_the_tokens_it_brought_and_no_others(google: Google) -> None:
    earlier = google.sign_in()
    callback = google.come_back()
    token = google.exchange(callback)

    with pytest.raises(OAuthError, match="invalid_grant"):
        google.exchange(callback)

    assert google.who(token["access_token"]).status_code == 401
    with pytest.raises(OAuthError, match="invalid_grant"):
        google.client.refresh_token(TOKEN, refresh_token=token["refresh_token"])
    assert google.client.refresh_token(TOKEN, refresh_token=earlier["refresh_token"])["access_token"]


@pytest.mark.parametrize(
    ("changed", "error"),
    [
        ({"code_verifier": "another-verifier-of-more-than-forty-three-letters"}, "invalid_grant"),
        ({"code_verifier": None}, "invalid_grant"),
        ({"redirect_uri": f"{APP_URL}/elsewhere"}, "redirect_uri_mismatch"),
    ],
)
def test_a_code_is_good_only_with_its_verifier_and_redirect_uri(
    google: Google, changed: dict[str, Any], error: str
) -> None:
    with pytest.raises(OAuthError) as refused:
        google.exchange(google.come_back(), **changed)

    assert refused.value.error == error


def test_a_code_lasts_ten_minutes(google: Google) -> None:
    callback, late = google.come_back(), google.come_back()
    google.simulator.post("clock", offset_seconds=599)
    google.exchange(callback)

    google.simulator.post("clock", offset_seconds=601)

    with pytest.raises(OAuthError, match="invalid_grant"):
        google.exchange(late)


@pytest.mark.parametrize("method", ["client_secret_post", "client_secret_basic"])
def test_the_client_proves_itself_in_the_body_or_by_basic(simulator: Simulator, method: str) -> None:
    with closing(Google(simulator, token_endpoint_auth_method=method)) as right:
        assert right.sign_in()["access_token"]
    with closing(Google(simulator, token_endpoint_auth_method=method, secret="not-the-secret")) as wrong:
        with pytest.raises(OAuthError, match="invalid_client"):
            wrong.sign_in()
        assert wrong.transport.bodies[-1]["error"] == "invalid_client"


@pytest.mark.parametrize("how", ["deleted", "disabled"])
def test_an_ended_application_says_how_it_ended(google: Google, how: str) -> None:
    token = google.sign_in()
    google.simulator.post("clients", provider="google", client_id=CLIENT_ID, **{how: True})

    with pytest.raises(OAuthError, match=f"{how}_client"):
        google.client.refresh_token(TOKEN, refresh_token=token["refresh_token"])
    assert browse(google, google.leave()).status_code == 401


@pytest.mark.parametrize(
    ("bent", "complaint"),
    [({"wrong_key": True}, "bad_signature"), ({"alg": "none"}, "algorithm"), ({"alg": "HS256"}, "algorithm")],
)
def test_a_forged_id_token_does_not_pass_the_published_keys(
    google: Google, bent: dict[str, Any], complaint: str
) -> None:
    google.simulator.post("id-token", **bent)
    token = google.sign_in()

    with pytest.raises((JoseError, ValueError), match=complaint):
        jwt.decode(token["id_token"], google.keys(), algorithms=["RS256"])


def test_claims_can_be_bent_and_the_id_token_left_out(google: Google) -> None:
    google.simulator.post("id-token", claims={"aud": "somebody-else"})
    assert jwt.decode(google.sign_in()["id_token"], google.keys()).claims["aud"] == "somebody-else"

    google.simulator.post("id-token", omit=True)
    google.sign_in()
    assert "id_token" not in google.transport.bodies[-1]


@pytest.mark.parametrize(
    ("changed", "status", "words"),
    [
        ({"redirect_uri": f"{APP_URL}/evil"}, 400, "redirect_uri_mismatch"),
        ({"client_id": "unknown"}, 401, "invalid_client"),
        ({"code_challenge_method": "plain"}, 400, "invalid_request"),
        ({"code_challenge": ""}, 400, "invalid_request"),
        ({"response_type": "token"}, 400, "invalid_request"),
    ],
)
def test_a_wrong_request_ends_on_googles_own_page(
    google: Google, changed: dict[str, str], status: int, words: str
) -> None:
    asked = {**dict(parse_qsl(urlsplit(google.leave()).query)), **changed}

    page = browse(google, str(httpx.URL(f"{ACCOUNTS}/o/oauth2/v2/auth", params=asked)))

    assert (page.status_code, words in page.text) == (status, True)
    assert "location" not in page.headers


def browse(google: Google, url: str) -> httpx.Response:
    """The page at a real address, after the redirects within the simulator."""
    with httpx.Client(follow_redirects=True, trust_env=False) as browser:
        return browser.get(url.replace("https://", google.simulator.url + "/"))


def test_the_pages_lead_to_the_callback_with_what_was_left_ticked(google: Google) -> None:
    page = browse(google, google.leave(**OFFLINE, login_hint="grace@example.com"))
    accounts = [str(button.attributes["value"]) for button in LexborHTMLParser(page.text).css("button[name=email]")]
    assert accounts[0] == "grace@example.com"
    assert set(accounts) >= {"ada@example.com", "grace@example.com", "linus@example.org"}
    assert not any("example.net" in address for address in accounts)

    with httpx.Client(base_url=google.simulator.url, trust_env=False) as browser:
        consent = LexborHTMLParser(browser.get("/signin/consent", params={**hidden(page.text), "email": EMAIL}).text)
        boxes = [str(box.attributes["value"]) for box in consent.css("input[type=checkbox][checked]")]
        sent = {**hidden(consent.html or ""), "scope": f"{GMAIL}readonly", "decision": "allow"}
        back = browser.post("/signin/decide", data=sent)

    assert set(boxes) == {f"{GMAIL}readonly", f"{GMAIL}send"}
    scope = google.exchange(back.headers["location"])["scope"]
    assert (f"{GMAIL}readonly" in scope, f"{GMAIL}send" in scope) == (True, False)


def hidden(page: str) -> dict[str, str]:
    fields = LexborHTMLParser(page).css("input[type=hidden]")
    return {str(field.attributes["name"]): str(field.attributes["value"]) for field in fields}


def test_consent_that_stands_is_asked_for_again_only_on_demand(google: Google) -> None:
    google.sign_in()
    with httpx.Client(base_url=google.simulator.url, trust_env=False) as browser:

        def choose(url: str) -> httpx.Response:
            return browser.get("/signin/consent", params={**hidden(browse(google, url).text), "email": EMAIL})

        assert choose(google.leave(prompt="select_account")).headers["location"].startswith(CALLBACK)
        assert "Allow" in choose(google.leave(prompt="consent")).text
