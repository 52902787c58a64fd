"""One's own account: password, sessions, name and looks."""

from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import Engine

from easycrm.core.clock import now
from easycrm.core.errors import InvalidInput, NotFound, Refused
from easycrm.people import accounts, devices, own_account, sessions, sign_in_limit

PASSWORD = "correct horse battery"
OTHER = "another horse battery"


@pytest.fixture
def ada(database: Engine) -> int:
    """The id of a member."""
    del database
    return accounts.create(email="ada@example.com", password=PASSWORD)


def signed_in(device: str = "") -> tuple[str, int]:
    """A session's cookie and id."""
    cookie = sessions.sign_in("ada@example.com", PASSWORD, client="", device=device)
    found = sessions.resolve(cookie)
    assert found is not None
    return cookie, found.session_id


def test_a_new_password_ends_every_other_session(ada: int) -> None:
    (here, session_id), (there, _) = signed_in(), signed_in()

    own_account.change_password(ada, PASSWORD, OTHER, session_id=session_id)

    assert sessions.resolve(here) is not None
    assert sessions.resolve(there) is None
    assert sessions.sign_in("ada@example.com", OTHER, client="")


@pytest.mark.parametrize(
    ("current", "new", "field"),
    [
        ("wrong horse battery", OTHER, "current"),
        (PASSWORD, "short", "password"),
        (PASSWORD, "ada@example.com", "password"),
    ],
)
def test_a_password_that_cannot_be_changed_stays(ada: int, current: str, new: str, field: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        own_account.change_password(ada, current, new, session_id=0)

    assert refused.value.field == field
    assert sessions.sign_in("ada@example.com", PASSWORD, client="")


def test_threat_46_the_present_password_cannot_be_guessed_here_either(ada: int) -> None:
    for _ in range(sign_in_limit.PER_ACCOUNT):
        with pytest.raises(InvalidInput):
            own_account.change_password(ada, "wrong horse battery", OTHER, session_id=0)

    with pytest.raises(Refused):
        own_account.change_password(ada, PASSWORD, OTHER, session_id=0)


def test_sessions_are_listed_with_their_device_and_ended_one_by_one(ada: int) -> None:
    signed_in("Firefox on Windows")
    with time_machine.travel(now() + timedelta(hours=1)):
        there, session_id = signed_in("Safari on iPhone")
        here, mine = signed_in("Chrome on Linux")
        found = devices.of_user(ada, mine)
        assert [one.name for one in found] == ["Chrome on Linux", "Safari on iPhone", "Firefox on Windows"]
        assert [one.this_one for one in found] == [True, False, False]
        assert now() - found[0].last_used < timedelta(minutes=1)

        devices.sign_out(ada, session_id)
        assert sessions.resolve(there) is None
        assert devices.sign_out_others(ada, mine) == 1
        assert [one.session_id for one in devices.of_user(ada, mine)] == [mine]
        assert sessions.resolve(here) is not None


def test_a_session_that_was_signed_out_is_not_listed(ada: int) -> None:
    cookie, _ = signed_in()
    sessions.sign_out(cookie)

    assert devices.of_user(ada, 0) == []


def test_threat_23_nobody_ends_somebody_elses_session(ada: int) -> None:
    cookie, session_id = signed_in()
    mallory = accounts.create(email="mallory@example.com", password=PASSWORD)

    with pytest.raises(NotFound):
        devices.sign_out(mallory, session_id)
    assert devices.sign_out_others(mallory, 0) == 0
    assert devices.of_user(mallory, 0) == []
    assert sessions.resolve(cookie) is not None
    assert len(devices.of_user(ada, 0)) == 1


@pytest.mark.parametrize(
    ("user_agent", "name"),
    [
        ("(Windows NT 10.0) Chrome/141.0 Safari/537.36 Edg/141.0", "Edge on Windows"),
        ("(Macintosh; Intel Mac OS X 10_15_7) Version/26.0 Safari/605.1.15", "Safari on macOS"),
        ("(X11; Linux x86_64; rv:143.0) Gecko/20100101 Firefox/143.0", "Firefox on Linux"),
        ("(Linux; Android 15) Chrome/141.0 Mobile Safari/537.36", "Chrome on Android"),
        ("(iPhone; CPU iPhone OS 18_6 like Mac OS X) Version/26.0 Safari/604.1", "Safari on iPhone"),
        ("curl/8", ""),
        ("", ""),
    ],
)
def test_a_device_is_named_as_people_call_it(user_agent: str, name: str) -> None:
    assert devices.named(user_agent) == name


def test_name_and_look_are_kept_and_odd_ones_refused(ada: int) -> None:
    assert own_account.rename(ada, " Ada  Lovelace\n") == "Ada Lovelace"
    own_account.choose_theme(ada, "dark")

    assert own_account.theme_of(ada) == "dark"
    with pytest.raises(InvalidInput):
        own_account.rename(ada, " \x00 ")
    with pytest.raises(InvalidInput):
        own_account.choose_theme(ada, "neon")
