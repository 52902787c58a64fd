"""Contacts and companies are made, changed, put away and merged; nobody is there twice, and nothing is overwritten."""

import pytest
from sqlalchemy import Engine
from sqlmodel import select

from easycrm.core import wording
from easycrm.core.db import reading
from easycrm.core.errors import InvalidInput, NotFound, Refused
from easycrm.mail import company_edit, contact_choice, contact_edit, contact_list, contact_view
from easycrm.mail.company_edit import CompanyFields
from easycrm.mail.contact_edit import AddressTaken, ContactFields
from easycrm.notices.audit import AuditEvent
from tests.unit.mail.team import Team

GRACE = ContactFields(
    " Grace\tHopper ", "Grace@Example.org\ngrace.h@example.net", "Admiral", "Example Org", "+1 555", "x"
)


@pytest.fixture
def ada(database: Engine) -> int:
    del database
    return Team().join("ada").user_id


@pytest.fixture
def grace(ada: int) -> int:
    return contact_edit.create(ada, GRACE)


def test_what_was_typed_is_kept(ada: int, grace: int) -> None:
    found = contact_view.contact(grace)
    assert (found.name, found.title, found.company, found.phone) == ("Grace Hopper", "Admiral", "Example Org", "+1 555")
    assert found.emails == ("grace@example.org", "grace.h@example.net")
    assert contact_view.of_address("GRACE+x@example.org") == grace
    contact_edit.edit(ada, grace, found.version, ContactFields("Grace", "new@example.org", company="example org"))
    after = contact_view.contact(grace)
    assert (after.emails, after.company_id, after.title) == (("new@example.org",), found.company_id, "")
    assert contact_view.of_address("grace@example.org") == 0
    with reading() as session:
        told = session.exec(select(AuditEvent.event).order_by(AuditEvent.id)).all()  # pyright: ignore
    assert told == ["contact.created", "contact.edited"]


def test_a_contact_without_a_name_goes_by_its_address(ada: int) -> None:
    ident = contact_edit.create(ada, ContactFields("", "linus@example.org"))
    assert contact_view.contact(ident).name == "linus@example.org"


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        (ContactFields("", ""), "name"),
        (ContactFields("x" * 201), "name"),
        (ContactFields("Linus", "linus"), "emails"),
        (ContactFields("Linus", "linus@example.org, nonsense@"), "emails"),
        (ContactFields("Linus", "li\x00nus@example.org"), "emails"),
        (ContactFields("Linus", "\n".join(f"l{n}@example.org" for n in range(51))), "emails"),
        (ContactFields("Linus", phone="1" * 101), "phone"),
        (ContactFields("Linus", notes="x" * 20_001), "notes"),
        (ContactFields("Linus", company="x" * 201), "company"),
    ],
)
def test_what_cannot_be_used_is_said_and_nothing_is_made(ada: int, fields: ContactFields, field: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        contact_edit.create(ada, fields)
    assert refused.value.field == field
    assert contact_list.contacts(ada).rows == []
    assert contact_list.companies().rows == []


def test_an_address_that_somebody_has_is_refused_with_the_name(ada: int, grace: int) -> None:
    with pytest.raises(AddressTaken) as refused:
        contact_edit.create(ada, ContactFields("G.", "GRACE+news@example.org", company="Never Made"))
    assert refused.value.user_message == "grace+news@example.org belongs to the contact Grace Hopper"
    assert refused.value.contact_id == grace
    linus = contact_edit.create(ada, ContactFields("Linus", "linus@example.org"))
    with pytest.raises(AddressTaken):
        contact_edit.edit(ada, linus, 1, ContactFields("Linus", "grace.h@example.net"))
    assert contact_view.contact(linus).emails == ("linus@example.org",)
    assert [row.name for row in contact_list.companies().rows] == ["Example Org"]


def test_of_two_people_who_edit_at_once_the_second_is_told(ada: int, grace: int) -> None:
    contact_edit.edit(ada, grace, 1, ContactFields("First"))
    with pytest.raises(Refused, match=wording.contacts.CHANGED_MEANWHILE):
        contact_edit.edit(ada, grace, 1, ContactFields("Second"))
    assert contact_view.contact(grace).name == "First"


def test_an_archived_contact_leaves_its_addresses_to_others(ada: int, grace: int) -> None:
    contact_edit.archive(ada, grace, archived=True)
    contact_edit.archive(ada, grace, archived=True)
    assert contact_list.contacts(ada).rows == []
    assert contact_choice.complete(ada, "grace") == []
    assert [row.id for row in contact_list.contacts(ada, archived=True).rows] == [grace]
    other = contact_edit.create(ada, ContactFields("Other", "grace@example.org"))
    with pytest.raises(AddressTaken):
        contact_edit.archive(ada, grace, archived=False)
    assert contact_view.contact(grace).archived
    contact_edit.archive(ada, other, archived=True)
    contact_edit.archive(ada, grace, archived=False)
    assert contact_view.of_address("grace@example.org") == grace


def test_merged_contacts_have_everything_of_both(ada: int, grace: int) -> None:
    other = contact_edit.create(ada, ContactFields("G. Hopper", "hopper@example.com", "Captain", notes="y"))
    contact_edit.merge(ada, other, grace)
    found = contact_view.contact(other)
    assert (found.name, found.title, found.phone, found.notes) == ("G. Hopper", "Captain", "+1 555", "y\n\nx")
    assert set(found.emails) == {"grace@example.org", "grace.h@example.net", "hopper@example.com"}
    assert found.company == "Example Org"
    with pytest.raises(NotFound):
        contact_view.contact(grace)
    with pytest.raises(Refused):
        contact_edit.merge(ada, other, other)
    with pytest.raises(NotFound):
        contact_edit.merge(ada, other, grace)
    archived = contact_edit.create(ada, ContactFields("Old"))
    contact_edit.archive(ada, archived, archived=True)
    with pytest.raises(Refused):
        contact_edit.merge(ada, other, archived)


def test_what_does_not_exist_is_not_found(ada: int) -> None:
    for act in (
        lambda: contact_edit.edit(ada, 99, 1, GRACE),
        lambda: contact_edit.archive(ada, 99, archived=True),
        lambda: company_edit.edit(ada, 99, 1, CompanyFields("x")),
        lambda: company_edit.archive(ada, 99, archived=True),
    ):
        with pytest.raises(NotFound):
            act()


def test_companies_are_made_changed_and_put_away(ada: int) -> None:
    ident = company_edit.create(ada, CompanyFields("Example", "https://Bücher.example/", "example.com/x", " n "))
    found = contact_view.company(ada, ident)
    assert (found.domain, found.website, found.notes) == ("bücher.example", "https://example.com/x", "n")
    for fields, field in (
        (CompanyFields("EXAMPLE"), "name"), (CompanyFields("Other", "bücher.example"), "domain"),
        (CompanyFields(""), "name"), (CompanyFields("Other", "nodomain"), "domain"),
        (CompanyFields("Other", website="javascript://example.com/%0aalert(1)"), "website"),
        (CompanyFields("Other", website="https://user@example.com"), "website"),
    ):  # fmt: skip
        with pytest.raises(InvalidInput) as refused:
            company_edit.create(ada, fields)
        assert refused.value.field == field
    company_edit.edit(ada, ident, 1, CompanyFields("Example Two"))
    with pytest.raises(Refused):
        company_edit.edit(ada, ident, 1, CompanyFields("Example Three"))
    company_edit.archive(ada, ident, archived=True)
    assert contact_list.companies().rows == []
    company_edit.create(ada, CompanyFields("Example Two"))
    with pytest.raises(InvalidInput):
        company_edit.archive(ada, ident, archived=False)


def test_contacts_are_searched_and_paged_without_gaps(ada: int) -> None:
    names = [f"{'AÄaß'[number % 4]}da {number:03}" for number in range(30)]
    for number, name in enumerate(names):
        contact_edit.create(ada, ContactFields(name, f"p{number}@example.org", company=f"Org {number % 3}"))
    found, after = [], None
    while True:
        page = contact_list.contacts(ada, after=after, limit=7)
        found += [row.id for row in page.rows]
        after = page.next_after
        if after is None:
            break
    assert len(found) == len(set(found)) == 30
    assert [row.name for row in contact_list.contacts(ada, text="da 017").rows] == ["Äda 017"]
    assert len(contact_list.contacts(ada, text="P29@").rows) == 1
    assert len(contact_list.contacts(ada, text="org 1").rows) == 10
    assert contact_list.contacts(ada, text="%").rows == []
    assert [row.people for row in contact_list.companies(text="org").rows] == [10, 10, 10]
