"""Who may open which message, and the owner's choice behind it."""

from collections.abc import Callable

import pytest
from sqlalchemy import Engine
from sqlmodel import select

from easycrm.core.db import reading, transaction
from easycrm.core.errors import InvalidInput, NotFound
from easycrm.mail import internal_mail, visibility
from easycrm.mail import reading as reading_pane
from easycrm.mail.connection import Connection
from easycrm.mail.contact import Contact, ContactAddress
from easycrm.mail.visibility import Visibility
from easycrm.notices.audit import AuditEvent
from tests.unit.mail.team import Team


@pytest.fixture
def team(database: Engine) -> Team:
    made = Team()
    made.join("ada")
    made.join("bob")
    return made


@pytest.fixture
def add_contact(team: Team) -> Callable[[str], None]:
    def add(email: str) -> None:
        with transaction() as session:
            contact = Contact(name=email, sort_name=email, created_by=1)
            session.add(contact)
            session.flush()
            session.add(ContactAddress(contact_id=contact.id or 0, email=email, base_email=email))

    return add


def may_read(team: Team, who: str, message_id: int) -> bool:
    with reading() as session:
        try:
            visibility.readable(session, team.members[who].user_id, message_id)
        except NotFound:
            return False
        return True


@pytest.mark.parametrize("level", list(Visibility))
async def test_threat_23_a_colleague_reads_only_where_everything_is_shown(
    team: Team, add_contact: Callable[[str], None], level: Visibility
) -> None:
    add_contact("carl@example.org")
    message = team.mail("ada", "carl@example.org", "ada@example.com")
    visibility.choose(team.members["ada"].user_id, team.members["ada"].connection_id, level)

    assert may_read(team, "ada", message)
    assert may_read(team, "bob", message) == (level is Visibility.EVERYTHING)
    if level is Visibility.EVERYTHING:
        assert "Here they are" in await reading_pane.frame(team.members["bob"].user_id, message, images=False)
    else:
        with pytest.raises(NotFound):
            await reading_pane.frame(team.members["bob"].user_id, message, images=False)


def test_threat_23_mail_in_nobodys_timeline_is_its_owners_alone(team: Team, add_contact: Callable[[str], None]) -> None:
    visibility.choose(team.members["ada"].user_id, team.members["ada"].connection_id, "everything")
    private = team.mail("ada", "family@example.org", "ada@example.com")
    among_us = team.mail("ada", "bob@example.com", "ada@example.com")
    add_contact("ada@example.com")
    add_contact("bob@example.com")

    assert [may_read(team, "ada", one) for one in (private, among_us)] == [True, True]
    assert [may_read(team, "bob", one) for one in (99999, among_us)] == [False, False]
    internal_mail.save(1, hide=False, domains="")
    assert may_read(team, "bob", among_us)


def test_the_default_is_metadata(team: Team) -> None:
    with reading() as session:
        assert set(session.exec(select(Connection.visibility))) == {"metadata"}


def test_the_owner_chooses_and_it_is_audited(team: Team) -> None:
    ada, bob = team.members["ada"], team.members["bob"]
    visibility.choose(ada.user_id, ada.connection_id, "subject")
    visibility.choose(ada.user_id, ada.connection_id, "subject")
    with pytest.raises(NotFound):
        visibility.choose(bob.user_id, ada.connection_id, "everything")
    with pytest.raises(NotFound):
        visibility.create_contacts(bob.user_id, ada.connection_id, wanted=True)
    with pytest.raises(InvalidInput):
        visibility.choose(ada.user_id, ada.connection_id, "public")

    with reading() as session:
        assert session.get_one(Connection, ada.connection_id).visibility == "subject"
        events = session.exec(select(AuditEvent).where(AuditEvent.event == "visibility.changed")).all()
        assert [(one.actor_id, one.subject, one.detail) for one in events] == [
            (ada.user_id, "ada@example.com", "metadata to subject")
        ]
