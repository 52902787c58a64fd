"""A contact's timeline shows each message once, and of each mailbox no more than its owner lets colleagues see."""

from dataclasses import dataclass
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, event, text

from easycrm.core.db import reading, transaction
from easycrm.core.errors import NotFound
from easycrm.mail import contact_edit, contact_list, contact_view, internal_mail, visibility
from easycrm.mail.connection import Connection
from easycrm.mail.contact_edit import ContactFields
from easycrm.mail.timeline import Entry
from easycrm.mail.visibility import LEVELS, Visibility
from easycrm.tables import metadata
from tests.unit.mail.team import START, Team

PEOPLE = ("ada", "bob", "carl")
OUTSIDE = ("grace@example.org", "linus@example.org", "grace+list@example.org", "hopper@example.net")
ADDRESSES = {"grace": ("grace@", "hopper@"), "bob": ("bob@",)}
"""How the addresses of contacts begin."""


@pytest.fixture
def team(database: Engine) -> Team:
    del database
    made = Team()
    for name in PEOPLE:
        made.join(name)
    return made


@pytest.fixture
def grace(team: Team) -> int:
    return contact_edit.create(team.members["ada"].user_id, ContactFields("Grace Hopper", "grace@example.org"))


def show(team: Team, who: str, level: str) -> None:
    visibility.choose(team.members[who].user_id, team.members[who].connection_id, level)


def entries(team: Team, viewer: str, contact_id: int, limit: int = 25) -> list[Entry]:
    """Every entry, page after page."""
    found: list[Entry] = []
    before = None
    while True:
        page = contact_view.contact_timeline(team.members[viewer].user_id, contact_id, before=before, limit=limit)
        found += page.entries
        before = page.next_before
        if before is None:
            return found


@pytest.mark.parametrize("level", list(Visibility))
def test_threat_23_a_colleague_sees_what_the_level_says(team: Team, grace: int, level: Visibility) -> None:
    message_id = team.mail("ada", "grace@example.org", "ada@example.com", subject="Figures", header="<1@x>")
    show(team, "ada", level)

    (mine,) = entries(team, "ada", grace)
    theirs = entries(team, "bob", grace)

    assert (mine.subject, mine.snippet, mine.who) == ("Figures", "Here they are", "Grace Hopper to you")
    assert mine.thread_id
    shown = {
        "private": [],
        "metadata": [("", "", 0)],
        "subject": [("Figures", "", 0)],
        "everything": [("Figures", "Here they are", message_id)],
    }
    assert [(one.subject, one.snippet, one.message_id) for one in theirs] == shown[level]
    assert all((one.who, one.thread_id, one.direction) == ("Grace Hopper to Ada", 0, "from") for one in theirs)


def test_what_two_colleagues_got_is_one_entry_that_shows_most(team: Team, grace: int) -> None:
    for who in ("ada", "bob"):
        team.mail(who, "grace@example.org", "ada@example.com", "bob@example.com", header="<1@x>", subject="Both")
    show(team, "ada", "metadata")
    show(team, "bob", "subject")

    (seen,) = entries(team, "carl", grace)
    assert (seen.subject, seen.snippet, seen.who) == ("Both", "", "Grace Hopper to Ada, Bob")
    (own,) = entries(team, "ada", grace)
    assert (own.level, own.who, own.snippet) == (Visibility.EVERYTHING, "Grace Hopper to you, Bob", "Here they are")
    show(team, "bob", "private")
    (less,) = entries(team, "carl", grace)
    assert (less.subject, less.who) == ("", "Grace Hopper to Ada")


def test_a_message_id_used_by_somebody_else_hides_nothing(team: Team, grace: int) -> None:
    team.mail("ada", "grace@example.org", "ada@example.com", header="<1@x>", subject="Real")
    team.mail("ada", "mallory@example.net", "ada@example.com", "grace@example.org", header="<1@x>", subject="Forged")
    assert [(one.subject, one.direction) for one in entries(team, "ada", grace)] == [
        ("Forged", "beside"),
        ("Real", "from"),
    ]


def test_a_blind_copy_is_known_only_where_it_was_sent_from(team: Team, grace: int) -> None:
    team.mail("ada", "ada@example.com", "linus@example.org", bcc=("grace@example.org",), header="<1@x>")
    team.mail("bob", "ada@example.com", "linus@example.org", "bob@example.com", header="<1@x>")
    show(team, "bob", "everything")
    (seen,) = entries(team, "carl", grace)
    assert (seen.level, seen.who, seen.snippet) == (Visibility.METADATA, "Ada to Grace Hopper", "")


def test_mail_among_ourselves_is_left_out_until_an_admin_shows_it(team: Team) -> None:
    bob = contact_edit.create(team.members["ada"].user_id, ContactFields("Bob", "bob@example.com"))
    team.mail("ada", "bob@example.com", "ada@example.com", header="<1@x>", subject="Lunch")
    team.mail("ada", "bob@example.com", "ada@example.com", cc=("grace@example.org",), header="<2@x>", subject="Offer")
    assert [one.subject for one in entries(team, "ada", bob)] == ["Offer"]
    assert [row.count for row in contact_list.contacts(team.members["ada"].user_id).rows] == [1]

    internal_mail.save(1, hide=False, domains="")

    assert [one.subject for one in entries(team, "ada", bob)] == ["Offer", "Lunch"]
    assert [row.count for row in contact_list.contacts(team.members["ada"].user_id).rows] == [2]


def test_tags_and_all_addresses_count_and_reply_to_does_not(team: Team) -> None:
    fields = ContactFields("Grace", "grace@example.org\nhopper@example.net")
    grace = contact_edit.create(team.members["ada"].user_id, fields)
    team.mail("ada", "grace+news@example.org", "ada@example.com", subject="Tag")
    team.mail("ada", "ada@example.com", "hopper@example.net", subject="Other")
    team.mail("ada", "linus@example.org", "ada@example.com", subject="No")
    assert [(one.subject, one.who) for one in entries(team, "ada", grace)] == [
        ("Other", "You to Grace"),
        ("Tag", "Grace to you"),
    ]


def test_pages_leave_nothing_out_and_double_nothing(team: Team, grace: int) -> None:
    for number in range(13):
        for who in PEOPLE[: 1 + number % 3]:
            team.mail(who, "grace@example.org", f"{who}@example.com", header=f"<{number}@x>", subject=str(number))
    for limit in (2, 5, 25):
        found = entries(team, "ada", grace, limit)
        assert len(found) == 13
        assert len({one.key for one in found}) == 13
        assert [one.key for one in found] == sorted((one.key for one in found), reverse=True)


def test_a_companys_timeline_is_that_of_all_its_people(team: Team) -> None:
    ada = team.members["ada"].user_id
    for name in ("grace", "linus"):
        contact_edit.create(ada, ContactFields(name.title(), f"{name}@example.org", company="Example Org"))
    team.mail("ada", "ada@example.com", "grace@example.org", "linus@example.org", header="<1@x>")
    team.mail("bob", "linus@example.org", "bob@example.com", header="<2@x>")
    (company,) = contact_list.companies().rows
    page = contact_view.company_timeline(ada, company.id)
    assert [one.who for one in page.entries] == ["Linus to Bob", "You to Grace, Linus"]
    assert [row.name for row in contact_view.company(ada, company.id).people] == ["Grace", "Linus"]


def test_what_does_not_exist_is_not_found(team: Team) -> None:
    ada = team.members["ada"].user_id
    for act in (contact_view.contact_timeline, contact_view.company_timeline, contact_view.company):
        with pytest.raises(NotFound):
            act(ada, 99)
    with pytest.raises(NotFound):
        contact_view.contact(99)


Mail = tuple[tuple[str, ...], str, tuple[str, ...], bool]
addresses = st.sampled_from([*OUTSIDE, *(f"{name}@example.com" for name in PEOPLE)])
mails = st.lists(
    st.tuples(
        st.lists(st.sampled_from(PEOPLE), min_size=1, max_size=3, unique=True).map(tuple),
        addresses,
        st.lists(addresses, min_size=1, max_size=3, unique=True).map(tuple),
        st.booleans(),
    ),
    max_size=8,
)


@dataclass(frozen=True)
class Case:
    """Mail in some mailboxes, what each of these shows, and whether internal mail is hidden."""

    mails: list[Mail]
    levels: tuple[Visibility, ...]
    hides: bool


cases = st.builds(Case, mails, st.tuples(*[st.sampled_from(list(Visibility))] * 3), st.booleans())


def test_threat_23_nobody_ever_sees_more_than_allowed(database: Engine, full: bool) -> None:
    some = 8 if database.dialect.name == "sqlite" else 3

    @given(case=cases)
    @settings(max_examples=400 if full else some, deadline=None, database=None)
    def check(case: Case) -> None:
        _empty(database)
        _check(case)

    check()


def _check(case: Case) -> None:
    team = Team()
    shown = dict(zip(PEOPLE, case.levels, strict=True))
    for name, level in shown.items():
        team.join(name, visibility=level)
    internal_mail.save(1, hide=case.hides, domains="")
    ids = {
        "grace": contact_edit.create(1, ContactFields("Grace", "grace@example.org\nhopper@example.net")),
        "bob": contact_edit.create(1, ContactFields("Bob", "bob@example.com")),
    }
    for number, (boxes, sender, to, has_header) in enumerate(case.mails):
        for box in boxes:
            header = f"<{number}@x>" if has_header else ""
            team.mail(box, sender, *to, header=header, subject=str(number), at=START + timedelta(hours=number))
    for viewer in PEOPLE:
        rows = {row.id: row for row in contact_list.contacts(team.members[viewer].user_id).rows}
        for contact, ident in ids.items():
            listed = entries(team, viewer, ident, 3)
            found = [(one.subject, one.snippet != "", one.level) for one in listed]
            assert sorted(found) == sorted(_model(viewer, contact, case, shown))
            last = max((one.at for one in listed), default=None)
            assert (rows[ident].count, rows[ident].last_at) == (len(listed), last)


def _model(viewer: str, contact: str, case: Case, shown: dict[str, Visibility]) -> list[tuple[str, bool, Visibility]]:
    """What the viewer may see, worked out the slow way."""
    expected: list[tuple[str, bool, Visibility]] = []
    for number, (boxes, sender, to, has_header) in enumerate(case.mails):
        parties = [address.replace("+list", "") for address in (sender, *to)]
        is_internal = all(address.endswith("@example.com") for address in parties)
        if not any(address.startswith(ADDRESSES[contact]) for address in parties) or (case.hides and is_internal):
            continue
        seen = [Visibility.EVERYTHING if box == viewer else shown[box] for box in boxes]
        ranks = [LEVELS.index(level) for level in seen if level is not Visibility.PRIVATE]
        for rank in [max(ranks)] if has_header and ranks else ranks:
            level = LEVELS[rank]
            subject = str(number) if level in (Visibility.SUBJECT, Visibility.EVERYTHING) else ""
            expected.append((subject, level is Visibility.EVERYTHING, level))
    return expected


def _empty(database: Engine) -> None:
    with database.begin() as connection:
        for table in reversed(metadata.sorted_tables):
            connection.execute(table.delete())


def test_the_index_is_used_however_long_the_timeline(team: Team, grace: int, database: Engine) -> None:
    with transaction() as session:
        connection = session.get_one(Connection, team.members["ada"].connection_id)
    with reading() as session:
        asked: list[tuple[str, object]] = []

        def note(_connection: object, _cursor: object, statement: str, parameters: object, *_rest: object) -> None:
            asked.append((statement, parameters))

        event.listen(database, "before_cursor_execute", note)
        contact_view.contact_timeline(connection.user_id, grace)
        event.remove(database, "before_cursor_execute", note)
        if database.dialect.name == "sqlite":
            statement, parameters = next(one for one in asked if "participant.sort_key" in one[0])
            raw = session.connection().exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)
            plan = " ".join(str(row[-1]) for row in raw)
            assert "ix_participant_timeline (base_email=?)" in plan
            session.exec(text("SELECT 1"))  # pyright: ignore
