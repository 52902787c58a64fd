"""Admins change roles and accounts, and nobody locks everybody out."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import Engine

from easycrm.core import wording
from easycrm.core.errors import EasyCRMError, InvalidInput, NotFound, Refused
from easycrm.mail import leaving
from easycrm.people import accounts, directory, sessions

PASSWORD = "correct horse battery"


@pytest.fixture
def admins(database: Engine) -> list[int]:
    """The ids of two admins."""
    del database
    return [accounts.create(email=f"{one}@example.com", role="admin", password=PASSWORD) for one in ("ada", "grace")]


def member(email: str = "alan@example.com", name: str = "Alan") -> int:
    return accounts.create(email=email, name=name, password=PASSWORD)


def test_people_are_found_by_a_part_of_name_or_address(admins: list[int]) -> None:
    del admins
    member(name="Ångström %")

    assert [one.email for one in directory.page().people] == [
        "ada@example.com",
        "alan@example.com",
        "grace@example.com",
    ]
    assert [one.email for one in directory.page(" GRA").people] == ["grace@example.com"]
    assert [one.email for one in directory.page("ngström").people] == ["alan@example.com"]
    assert [one.email for one in directory.page("%").people] == ["alan@example.com"]
    assert directory.page("\x00nobody").people == []


def test_a_long_list_comes_in_pages_without_gaps(admins: list[int], monkeypatch: pytest.MonkeyPatch) -> None:
    del admins
    monkeypatch.setattr(directory, "PAGE", 2)
    member()
    seen, after = [], ""
    for _ in range(2):
        page = directory.page(after=after)
        seen += [one.email for one in page.people]
        after = page.after

    assert after == ""
    assert seen == sorted(seen)
    assert len(seen) == directory.count() == 3


def test_a_role_counts_at_once_and_never_for_oneself(admins: list[int]) -> None:
    alan = member()
    cookie = sessions.sign_in("alan@example.com", PASSWORD, client="")

    directory.change_role(admins[0], alan, "admin")

    signed_in = sessions.resolve(cookie)
    assert signed_in is not None
    assert signed_in.is_admin
    with pytest.raises(Refused, match=wording.people.OWN_ROLE):
        directory.change_role(admins[0], admins[0], "member")
    with pytest.raises(InvalidInput):
        directory.change_role(admins[0], alan, "owner")
    with pytest.raises(NotFound):
        directory.change_role(admins[0], 99999, "member")


def test_two_admins_who_demote_each_other_at_once_leave_one(admins: list[int]) -> None:
    def demote(pair: tuple[int, int]) -> bool:
        try:
            directory.change_role(*pair, "member")
        except EasyCRMError:
            return False
        return True

    with ThreadPoolExecutor(2) as pool:
        done = list(pool.map(demote, [(admins[0], admins[1]), (admins[1], admins[0])]))

    assert sorted(done) == [False, True]
    assert accounts.any_admin()


def test_deactivated_people_cannot_sign_in_until_they_are_reactivated(admins: list[int]) -> None:
    alan = member()
    cookie = sessions.sign_in("alan@example.com", PASSWORD, client="")
    leaving.deactivate(admins[0], alan)

    assert sessions.resolve(cookie) is None
    assert not directory.one(alan).active
    directory.reactivate(admins[0], alan)
    assert sessions.resolve(cookie) is None
    assert sessions.sign_in("alan@example.com", PASSWORD, client="")


def test_who_is_no_admin_any_more_changes_nobody(admins: list[int]) -> None:
    alan = member()
    directory.change_role(admins[0], admins[1], "member")

    for act in (
        lambda: directory.change_role(admins[1], alan, "admin"),
        lambda: directory.reactivate(admins[1], alan),
        lambda: leaving.deactivate(admins[1], alan),
    ):
        with pytest.raises(Refused, match=wording.people.NO_LONGER_ADMIN):
            act()
    assert (directory.one(alan).role, directory.one(alan).active) == ("member", True)
