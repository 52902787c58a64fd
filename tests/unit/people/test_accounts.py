"""Accounts and the link that makes the first one."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import Engine

from easycrm.core import wording
from easycrm.core.clock import now
from easycrm.core.errors import InvalidInput, Refused
from easycrm.people import accounts, passwords, setup_link

PASSWORD = "correct horse battery"


@pytest.mark.parametrize("email", ["", "ada", "ada@", "@example.com", "ada@exa mple.com", "ada@example.com\r\nBcc: x"])
def test_what_is_no_address_is_refused(email: str, database: Engine) -> None:
    del database
    with pytest.raises(InvalidInput) as refused:
        accounts.create(email=email, password=PASSWORD)

    assert refused.value.field == "email"


@pytest.mark.parametrize("password", ["", "short", "x" * 201, "somebody@example.com"])
def test_a_password_that_is_no_password_is_refused(password: str, database: Engine) -> None:
    del database
    with pytest.raises(InvalidInput) as refused:
        accounts.create(email="somebody@example.com", password=password)

    assert refused.value.field == "password"


def test_passwords_are_kept_as_argon2id() -> None:
    stored = passwords.hashed(PASSWORD)

    assert stored.startswith("$argon2id$")
    assert passwords.fits(PASSWORD, stored)
    assert not passwords.fits(PASSWORD + "x", stored)


def test_an_address_has_one_account_however_it_is_written(database: Engine) -> None:
    del database
    accounts.create(email="ada@example.com", password=PASSWORD)

    with pytest.raises(InvalidInput):
        accounts.create(email="ADA@Example.com", password=PASSWORD)


def test_the_setup_link_makes_one_admin_once(database: Engine) -> None:
    del database
    token = setup_link.issue().partition("token=")[2]
    setup_link.use(token, email="first@example.com", password=PASSWORD)

    assert [(one.email, one.role) for one in accounts.list_all()] == [("first@example.com", "admin")]
    assert setup_link.issue() == ""
    with pytest.raises(Refused):
        setup_link.use(token, email="second@example.com", password=PASSWORD)


def test_a_mistake_in_the_form_leaves_the_setup_link_good(database: Engine) -> None:
    del database
    token = setup_link.issue().partition("token=")[2]
    with pytest.raises(InvalidInput):
        setup_link.use(token, email="first@example.com", password="short")

    accounts.create(email="member@example.com", password=PASSWORD)
    with pytest.raises(InvalidInput, match=wording.people.ADDRESS_TAKEN):
        setup_link.use(token, email="member@example.com", password=PASSWORD)

    setup_link.use(token, email="first@example.com", password=PASSWORD)


def test_of_two_who_use_the_setup_link_at_once_one_becomes_admin(database: Engine) -> None:
    del database
    token = setup_link.issue().partition("token=")[2]

    def use(email: str) -> bool:
        try:
            setup_link.use(token, email=email, password=PASSWORD)
        except Refused:
            return False
        return True

    with ThreadPoolExecutor() as both:
        assert sorted(both.map(use, ("first@example.com", "second@example.com"))) == [False, True]
    assert len(accounts.list_all()) == 1


def test_only_the_newest_setup_link_works_and_for_a_day(database: Engine) -> None:
    del database
    old = setup_link.issue().partition("token=")[2]
    new = setup_link.issue().partition("token=")[2]
    for token in (old, "made-up", ""):
        with pytest.raises(Refused):
            setup_link.use(token, email="first@example.com", password=PASSWORD)
    with time_machine.travel(now() + timedelta(hours=25)), pytest.raises(Refused):
        setup_link.use(new, email="first@example.com", password=PASSWORD)

    assert accounts.list_all() == []
