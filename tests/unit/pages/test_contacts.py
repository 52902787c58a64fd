"""The pages of contacts: what their address asks for is what they show."""

from easycrm.core.db import transaction
from easycrm.mail import contact_edit
from easycrm.mail.contact_edit import ContactFields
from easycrm.pages.contact_state import ContactState
from easycrm.pages.contacts_state import ContactsState
from easycrm.pages.refresh import refresh
from easycrm.pages.shell import ShellState
from tests.unit.pages.conftest import Tab, address_of, user_of


async def test_an_address_leads_to_its_contact_or_to_a_new_one(ada: Tab) -> None:
    grace = contact_edit.create(user_of(ada), ContactFields("Grace", "grace@example.org"))
    ada.go("/contacts?address=Grace%2Bx@example.org&name=G")
    assert [address_of(event) for event in await ada.call(ContactState.load)] == [f"/contacts?contact={grace}"]
    ada.go("/contacts?address=linus@example.org&name=Linus")
    (event,) = await ada.call(ContactState.load)
    ada.go(address_of(event))
    await ada.call(ContactState.load)
    state = ada.state(ContactState)
    assert (state.creating, state.name, state.emails_text) == (True, "Linus", "linus@example.org")


async def test_a_list_reaches_everybody_page_by_page(ada: Tab) -> None:
    with transaction() as session:
        for number in range(70):
            session.add(contact_edit.Contact(name=f"P {number:02}", sort_name=f"p {number:02}", created_by=1))
    found, address = [], "/contacts"
    while address:
        ada.go(address)
        await ada.call(ContactsState.load)
        found += [item.name for item in ada.state(ContactsState).people]
        address = ada.state(ContactsState).further
    assert found == [f"P {number:02}" for number in range(70)]


async def test_a_change_by_somebody_else_leaves_the_form_as_it_is_and_is_not_overwritten(ada: Tab) -> None:
    grace = contact_edit.create(user_of(ada), ContactFields("Grace"))
    ada.go(f"/contacts?contact={grace}")
    await ada.call(ContactState.load)
    await ada.call(ContactState.edit)
    contact_edit.edit(1, grace, 1, ContactFields("Grace Hopper"))
    await refresh(ada.state(ShellState), user_of(ada))
    await ada.call(ContactState.save, {"name": "G."})
    state = ada.state(ContactState)
    assert (state.editing, state.name, state.wrong != "") == (True, "Grace", True)
