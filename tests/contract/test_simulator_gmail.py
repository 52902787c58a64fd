"""Google's own client library drives the simulated Gmail, unmodified but for where its requests go."""

import asyncio
import base64
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httplib2
import pytest
from googleapiclient.discovery import build
from googleapiclient.errors import HttpError
from googleapiclient.http import BatchHttpRequest

from easycrm.providers.registry import PROVIDERS
from tests.contract.conftest import APPLICATIONS, Account
from tests.simulator_process import APP_URL, Simulator

SAMPLES = Path(__file__).parents[2].parent / "shared" / "mail-samples"
EMAIL = "linus@example.org"


class HttpToSimulator(httplib2.Http):
    """Takes real addresses to the simulator, with a bearer token."""

    def __init__(self, url: str, token: str) -> None:
        super().__init__(timeout=30)
        self._url, self.token = url, token

    def request(self, uri: str, method: str = "GET", body: Any = None, headers: Any = None, **more: Any) -> Any:
        assert uri.startswith("https://"), uri
        there = f"{self._url}/{uri.removeprefix('https://')}"
        return super().request(
            there, method, body, {**(headers or {}), "Authorization": f"Bearer {self.token}"}, **more
        )


def consented(simulator: Simulator, email: str, **wishes: object) -> str:
    """An access token of this person."""
    from easycrm.providers.base import ProviderConfig

    config = ProviderConfig("google", *APPLICATIONS["google"], f"{APP_URL}/settings/email/callback/google")
    account = Account(PROVIDERS["google"], config, simulator, email)
    return asyncio.run(account.consent(**wishes)).tokens.access_token


@pytest.fixture
def http(simulator: Simulator, database: object) -> Iterator[HttpToSimulator]:
    del database
    made = HttpToSimulator(simulator.url, consented(simulator, EMAIL))
    yield made
    made.close()


@pytest.fixture
def gmail(http: HttpToSimulator) -> Any:
    """The library's service, built from the discovery document that comes with it."""
    return build("gmail", "v1", http=http, static_discovery=True, cache_discovery=False)


def unknown_fields(service: Any, schema: str, body: Any) -> list[str]:
    """Paths of fields that Google's schema does not have."""
    schemas = service._schema.schemas

    def walk(described: dict[str, Any], value: Any, path: str) -> list[str]:
        if "$ref" in described:
            described = schemas[described["$ref"]]
        if isinstance(value, list):
            return [found for one in value for found in walk(described.get("items", {}), one, path + "[]")]
        if isinstance(value, dict) and "properties" in described:
            known = described["properties"]
            found = [f"{path}.{name}" for name in value if name not in known]
            for name in value.keys() & known.keys():
                found += walk(known[name], value[name], f"{path}.{name}")
            return found
        return []

    return walk({"$ref": schema}, body, schema)


CALLS = [
    ("Profile", lambda users: users.getProfile(userId="me")),
    ("ListLabelsResponse", lambda users: users.labels().list(userId="me")),
    ("ListMessagesResponse", lambda users: users.messages().list(userId="me", q="newer_than:30d", maxResults=5)),
    ("ListThreadsResponse", lambda users: users.threads().list(userId="me")),
    ("ListHistoryResponse", lambda users: users.history().list(userId="me", startHistoryId="1")),
]


@pytest.mark.parametrize(("schema", "call"), CALLS, ids=[schema for schema, _ in CALLS])
def test_answers_have_the_fields_of_googles_schema_and_no_others(gmail: Any, schema: str, call: Any) -> None:
    body = call(gmail.users()).execute()

    assert body
    assert unknown_fields(gmail, schema, body) == []


@pytest.mark.parametrize("shape", ["full", "raw", "metadata", "minimal"])
def test_every_message_is_readable_in_every_format(gmail: Any, shape: str) -> None:
    messages = gmail.users().messages()
    for entry in messages.list(userId="me", maxResults=15).execute()["messages"]:
        body = messages.get(userId="me", id=entry["id"], format=shape).execute()

        assert unknown_fields(gmail, "Message", body) == []
        assert (body["id"], body["threadId"]) == (entry["id"], entry["threadId"])
        if shape == "raw":
            assert b"Subject:" in base64.urlsafe_b64decode(body["raw"])
        assert ("payload" in body) == (shape in ("full", "metadata"))


def test_pages_lead_through_the_whole_mailbox(gmail: Any, simulator: Simulator) -> None:
    messages, ids = gmail.users().messages(), []
    request = messages.list(userId="me", maxResults=20)
    while request is not None:
        body = request.execute()
        ids += [entry["id"] for entry in body.get("messages", [])]
        request = messages.list_next(request, body)

    hidden = ("spam", "trash")
    assert ids == [one["id"] for one in simulator.truth(EMAIL) if one["folder"] not in hidden]


def test_a_thread_holds_its_messages_oldest_first(gmail: Any) -> None:
    entry = gmail.users().messages().list(userId="me", q="subject:Re").execute()["messages"][0]

    body = gmail.users().threads().get(userId="me", id=entry["threadId"]).execute()

    assert unknown_fields(gmail, "Thread", body) == []
    dates = [int(message["internalDate"]) for message in body["messages"]]
    assert dates == sorted(dates)
    assert entry["id"] in [message["id"] for message in body["messages"]]


def test_history_tells_what_happened(gmail: Any, simulator: Simulator) -> None:
    start = gmail.users().getProfile(userId="me").execute()["historyId"]
    new = simulator.post("deliver", email=EMAIL, subject="New")["ids"][0]
    simulator.post("message", email=EMAIL, id=new, action="read")
    simulator.post("message", email=EMAIL, id=new, action="delete")

    body = gmail.users().history().list(userId="me", startHistoryId=start).execute()

    assert unknown_fields(gmail, "ListHistoryResponse", body) == []
    kinds = [key for record in body["history"] for key in record if key not in ("id", "messages")]
    assert kinds == ["messagesAdded", "labelsRemoved", "messagesDeleted"]


def test_a_batch_of_the_library_is_answered_part_by_part(gmail: Any) -> None:
    messages = gmail.users().messages()
    ids = [entry["id"] for entry in messages.list(userId="me", maxResults=24).execute()["messages"]]
    answers: dict[str, Any] = {}
    batch: BatchHttpRequest = gmail.new_batch_http_request(
        callback=lambda ident, body, error: answers.update({ident: error or body})
    )
    for ident in [*ids, "0000000000000000"]:
        batch.add(messages.get(userId="me", id=ident, format="full"), request_id=ident)

    batch.execute()

    assert all(unknown_fields(gmail, "Message", answers[ident]) == [] for ident in ids)
    assert answers["0000000000000000"].resp.status == 404


def test_an_attachment_comes_as_it_was_sent(gmail: Any, simulator: Simulator) -> None:
    raw = (
        b"Subject: File\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n"
        b"--b\r\n\r\ntext\r\n--b\r\n"
        b"Content-Type: application/pdf; name=a.pdf\r\nContent-Disposition: attachment; filename=a.pdf\r\n"
        b"Content-Transfer-Encoding: base64\r\n\r\nJVBERi0=\r\n--b--\r\n"
    )
    encoded = base64.urlsafe_b64encode(raw).decode()
    ident = simulator.post("deliver", email=EMAIL, raw=encoded)["ids"][0]
    messages = gmail.users().messages()
    part = messages.get(userId="me", id=ident).execute()["payload"]["parts"][1]

    found = messages.attachments().get(userId="me", messageId=ident, id=part["body"]["attachmentId"]).execute()

    assert unknown_fields(gmail, "MessagePartBody", found) == []
    assert base64.urlsafe_b64decode(found["data"]) == b"%PDF-"


def reason(error: HttpError) -> tuple[int, str]:
    return error.resp.status, error.error_details[0]["reason"]


def test_refusals_have_googles_reasons(gmail: Any, http: HttpToSimulator, simulator: Simulator) -> None:
    profile, messages = gmail.users().getProfile(userId="me"), gmail.users().messages()
    seen: dict[str, tuple[int, str]] = {}

    def refused(name: str, request: Any) -> None:
        with pytest.raises(HttpError) as caught:
            request.execute()
        seen[name] = reason(caught.value)

    refused("missing", messages.get(userId="me", id="ffffffffffffffff"))
    simulator.post("cursors/drop", email=EMAIL)
    refused("old cursor", gmail.users().history().list(userId="me", startHistoryId="1"))
    simulator.post("faults", match="gmail", status=429, times=1)
    refused("too fast", profile)
    simulator.post("clients", provider="google", client_id=APPLICATIONS["google"][0], api_enabled=False)
    refused("not enabled", profile)
    simulator.post("clients", provider="google", client_id=APPLICATIONS["google"][0], api_enabled=True)
    simulator.post("grants/drop-scope", email=EMAIL, scope="gmail.readonly")
    refused("no scope", profile)
    http.token = "ya29.nobody"
    refused("no token", profile)
    http.token = consented(simulator, "nomailbox@example.com")
    refused("no Gmail", profile)

    assert seen == {
        "missing": (404, "notFound"),
        "old cursor": (404, "notFound"),
        "too fast": (429, "rateLimitExceeded"),
        "not enabled": (403, "accessNotConfigured"),
        "no scope": (403, "insufficientPermissions"),
        "no token": (401, "authError"),
        "no Gmail": (400, "failedPrecondition"),
    }


def test_the_real_samples_are_served_in_every_format(simulator: Simulator, database: object) -> None:
    del database
    if not SAMPLES.is_dir():
        pytest.skip("../shared/mail-samples is missing")
    email = "samples@example.com"
    simulator.post("people", provider="google", email=email, eml_dir=str(SAMPLES))
    http = HttpToSimulator(simulator.url, consented(simulator, email))
    service = build("gmail", "v1", http=http, static_discovery=True, cache_discovery=False)
    messages = service.users().messages()
    entries = messages.list(userId="me", maxResults=500).execute()["messages"]

    for entry in entries:
        for shape in ("full", "raw"):
            body = messages.get(userId="me", id=entry["id"], format=shape).execute()
            assert unknown_fields(service, "Message", body) == []

    assert len(entries) == 103
    http.close()
