"""Signing in, being recognised, signing out."""

from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import Engine
from sqlmodel import select

from easycrm.core import wording
from easycrm.core.clock import now
from easycrm.core.db import reading, transaction
from easycrm.core.errors import Refused
from easycrm.people import accounts, passwords, sessions, sign_in_limit
from easycrm.people.user import User, UserSession

PASSWORD = "correct horse battery"


@pytest.fixture
def ada(database: Engine) -> int:
    """The id of a member."""
    del database
    return accounts.create(email="Ada@Example.com", password=PASSWORD)


def signed_in(password: str = PASSWORD, email: str = "ada@example.com", client: str = "192.0.2.1", **more: str) -> str:
    return sessions.sign_in(email, password, client=client, **more)


def test_a_cookie_stands_for_its_owner_until_sign_out(ada: int) -> None:
    cookie = signed_in(email=" ADA@example.com ")

    found = sessions.resolve(cookie)
    assert found is not None
    assert (found.user_id, found.email, found.role) == (ada, "ada@example.com", "member")
    sessions.sign_out(cookie)
    assert sessions.resolve(cookie) is None


def test_the_database_does_not_hold_the_cookie(ada: int) -> None:
    del ada
    cookie = signed_in()

    with reading() as session:
        assert cookie not in session.exec(select(UserSession.token_hash)).one()


@pytest.mark.parametrize("cookie", ["", "made-up", "\x00", "é" * 5000])
def test_a_made_up_cookie_is_nobody(ada: int, cookie: str) -> None:
    del ada
    assert sessions.resolve(cookie) is None


def test_threat_24_signing_in_replaces_the_session_that_was_planted(ada: int) -> None:
    del ada
    planted = signed_in()

    renewed = signed_in(replaces=planted)

    assert renewed != planted
    assert sessions.resolve(planted) is None


def test_a_session_ends_after_fourteen_idle_days_but_not_while_it_is_used(ada: int) -> None:
    del ada
    with time_machine.travel("2026-01-01T00:00:00Z", tick=False) as clock:
        cookie = signed_in()
        for _ in range(5):
            clock.shift(timedelta(days=10))
            assert sessions.resolve(cookie) is not None
        clock.shift(timedelta(days=15))
        assert sessions.resolve(cookie) is None


def test_a_deactivated_account_is_nobody_at_once(ada: int) -> None:
    cookie = signed_in()
    with transaction() as session:
        session.get_one(User, ada).active = False

    assert sessions.resolve(cookie) is None
    with pytest.raises(Refused, match=wording.people.WRONG_CREDENTIALS):
        signed_in()


def test_a_changed_password_ends_every_session(ada: int) -> None:
    cookies = [signed_in(), signed_in()]

    accounts.change_password(ada, "another horse battery")

    assert [sessions.resolve(cookie) for cookie in cookies] == [None, None]
    assert sessions.resolve(signed_in("another horse battery")) is not None


def test_threat_46_guessing_is_limited_per_account(ada: int) -> None:
    del ada
    for number in range(sign_in_limit.PER_ACCOUNT):
        with pytest.raises(Refused, match=wording.people.WRONG_CREDENTIALS):
            signed_in("wrong password", client=f"192.0.2.{number}")

    with pytest.raises(Refused, match=wording.people.TOO_MANY_ATTEMPTS):
        signed_in(client="192.0.2.200")
    with time_machine.travel(now() + sign_in_limit.WINDOW + timedelta(seconds=1)):
        assert sessions.resolve(signed_in()) is not None


def test_threat_46_guessing_is_limited_per_network_address(ada: int, full: bool) -> None:
    del ada
    tries = sign_in_limit.PER_CLIENT
    for number in range(tries):
        if full or number > tries - 5:
            with pytest.raises(Refused, match=wording.people.WRONG_CREDENTIALS):
                signed_in("wrong password", email=f"nobody-{number}@example.com")
        else:
            sign_in_limit.failed(f"nobody-{number}@example.com", "192.0.2.1")

    with pytest.raises(Refused, match=wording.people.TOO_MANY_ATTEMPTS):
        signed_in()


def test_threat_46_an_unknown_account_gets_the_same_answer_for_the_same_work(
    ada: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    del ada
    checked: list[str | None] = []
    real = passwords.fits
    monkeypatch.setattr(passwords, "fits", lambda given, stored: checked.append(stored) or real(given, stored))
    answers: list[str] = []
    for email in ("ada@example.com", "nobody@example.com"):
        with pytest.raises(Refused) as refused:
            signed_in("wrong password", email=email)
        answers.append(refused.value.user_message)

    assert answers == [wording.people.WRONG_CREDENTIALS] * 2
    assert len(checked) == 2
    assert checked[0] is not None
    assert checked[1] is None


def test_threat_46_an_unknown_account_costs_a_whole_verification() -> None:
    assert passwords._nobody().startswith("$argon2id$")
    assert passwords.fits("a password that no account has", None) is False


def test_threat_46_the_limit_hits_unknown_accounts_alike(ada: int) -> None:
    del ada
    answers: dict[str, list[str]] = {"ada@example.com": [], "nobody@example.com": []}
    for email, said in answers.items():
        for number in range(sign_in_limit.PER_ACCOUNT + 1):
            with pytest.raises(Refused) as refused:
                signed_in("wrong password", email=email, client=f"198.51.100.{number}")
            said.append(refused.value.user_message)

    assert answers["ada@example.com"] == answers["nobody@example.com"]
