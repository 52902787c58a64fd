"""Imported contacts become the team's by their owner's act alone, and nobody is there twice."""

import pytest
from sqlalchemy import Engine
from sqlmodel import select

from easycrm.core.db import reading, transaction
from easycrm.core.errors import NotFound
from easycrm.mail import contact_choice, contact_store, imported
from easycrm.mail.company import Company
from easycrm.mail.connection import Connection
from easycrm.mail.contact import Contact, ContactAddress, Source, addresses_of
from easycrm.mail.team_contacts import Added, add_to_team
from easycrm.notices.audit import AuditEvent
from easycrm.providers.contacts import ContactPage, FetchedContact
from tests.unit.mail.team import Member, Team

PEOPLE = (
    FetchedContact(
        "1", "Mara Lindqvist", ("mara@example.org", "mara+b@example.net"), ("+1 555 0100",), "example.org", "Buyer"
    ),
    FetchedContact("2", "山田 太郎", ("yamada@example.jp",), (), "EXAMPLE.org"),
    FetchedContact("3", "Only Phone", (), ("+1 555 0101",)),
)


@pytest.fixture
def ada(database: Engine) -> Member:
    """Somebody with three imported contacts."""
    member = Team().join("ada")
    with transaction() as session:
        session.get_one(Connection, member.connection_id).capabilities = "CONTACTS"
    turn = contact_store.claim(member.connection_id)
    assert turn is not None
    contact_store.commit_page(turn, ContactPage(PEOPLE, "read", whole=True), first=True)
    return member


def imported_ids(user_id: int) -> list[int]:
    with reading() as session:
        return [one.id for one in imported.of_user(session, user_id)]


def test_they_come_with_everything_and_share_their_company(ada: Member) -> None:
    added = add_to_team(ada.user_id, imported_ids(ada.user_id))

    assert (len(added.new), added.known) == (3, ())
    with reading() as session:
        contacts = {one.name: one for one in session.exec(select(Contact))}
        (company,) = session.exec(select(Company)).all()
        addresses = addresses_of(session, list(added.new))
        assert session.exec(select(AuditEvent.actor_id).where(AuditEvent.event == "contacts.added")).all() == [
            ada.user_id
        ]
    mara = contacts["Mara Lindqvist"]
    assert (mara.title, mara.phone, mara.source, mara.created_by) == (
        "Buyer",
        "+1 555 0100",
        Source.IMPORTED,
        ada.user_id,
    )
    assert [one.base_email for one in addresses[mara.id or 0]] == ["mara@example.org", "mara@example.net"]
    assert contacts["山田 太郎"].company_id == mara.company_id == company.id
    assert contacts["Only Phone"].company_id is None


def test_whom_the_team_knows_is_not_doubled_nor_changed(ada: Member) -> None:
    with transaction() as session:
        session.add(Contact(id=7, name="M. L.", sort_name="m. l.", created_by=1))
        session.flush()
        session.add(ContactAddress(contact_id=7, email="mara@example.net", base_email="mara@example.net"))
    first = add_to_team(ada.user_id, imported_ids(ada.user_id))

    again = add_to_team(ada.user_id, imported_ids(ada.user_id))

    assert first.known == (7,)
    assert (again.new, sorted(again.known)) == ((), sorted([*first.new, 7]))
    with reading() as session:
        assert session.get_one(Contact, 7).name == "M. L."
        assert len(session.exec(select(Contact)).all()) == 3


def test_threat_23_nobody_adds_what_is_somebody_elses(ada: Member) -> None:
    stranger = Team().join("mallory").user_id

    with pytest.raises(NotFound):
        add_to_team(stranger, imported_ids(ada.user_id))

    with reading() as session:
        assert session.exec(select(Contact)).all() == []
    assert add_to_team(stranger, []) == Added((), ())


def test_threat_23_ones_own_imported_contacts_are_offered_as_recipients_to_oneself_alone(ada: Member) -> None:
    stranger = Team().join("mallory").user_id

    assert [one.email for one in contact_choice.complete(ada.user_id, "lindq")] == [
        "mara@example.org",
        "mara+b@example.net",
    ]
    assert [one.email for one in contact_choice.complete(ada.user_id, "yamada@")] == ["yamada@example.jp"]
    assert contact_choice.complete(stranger, "lindq") == []
    assert contact_choice.complete(stranger, "yamada@") == []
