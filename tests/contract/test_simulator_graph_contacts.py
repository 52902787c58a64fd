"""Microsoft's own client library drives the simulated contacts of Graph."""

from typing import Any

import pytest
from msgraph import GraphServiceClient
from msgraph.generated.models.o_data_errors.o_data_error import ODataError
from msgraph.generated.users.item.contacts.contacts_request_builder import ContactsRequestBuilder
from msgraph.generated.users.item.contacts.delta.delta_request_builder import DeltaRequestBuilder

from tests.contract.test_simulator_graph import EMAIL, config, graph, reasons, transport, unknown_fields
from tests.simulator_process import Simulator

__all__ = ["graph", "transport"]
SMALL = {"Prefer": 'IdType="ImmutableId", odata.maxpagesize=7'}


async def drained(delta: Any, first: Any) -> tuple[list[Any], str]:
    """Everything a delta tells, and its delta link."""
    page, found = await delta.get(request_configuration=first), []
    while True:
        assert page is not None
        assert unknown_fields(page) == []
        found += page.value or []
        if page.odata_delta_link:
            return found, page.odata_delta_link
        page = await delta.with_url(str(page.odata_next_link)).get(request_configuration=config(**SMALL))


async def test_contacts_have_known_fields_and_pages(graph: GraphServiceClient, simulator: Simulator) -> None:
    query = ContactsRequestBuilder.ContactsRequestBuilderGetQueryParameters(top=7)
    page, found = await graph.me.contacts.get(request_configuration=config(query)), []
    while page is not None:
        assert unknown_fields(page) == []
        found += page.value or []
        page = await graph.me.contacts.with_url(page.odata_next_link).get() if page.odata_next_link else None

    cards = simulator.get("contacts", email=EMAIL)["contacts"]
    assert [(one.id, one.display_name) for one in found] == [(card["id"], card["name"]) for card in cards]
    for one, card in zip(found, cards, strict=True):
        assert [address.address for address in one.email_addresses] == card["emails"]


async def test_a_delta_tells_everything_once_and_then_only_changes(
    graph: GraphServiceClient, simulator: Simulator
) -> None:
    delta = graph.me.contacts.delta
    query = DeltaRequestBuilder.DeltaRequestBuilderGetQueryParameters(select=["displayName", "emailAddresses"])
    found, link = await drained(delta, config(query, **SMALL))
    assert [one.id for one in found] == [card["id"] for card in simulator.get("contacts", email=EMAIL)["contacts"]]
    simulator.post("contacts/folder", email=EMAIL, key="customers")
    changed, deleted, moved = (str(one.id) for one in found[:3])
    simulator.post("contacts", email=EMAIL, id=changed, name="Somebody Else")
    simulator.post("contacts/delete", email=EMAIL, id=deleted)
    simulator.post("contacts", email=EMAIL, id=moved, folder="customers")

    told, following = await drained(delta.with_url(link), config(**SMALL))

    removed = {str(one.id): (one.additional_data or {}).get("@removed") for one in told}
    assert set(removed) == {changed, deleted, moved}
    assert removed[changed] is None
    assert (reasons(removed[deleted]), reasons(removed[moved])) == ("deleted", "changed")
    assert (await drained(delta.with_url(following), config(**SMALL)))[0] == []
    folders = await graph.me.contact_folders.get()
    assert folders is not None
    assert unknown_fields(folders) == []
    (folder,) = folders.value or []
    inside = graph.me.contact_folders.by_contact_folder_id(str(folder.id))
    assert [one.id for one in (await drained(inside.contacts.delta, config(**SMALL)))[0]] == [moved]
    children = await inside.child_folders.get()
    assert children is not None
    assert children.value == []


async def test_refusals_have_graphs_codes(graph: GraphServiceClient, transport: Any, simulator: Simulator) -> None:
    seen: list[tuple[int | None, str | None]] = []

    async def refused(call: Any) -> None:
        with pytest.raises(ODataError) as caught:
            await call
        error = caught.value
        seen.append((error.response_status_code, error.error.code if error.error else None))

    _, link = await drained(graph.me.contacts.delta, config(**SMALL))
    simulator.post("contacts/cursors/drop", email=EMAIL)
    await refused(graph.me.contacts.delta.with_url(link).get())
    await refused(graph.me.contact_folders.by_contact_folder_id("nothing").contacts.get())
    simulator.post("grants/drop-scope", email=EMAIL, scope="contacts.read")
    await refused(graph.me.contacts.get())
    assert await graph.me.messages.get() is not None
    transport.token = "nobody"
    await refused(graph.me.contacts.get())

    assert seen == [
        (410, "syncStateNotFound"),
        (404, "ErrorItemNotFound"),
        (403, "ErrorAccessDenied"),
        (401, "InvalidAuthenticationToken"),
    ]
