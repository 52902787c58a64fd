"""Invitations and links for a new password: for one person, once, and for a time."""

from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import Engine
from sqlmodel import select

from easycrm.core import wording
from easycrm.core.clock import now
from easycrm.core.db import reading, transaction
from easycrm.core.errors import InvalidInput, NotFound, Refused
from easycrm.notices import bell
from easycrm.notices.audit import AuditEvent
from easycrm.people import access_links, accounts, directory, sessions
from easycrm.people.access_links import look, use
from easycrm.people.user import AccessLink, User

PASSWORD = "correct horse battery"
OTHER = "another horse battery"


@pytest.fixture
def admin(database: Engine) -> int:
    """The id of an admin."""
    del database
    return accounts.create(email="grace@example.com", role="admin", password=PASSWORD)


@pytest.fixture
def ada(database: Engine) -> int:
    """The id of a member."""
    del database
    return accounts.create(email="ada@example.com", password=PASSWORD)


def token(link: str) -> str:
    return link.partition("#token=")[2]


def invited(admin: int, email: str = "alan@example.com", role: str = "member") -> str:
    return token(access_links.invite(admin, email, role))


def test_an_invitation_makes_one_account_in_its_role_and_signs_it_in(admin: int) -> None:
    value = invited(admin, " Alan@Example.com", "admin")

    assert (look(value).email, look(value).invitation) == ("alan@example.com", True)
    signed_in = sessions.resolve(use(value, name="  Alan  Turing ", password=PASSWORD))

    assert signed_in is not None
    assert (signed_in.email, signed_in.name, signed_in.role) == ("alan@example.com", "Alan Turing", "admin")
    assert directory.one(signed_in.user_id).last_sign_in_at is not None
    for again in (look, lambda one: use(one, name="Eve", password=PASSWORD)):
        with pytest.raises(Refused, match=wording.people.LINK_OVER):
            again(value)
    assert access_links.pending() == []


def test_a_mistake_leaves_the_invitation_good(admin: int) -> None:
    value = invited(admin)
    for name, password, field in [("", PASSWORD, "name"), ("Alan", "short", "password"), ("x" * 201, PASSWORD, "name")]:
        with pytest.raises(InvalidInput) as refused:
            use(value, name=name, password=password)
        assert refused.value.field == field

    assert sessions.resolve(use(value, name="Alan", password=PASSWORD)) is not None


def test_a_link_ends_by_time_by_withdrawal_and_by_a_newer_one(admin: int) -> None:
    late, withdrawn, replaced = invited(admin), invited(admin, "b@example.com"), invited(admin, "c@example.com")
    newer = invited(admin, "c@example.com")
    access_links.withdraw(admin, next(one.id for one in access_links.pending() if one.email == "b@example.com"))

    with time_machine.travel(now() + access_links.INVITATION_LIFETIME + timedelta(seconds=1)):
        assert all(one.expired for one in access_links.pending())
        with pytest.raises(Refused):
            use(late, name="Alan", password=PASSWORD)
    for value in (withdrawn, replaced, "made-up", "", "\x00", "\ud800", "é" * 5000):
        with pytest.raises(Refused):
            use(value, name="Eve", password=PASSWORD)
    assert look(newer).email == "c@example.com"


def test_who_has_an_account_is_not_invited(admin: int, ada: int) -> None:
    del ada
    with pytest.raises(InvalidInput, match="has an account already"):
        access_links.invite(admin, "ADA@example.com", "member")
    with pytest.raises(InvalidInput):
        access_links.invite(admin, "alan@example.com", "owner")


def test_an_address_that_got_an_account_meanwhile_keeps_it(admin: int) -> None:
    value = invited(admin)
    accounts.create(email="alan@example.com", password=PASSWORD)

    with pytest.raises(InvalidInput):
        use(value, name="Eve", password=OTHER)
    assert sessions.sign_in("alan@example.com", PASSWORD, client="")


def test_a_reset_changes_the_password_ends_every_session_and_is_told(admin: int, ada: int) -> None:
    before = sessions.sign_in("ada@example.com", PASSWORD, client="")
    value = token(access_links.reset(admin, ada))
    assert [one.title for one in bell.of_user(ada)] == [wording.people.RESET_TOLD]
    assert sessions.resolve(before) is not None

    after = use(value, name="ignored", password=OTHER)

    assert sessions.resolve(before) is None
    assert sessions.resolve(after) is not None
    assert bell.of_user(ada) == []
    with pytest.raises(Refused, match=wording.people.WRONG_CREDENTIALS):
        sessions.sign_in("ada@example.com", PASSWORD, client="")
    with pytest.raises(Refused, match=wording.people.LINK_OVER):
        use(value, name="", password=PASSWORD)


def test_a_reset_link_is_void_once_its_account_is_deactivated(admin: int, ada: int) -> None:
    value = token(access_links.reset(admin, ada))
    with transaction() as session:
        session.get_one(User, ada).active = False

    with pytest.raises(Refused, match=wording.people.LINK_OVER):
        use(value, name="", password=OTHER)
    with pytest.raises(Refused, match=wording.people.REACTIVATE_FIRST):
        access_links.reset(admin, ada)
    with pytest.raises(NotFound):
        access_links.reset(admin, 99999)


@pytest.mark.parametrize("ended", [{"active": False}, {"role": "member"}])
def test_nobody_comes_back_by_a_link_they_made_while_they_were_admin(
    admin: int, ada: int, ended: dict[str, object]
) -> None:
    values = [invited(admin, role="admin"), token(access_links.reset(admin, ada))]
    with transaction() as session:
        session.get_one(User, admin).sqlmodel_update(ended)

    for value in values:
        with pytest.raises(Refused, match=wording.people.LINK_OVER):
            use(value, name="Eve", password=OTHER)
    assert [one.expired for one in access_links.pending()] == [True]


def test_a_reset_is_no_invitation_to_be_withdrawn(admin: int, ada: int) -> None:
    access_links.reset(admin, ada)
    with reading() as session:
        link_id = session.exec(select(AccessLink.id)).one()

    assert access_links.pending() == []
    with pytest.raises(NotFound):
        access_links.withdraw(admin, link_id or 0)


def test_threat_29_neither_tables_nor_audit_hold_the_link(admin: int, ada: int) -> None:
    values = [invited(admin), token(access_links.reset(admin, ada))]
    with reading() as session:
        rows = [*session.exec(select(AccessLink)), *session.exec(select(AuditEvent))]

    assert len(rows) >= 6
    assert not [row for row in rows for value in values if value in str(row.model_dump())]
