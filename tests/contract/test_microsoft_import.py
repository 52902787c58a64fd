"""How Graph is read: folders bigger than a delta lists, and tenants that are let in."""

import uuid
from contextlib import aclosing
from dataclasses import replace

import pytest

from easycrm.providers import microsoft_mail
from easycrm.providers.errors import ConsentFailed
from easycrm.providers.microsoft_mail import FIRST, FOLDERS
from tests.contract.conftest import Account, Run
from tests.contract.test_providers import MONTH, Copy, wanted

CONSUMERS = "9188040d-6c67-4c5b-b112-36a304b66dad"
LOGIN = "https://login.microsoftonline.com"


pytestmark = pytest.mark.parametrize("account", ["microsoft"], indirect=True)


@pytest.fixture
def outlook(account: Account) -> Account:
    """A Microsoft 365 mailbox."""
    return account


@pytest.mark.parametrize("pages_at_a_time", [1, 3, 1000])
async def test_a_folder_bigger_than_a_delta_lists_arrives_whole(
    outlook: Account, monkeypatch: pytest.MonkeyPatch, pages_at_a_time: int
) -> None:
    monkeypatch.setattr(microsoft_mail, "DELTA_ENDS_AT", 20)
    outlook.simulator.post("settings", filtered_delta_limit=20)
    await outlook.consent()
    copy = Copy()

    for _ in range(30):
        await copy.follow(outlook, most_pages=copy.pages + pages_at_a_time)

    assert set(copy.messages) == wanted(outlook)
    new = outlook.simulator.post("deliver", email=outlook.email, subject="Fresh")["ids"][0]
    await copy.follow(outlook)
    assert any(new in ident for ident in copy.messages)


async def test_the_first_page_is_the_newest_of_the_inbox_and_folders_are_listed_once(outlook: Account) -> None:
    await outlook.consent()
    outlook.simulator.requests(reset=True)
    run = Run(outlook)

    await outlook.provider.folders(run)
    async with aclosing(outlook.provider.changes(run, {}, MONTH, Copy().known)) as pages:  # pyright: ignore
        first, _, *_ = [page async for page in pages]

    inbox = [one for one in outlook.simulator.truth(outlook.email) if one["folder"] == "inbox"]
    assert [one.provider_message_id for one in first.messages] == [one["id"] for one in inbox[:FIRST]]
    asked = outlook.simulator.requests()["by_route"]
    assert [count for route, count in asked.items() if route.endswith("/me/mailFolders")] == [1]


async def test_drafts_junk_and_deleted_items_have_no_cursor(outlook: Account) -> None:
    for folder in ("drafts", "spam", "trash"):
        outlook.simulator.post("deliver", email=outlook.email, subject="Not imported", folder=folder)
    await outlook.consent()
    copy = Copy()

    await copy.follow(outlook)

    names = {folder.name for folder in await outlook.provider.folders(outlook)}
    assert not names & {"Drafts", "Junk Email", "Deleted Items", "Outbox"}
    assert len(copy.cursors.keys() - {FOLDERS}) == len(names)
    assert all(message.subject != "Not imported" for message in copy.messages.values())


async def test_threat_15_a_token_of_another_tenant_is_refused(outlook: Account) -> None:
    granted = await outlook.consent()
    tenant = granted.identity.subject.partition(":")[0]
    stranger = str(uuid.uuid4())
    for entered in (tenant, tenant.upper()):
        outlook.config = replace(outlook.config, tenant=entered)
        assert (await outlook.consent()).identity == granted.identity
        outlook.simulator.post("id-token", claims={"tid": stranger, "iss": f"{LOGIN}/{stranger}/v2.0"})
        with pytest.raises(ConsentFailed) as refused:
            await outlook.consent()
        assert refused.value.code == "id_token_tenant"
        outlook.simulator.post("id-token")


async def test_threat_15_a_tenant_named_by_its_domain_is_held_to_it(outlook: Account) -> None:
    outlook.config = replace(outlook.config, tenant=outlook.email.partition("@")[2])
    await outlook.consent()
    stranger = str(uuid.uuid4())
    outlook.simulator.post("id-token", claims={"tid": stranger, "iss": f"{LOGIN}/{stranger}/v2.0"})

    with pytest.raises(ConsentFailed) as refused:
        await outlook.consent()

    assert refused.value.code == "id_token_tenant"


@pytest.mark.parametrize(
    "claims",
    [
        {"tid": CONSUMERS, "iss": f"{LOGIN}/{CONSUMERS}/v2.0"},
        {"tid": str(uuid.uuid4())},
        {"iss": f"{LOGIN}/{{tenantid}}/v2.0"},
        {"tid": None},
        {"oid": None},
        {"sub": None},
        {"oid": ""},
        {"tid": 7},
    ],
    ids=str,
)
async def test_threat_15_a_token_that_names_nobody_is_refused(outlook: Account, claims: dict[str, object]) -> None:
    outlook.simulator.post("id-token", claims=claims)

    with pytest.raises(ConsentFailed):
        await outlook.consent()
