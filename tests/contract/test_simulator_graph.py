"""Microsoft's own client library drives the simulated Graph, unmodified but for where its requests go."""

from collections.abc import AsyncIterator, Iterable
from pathlib import Path
from typing import Any

import httpx
import pytest
from kiota_abstractions.authentication import AnonymousAuthenticationProvider
from kiota_abstractions.base_request_configuration import RequestConfiguration
from msgraph import GraphRequestAdapter, GraphServiceClient
from msgraph.generated.models.o_data_errors.o_data_error import ODataError
from msgraph.generated.users.item.mail_folders.item.messages.delta.delta_request_builder import DeltaRequestBuilder
from msgraph.generated.users.item.messages.messages_request_builder import MessagesRequestBuilder
from msgraph.graph_request_adapter import options
from msgraph_core import GraphClientFactory

from easycrm.providers.base import ProviderConfig
from easycrm.providers.registry import PROVIDERS
from tests.contract.conftest import APPLICATIONS, Account
from tests.simulator_process import APP_URL, Simulator

SAMPLES = Path(__file__).parents[2].parent / "shared" / "mail-samples"
EMAIL = "barbara@example.org"


class ToSimulatorAsync(httpx.AsyncHTTPTransport):
    """Takes real addresses to the simulator, with a bearer token."""

    def __init__(self, url: str, token: str) -> None:
        super().__init__()
        self._url, self.token = url, token

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        assert request.url.scheme == "https", request.url
        there = httpx.URL(f"{self._url}/{request.url.host}{request.url.raw_path.decode()}")
        headers = {**request.headers, "authorization": f"Bearer {self.token}", "host": there.netloc.decode()}
        content = await request.aread()
        return await super().handle_async_request(
            httpx.Request(request.method, there, headers=headers, content=content, extensions=request.extensions)
        )


@pytest.fixture
async def transport(simulator: Simulator, database: object) -> AsyncIterator[ToSimulatorAsync]:
    del database
    made = ToSimulatorAsync(simulator.url, await consented(simulator, EMAIL))
    yield made
    await made.aclose()


async def consented(simulator: Simulator, email: str) -> str:
    """An access token of this person."""
    config = ProviderConfig("microsoft", *APPLICATIONS["microsoft"], f"{APP_URL}/settings/email/callback/microsoft")
    return (await Account(PROVIDERS["microsoft"], config, simulator, email).consent()).tokens.access_token


@pytest.fixture
def graph(transport: ToSimulatorAsync) -> GraphServiceClient:
    """The library's client over that transport."""
    return client_over(transport)


def client_over(transport: httpx.AsyncBaseTransport) -> GraphServiceClient:
    plain = httpx.AsyncClient(transport=transport)
    client = GraphClientFactory.create_with_default_middleware(client=plain, options=options)
    return GraphServiceClient(request_adapter=GraphRequestAdapter(AnonymousAuthenticationProvider(), client))


def unknown_fields(model: Any, path: str = "") -> list[str]:
    """Paths of fields that the library's models have no place for."""
    if isinstance(model, list):
        return [found for one in model for found in unknown_fields(one, path + "[]")]
    if not hasattr(model, "additional_data"):
        return []
    found = [f"{path}.{name}" for name in model.additional_data if not name.startswith("@")]
    for name, value in model.backing_store.enumerate_() if hasattr(model, "backing_store") else ():
        if name != "additional_data":
            found += unknown_fields(value, f"{path}.{name}")
    return found


def config(query: Any = None, **headers: str) -> Any:
    made: RequestConfiguration[Any] = RequestConfiguration(query_parameters=query)
    for name, value in headers.items():
        made.headers.add(name, value)
    return made


async def test_me_is_the_person_who_consented(graph: GraphServiceClient, simulator: Simulator) -> None:
    me = await graph.me.get()

    person = next(one for one in simulator.get("state")["people"] if one["email"] == EMAIL)
    assert me is not None
    assert (me.id, me.mail) == (person["subject"], EMAIL)
    assert unknown_fields(me) == []


async def test_folders_have_known_fields_and_pages(graph: GraphServiceClient) -> None:
    found = await graph.me.mail_folders.get()

    assert found is not None
    assert unknown_fields(found) == []
    names = {folder.display_name for folder in found.value or []}
    assert {"Inbox", "Sent Items", "Drafts", "Junk Email", "Deleted Items"} <= names
    inbox = await graph.me.mail_folders.by_mail_folder_id("inbox").get()
    assert inbox is not None
    assert inbox.display_name == "Inbox"
    children = await graph.me.mail_folders.by_mail_folder_id("inbox").child_folders.get()
    assert children is not None
    assert unknown_fields(children) == []


async def test_messages_are_filtered_ordered_counted_and_paged(graph: GraphServiceClient, simulator: Simulator) -> None:
    everything = simulator.truth(EMAIL)
    middle = everything[len(everything) // 2]["received_at"]
    from datetime import UTC, datetime

    since = datetime.fromtimestamp(middle, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    query = MessagesRequestBuilder.MessagesRequestBuilderGetQueryParameters(
        filter=f"receivedDateTime ge {since}", orderby=["receivedDateTime desc"], top=7, count=True
    )
    page = await graph.me.messages.get(request_configuration=config(query, Prefer='IdType="ImmutableId"'))
    ids: list[str] = []
    assert page is not None
    total = page.odata_count
    while page is not None:
        assert unknown_fields(page) == []
        ids += [str(message.id) for message in page.value or []]
        page = await graph.me.messages.with_url(page.odata_next_link).get() if page.odata_next_link else None

    expected = [one["id"] for one in everything if int(one["received_at"]) >= int(middle)]
    assert total == len(expected) == len(ids)
    assert ids[:7] == expected[:7]


async def test_a_message_has_only_fields_that_the_library_knows(graph: GraphServiceClient) -> None:
    page = await graph.me.messages.get()
    assert page is not None
    for entry in page.value or []:
        message = await graph.me.messages.by_message_id(str(entry.id)).get()
        assert message is not None
        assert unknown_fields(message) == []
        assert message.body is not None
        assert message.received_date_time is not None
        raw = await graph.me.messages.by_message_id(str(entry.id)).content.get()
        assert b"Subject:" in raw


async def test_an_unknown_property_is_refused(graph: GraphServiceClient) -> None:
    query = MessagesRequestBuilder.MessagesRequestBuilderGetQueryParameters(select=["id", "colour"])
    with pytest.raises(ODataError) as refused:
        await graph.me.messages.get(request_configuration=config(query))

    assert refused.value.response_status_code == 400


async def test_delta_tells_everything_once_and_then_only_changes(
    graph: GraphServiceClient, simulator: Simulator
) -> None:
    delta = graph.me.mail_folders.by_mail_folder_id("inbox").messages.delta
    prefer = {"Prefer": 'IdType="ImmutableId", odata.maxpagesize=5'}
    query = DeltaRequestBuilder.DeltaRequestBuilderGetQueryParameters(select=["subject", "isRead", "parentFolderId"])
    ids, link = await drained(delta, config(query, **prefer), prefer)
    inbox = [one["id"] for one in simulator.truth(EMAIL) if one["folder"] == "inbox"]
    assert sorted(ids) == sorted(inbox)

    moved, deleted, read = inbox[:3]
    simulator.post("message", email=EMAIL, id=moved, action="move", folder="archive")
    simulator.post("message", email=EMAIL, id=deleted, action="delete")
    simulator.post("message", email=EMAIL, id=read, action="read")
    page = await delta.with_url(link).get(request_configuration=config(**prefer))

    assert page is not None
    told = {str(one.id): (one.additional_data or {}).get("@removed") for one in page.value or []}
    assert set(told) == {moved, deleted, read}
    assert told[read] is None
    assert reasons(told[moved]) == "changed"
    assert reasons(told[deleted]) == "deleted"
    archive = graph.me.mail_folders.by_mail_folder_id("archive").messages
    there = await archive.get(request_configuration=config(Prefer='IdType="ImmutableId"'))
    assert there is not None
    assert moved in [message.id for message in there.value or []]


def reasons(removed: Any) -> Any:
    return removed["reason"] if isinstance(removed, dict) else removed.additional_data["reason"]


async def drained(delta: DeltaRequestBuilder, first: Any, prefer: dict[str, str]) -> tuple[list[str], str]:
    page = await delta.get(request_configuration=first)
    ids: list[str] = []
    while page is not None:
        assert unknown_fields(page) == []
        ids += [str(message.id) for message in page.value or []]
        if page.odata_delta_link:
            return ids, page.odata_delta_link
        page = await delta.with_url(str(page.odata_next_link)).get(request_configuration=config(**prefer))
    raise AssertionError("a delta ended without a link")


async def test_a_batch_answers_each_request(transport: ToSimulatorAsync) -> None:
    requests = [
        {"id": "1", "method": "GET", "url": "/me"},
        {"id": "2", "method": "GET", "url": "/me/messages/nothing"},
        {"id": "3", "method": "GET", "url": "/me/mailFolders/inbox?$select=id"},
    ]
    async with httpx.AsyncClient(transport=transport) as client:
        answer = await client.post("https://graph.microsoft.com/v1.0/$batch", json={"requests": requests})

    assert {one["id"]: one["status"] for one in answer.json()["responses"]} == {"1": 200, "2": 404, "3": 200}


def codes(errors: Iterable[ODataError]) -> list[tuple[int | None, str | None]]:
    return [(error.response_status_code, error.error.code if error.error else None) for error in errors]


async def test_refusals_have_graphs_codes(
    graph: GraphServiceClient, transport: ToSimulatorAsync, simulator: Simulator
) -> None:
    seen: list[ODataError] = []

    async def refused(call: Any) -> None:
        with pytest.raises(ODataError) as caught:
            await call
        seen.append(caught.value)

    delta = graph.me.mail_folders.by_mail_folder_id("inbox").messages.delta
    prefer = {"Prefer": "odata.maxpagesize=500"}
    _, link = await drained(delta, config(**prefer), prefer)
    await refused(graph.me.messages.by_message_id("AAMkAD" + "0" * 60).get())
    simulator.post("cursors/drop", email=EMAIL)
    await refused(delta.with_url(link).get())
    simulator.post("grants/drop-scope", email=EMAIL, scope="mail.read")
    await refused(graph.me.messages.get())
    transport.token = "nobody"
    await refused(graph.me.get())
    transport.token = await consented(simulator, "nomailbox@example.net")
    await refused(graph.me.mail_folders.get())

    assert codes(seen) == [
        (404, "ErrorItemNotFound"),
        (410, "syncStateNotFound"),
        (403, "ErrorAccessDenied"),
        (401, "InvalidAuthenticationToken"),
        (404, "MailboxNotEnabledForRESTAPI"),
    ]


async def test_the_real_samples_are_served(simulator: Simulator, database: object) -> None:
    del database
    if not SAMPLES.is_dir():
        pytest.skip("../shared/mail-samples is missing")
    email = "samples@example.net"
    simulator.post("people", provider="microsoft", email=email, eml_dir=str(SAMPLES))
    transport = ToSimulatorAsync(simulator.url, await consented(simulator, email))
    query = MessagesRequestBuilder.MessagesRequestBuilderGetQueryParameters(top=1000)

    page = await client_over(transport).me.messages.get(request_configuration=config(query))

    assert page is not None
    assert len(page.value or []) == 103
    assert unknown_fields(page) == []
    await transport.aclose()
