"""Senders whose images a user always wants to see: each user's own choice."""

import pytest

from easycrm.core.db import reading, transaction
from easycrm.core.errors import InvalidInput, NotFound
from easycrm.mail import reading as reading_pane
from easycrm.mail import trusted_sender
from easycrm.mail.message import Message
from tests.unit.mail.team import Team


@pytest.fixture
def team(database: object) -> Team:
    del database
    made = Team()
    for name in ("ada", "bob"):
        made.join(name)
    return made


def trusts(team: Team, who: str, message_id: int) -> bool:
    with reading() as session:
        thread_id = session.get_one(Message, message_id).thread_id
    return reading_pane.messages(team.members[who].user_id, thread_id)[-1].trusted


def test_a_trusted_sender_is_trusted_in_every_message_until_it_ends(team: Team) -> None:
    ada = team.members["ada"].user_id
    first, second = (team.mail("ada", "carl@example.org", "ada@example.com") for _ in range(2))
    other = team.mail("ada", "dora@example.org", "ada@example.com")
    for _ in range(2):
        assert trusted_sender.trust(ada, first) == "carl@example.org"
    assert [trusts(team, "ada", one) for one in (first, second, other)] == [True, True, False]
    assert trusted_sender.listed(ada) == ["carl@example.org"]
    trusted_sender.distrust(ada, "Carl@example.org")
    assert not trusts(team, "ada", second)
    trusted_sender.trust_again(ada, "Carl@example.org")
    assert trusts(team, "ada", second)


def test_a_choice_is_ones_own(team: Team) -> None:
    mine = team.mail("ada", "carl@example.org", "ada@example.com")
    trusted_sender.trust(team.members["ada"].user_id, mine)
    assert not trusts(team, "bob", team.mail("bob", "carl@example.org", "bob@example.com"))
    trusted_sender.distrust(team.members["bob"].user_id, "carl@example.org")
    assert trusts(team, "ada", mine)


def test_threat_23_nobody_trusts_by_somebody_elses_message(team: Team) -> None:
    message = team.mail("ada", "carl@example.org", "ada@example.com")
    with pytest.raises(NotFound):
        trusted_sender.trust(team.members["bob"].user_id, message)
    with pytest.raises(NotFound):
        trusted_sender.trust(team.members["bob"].user_id, 10**9)


def test_a_message_without_a_sender_is_refused(team: Team) -> None:
    message = team.mail("ada", "carl@example.org", "ada@example.com")
    with transaction() as session:
        session.get_one(Message, message).sender_email = ""
    with pytest.raises(InvalidInput):
        trusted_sender.trust(team.members["ada"].user_id, message)
