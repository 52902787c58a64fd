"""Completion of addresses offers the right people first, and nobody out of a colleague's mail."""

import pytest
from sqlalchemy import Engine

from easycrm.core.db import transaction
from easycrm.mail import contact_choice
from easycrm.mail.contact import Contact, ContactAddress
from easycrm.mail.contact_choice import Person
from tests.unit.mail.team import Team


@pytest.fixture
def team(database: Engine) -> Team:
    made = Team()
    made.join("ada")
    made.join("bob")
    with transaction() as session:
        contact = Contact(name="Grace Hopper", sort_name="grace hopper", created_by=1)
        session.add(contact)
        session.flush()
        address = {"contact_id": contact.id, "email": "grace@example.org", "base_email": "grace@example.org"}
        session.add(ContactAddress(**address))
    return made


def emails(team: Team, text: str, who: str = "ada") -> list[str]:
    return [person.email for person in contact_choice.complete(team.members[who].user_id, text)]


def test_a_contact_is_found_by_any_word_of_the_name_and_by_the_address(team: Team) -> None:
    for text in ("gra", "HOP", " grace@ex"):
        assert contact_choice.complete(team.members["ada"].user_id, text) == [
            Person("Grace Hopper", "grace@example.org")
        ]
    assert emails(team, "race") == []
    assert emails(team, "%") == []
    assert emails(team, "  ") == []


def test_people_of_ones_own_mail_follow_after_contacts_each_once(team: Team) -> None:
    team.mail("ada", "grant@example.net", "ada@example.com")
    team.mail("ada", "ada@example.com", "grant+list@example.net", "grace@example.org")
    assert emails(team, "gra") == ["grace@example.org", "grant@example.net"]


def test_threat_23_a_colleagues_mail_offers_nobody(team: Team) -> None:
    team.mail("bob", "secret@example.net", "bob@example.com")
    assert emails(team, "sec") == []
    assert emails(team, "sec", "bob") == ["secret@example.net"]


def test_old_mail_is_found_by_the_beginning_of_the_address(team: Team) -> None:
    team.mail("ada", "old.friend@example.net", "ada@example.com")
    team.mail("ada", "new@example.net", "ada@example.com")
    found = contact_choice.complete(team.members["ada"].user_id, "old", recent=1)
    assert [person.email for person in found] == ["old.friend@example.net"]


def test_addresses_that_nobody_reads_are_not_offered(team: Team) -> None:
    team.mail("ada", "no-reply@example.net", "ada@example.com")
    team.mail("ada", "north@example.net", "ada@example.com")
    assert emails(team, "no") == ["north@example.net"]
