"""Google's own client library drives the simulated People API, unmodified but for where its requests go."""

from collections.abc import Iterator
from typing import Any

import pytest
from googleapiclient.discovery import build
from googleapiclient.errors import HttpError

from tests.contract.conftest import APPLICATIONS
from tests.contract.test_simulator_gmail import HttpToSimulator, consented, unknown_fields
from tests.simulator_process import Simulator

EMAIL = "linus@example.org"
ME = {"resourceName": "people/me"}
EVERYTHING = {**ME, "personFields": "names,emailAddresses,phoneNumbers,organizations,metadata"}


@pytest.fixture
def http(simulator: Simulator, database: object) -> Iterator[HttpToSimulator]:
    del database
    made = HttpToSimulator(simulator.url, consented(simulator, EMAIL))
    yield made
    made.close()


@pytest.fixture
def people(http: HttpToSimulator) -> Any:
    """The library's service, built from the discovery document that comes with it."""
    return build("people", "v1", http=http, static_discovery=True, cache_discovery=False)


def drained(people: Any, **query: Any) -> tuple[list[dict[str, Any]], str]:
    """Everybody, in pages of seven, and the sync token."""
    connections, found = people.people().connections(), []
    request = connections.list(**EVERYTHING, pageSize=7, requestSyncToken=True, **query)
    while True:
        body = request.execute()
        assert unknown_fields(people, "ListConnectionsResponse", body) == []
        found += body.get("connections", [])
        following = connections.list_next(request, body)
        if following is None:
            return found, body["nextSyncToken"]
        assert "nextSyncToken" not in body
        request = following


def test_pages_lead_through_all_contacts_in_googles_schema(people: Any, simulator: Simulator) -> None:
    found, _ = drained(people)

    cards = simulator.get("contacts", email=EMAIL)["contacts"]
    assert [one["resourceName"] for one in found] == [card["id"] for card in cards]
    for one, card in zip(found, cards, strict=True):
        assert [name["displayName"] for name in one.get("names", [])] == [card["name"]]
        assert [email["value"] for email in one.get("emailAddresses", [])] == card["emails"]
        assert [phone["value"] for phone in one.get("phoneNumbers", [])] == card["phones"]


def test_a_sync_token_tells_changes_and_deletions_alone(people: Any, simulator: Simulator) -> None:
    found, token = drained(people)
    changed, deleted = (one["resourceName"] for one in found[:2])
    simulator.post("contacts", email=EMAIL, id=changed, name="Somebody Else")
    simulator.post("contacts/delete", email=EMAIL, id=deleted)
    new = simulator.post("contacts", email=EMAIL, name="New")["ids"][0]

    told, following = drained(people, syncToken=token)

    assert {one["resourceName"]: one["metadata"].get("deleted", False) for one in told} == {
        changed: False,
        deleted: True,
        new: False,
    }
    assert drained(people, syncToken=following)[0] == []


def refused(request: Any) -> tuple[int, str]:
    """The status, and the reason in the ErrorInfo or else the status by name."""
    with pytest.raises(HttpError) as caught:
        request.execute()
    details = caught.value.error_details
    return caught.value.resp.status, details[0]["reason"] if isinstance(details, list) and details else ""


def test_refusals_have_googles_reasons(people: Any, http: HttpToSimulator, simulator: Simulator) -> None:
    connections, client = people.people().connections(), {"provider": "google", "client_id": APPLICATIONS["google"][0]}
    _, token = drained(people)
    good = connections.list(**EVERYTHING)

    assert refused(connections.list(**ME)) == (400, "")
    assert refused(connections.list(**ME, personFields="colour")) == (400, "")
    assert refused(connections.list(**EVERYTHING, pageSize=1001)) == (400, "")
    assert refused(connections.list(**ME, personFields="names", syncToken=token)) == (400, "")
    simulator.post("contacts/cursors/drop", email=EMAIL)
    expired = connections.list(**EVERYTHING, syncToken=token, requestSyncToken=True)
    assert refused(expired) == (400, "EXPIRED_SYNC_TOKEN")
    simulator.post("settings", quota=True, people_requests_per_minute=1)
    assert refused(good) == (429, "RATE_LIMIT_EXCEEDED")
    simulator.post("settings", quota=False)
    simulator.post("clients", **client, people_api_enabled=False)
    assert refused(good) == (403, "SERVICE_DISABLED")
    simulator.post("clients", **client, people_api_enabled=True)
    simulator.post("grants/drop-scope", email=EMAIL, scope="contacts.readonly")
    assert refused(good) == (403, "ACCESS_TOKEN_SCOPE_INSUFFICIENT")
    http.token = "ya29.nobody"
    assert refused(good)[0] == 401
