"""Whom a mailbox's owner writes to becomes a contact, once, and only where and since the owner wants it."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import Engine
from sqlmodel import select

from easycrm.core.clock import now
from easycrm.core.db import reading, transaction
from easycrm.mail import contact_edit, exclusion, visibility, written_to
from easycrm.mail.company_edit import CompanyFields
from easycrm.mail.company_edit import create as create_company
from easycrm.mail.connection import Connection
from easycrm.mail.contact import Contact, ContactAddress, Source
from easycrm.mail.exclusion import Kind
from easycrm.mail.folder import MailFolder
from easycrm.notices.audit import AuditEvent
from easycrm.providers.pages import Address, FetchedMessage
from tests.unit.mail.team import Member, Team

Sync = Callable[..., None]


@pytest.fixture
def ada(database: Engine) -> Member:
    del database
    member = Team().join("ada")
    with transaction() as session:
        session.add(MailFolder(connection_id=member.connection_id, provider_folder_id="SENT", kind="sent"))
    visibility.create_contacts(member.user_id, member.connection_id, wanted=True)
    return member


@pytest.fixture
def sync(ada: Member) -> Sync:
    def run(*to: Address, labels: tuple[str, ...] = ("SENT",), age: timedelta = timedelta(), sender: str = "") -> None:
        message = FetchedMessage(
            provider_message_id="1", provider_thread_id="1", message_id_header="", subject="", to=to, cc=(), bcc=(),
            sender=Address(sender or ada.address), reply_to=(), received_at=now() - age, snippet="", text="", html="",
            unread=False, starred=False, labels=labels,
        )  # fmt: skip
        with transaction() as session:
            written_to.from_sync(session, session.get_one(Connection, ada.connection_id), [message])

    return run


def contacts() -> dict[str, Contact]:
    with reading() as session:
        query = select(ContactAddress.base_email, Contact).where(ContactAddress.contact_id == Contact.id)
        return dict(session.exec(query).all())


def test_people_written_to_become_contacts_once(ada: Member, sync: Sync) -> None:
    company = create_company(ada.user_id, CompanyFields("Example Org", "example.org"))
    for _ in range(2):
        sync(
            Address("grace@example.org", "Grace\nHopper"), Address("grace+x@example.org"), Address("linus@example.net")
        )
    written_to.from_outbox(ada.connection_id, ["Grace <grace@example.org>, barbara@example.net", "", ""])

    found = contacts()
    assert set(found) == {"grace@example.org", "linus@example.net", "barbara@example.net"}
    grace = found["grace@example.org"]
    assert (grace.name, grace.company_id, grace.source, grace.created_by) == (
        "Grace Hopper", company, Source.WRITTEN_TO, ada.user_id
    )  # fmt: skip
    assert found["linus@example.net"].name == "linus@example.net"
    with reading() as session:
        told = session.exec(select(AuditEvent.detail).where(AuditEvent.event == "contacts.added")).all()
    assert told == ["2 people written to", "1 person written to"]


def test_nobody_becomes_a_contact_where_the_owner_did_not_ask(ada: Member, sync: Sync) -> None:
    sync(Address("grace@example.org"), age=timedelta(days=1))
    sync(Address("grace@example.org"), labels=("INBOX",))
    sync(*(Address(f"p{number}@example.org") for number in range(21)))
    visibility.create_contacts(ada.user_id, ada.connection_id, wanted=False)
    sync(Address("grace@example.org"))
    written_to.from_outbox(ada.connection_id, ["grace@example.org"])
    assert contacts() == {}


def test_colleagues_machines_and_whom_a_rule_leaves_out_do_not(ada: Member, sync: Sync) -> None:
    exclusion.add(ada.user_id, ada.user_id, Kind.DOMAIN, "example.net")
    left_out = (
        "bob@example.com",
        ada.address,
        "no-reply@example.org",
        "family@home.example.net",
        "odd",
        "a b@c.example",
    )
    sync(*map(Address, left_out))
    written_to.from_outbox(ada.connection_id, ["family@home.example.net, bob@example.com"])
    assert contacts() == {}


def test_whom_the_team_has_put_away_does_not_come_back(ada: Member, sync: Sync) -> None:
    grace = contact_edit.create(ada.user_id, contact_edit.ContactFields("Grace", "grace@example.org"))
    contact_edit.archive(ada.user_id, grace, archived=True)
    sync(Address("grace@example.org"))
    assert [one.id for one in contacts().values()] == [grace]
