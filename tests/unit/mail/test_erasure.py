"""Deleting a person leaves nothing of them, and everything of everybody else."""

from typing import Any

import pytest
from sqlalchemy import Engine, MetaData, event, select, text

from easycrm.core.db import reading, transaction
from easycrm.core.errors import NotFound, Refused
from easycrm.mail import draft, erasure, exclusion, trusted_sender
from easycrm.mail.draft import DraftFields
from easycrm.mail.exclusion import Kind
from easycrm.notices import bell
from easycrm.people import access_links, accounts, sessions
from easycrm.people.user import User
from tests.connected import Mailbox, prepare
from tests.simulator_process import Simulator

PASSWORD = "correct horse battery"
CANARY = "canary-of-linus"


@pytest.fixture
async def linus(simulator: Simulator, database: Engine) -> Mailbox:
    """Somebody with an imported mailbox, contacts, a draft, a rule, a notice, a session and an open reset link."""
    del database
    made = prepare(simulator, "google", "linus@example.org")
    simulator.post("deliver", email=made.email, subject=CANARY, text=CANARY)
    await made.connect()
    await made.sync()
    with transaction() as session:
        session.get_one(User, made.user_id).email = made.email
        bell.open(session, made.user_id, "told", "x", CANARY)
    exclusion.add(made.user_id, made.user_id, Kind.ADDRESS, f"{CANARY}@example.net")
    trusted_sender.trust_again(made.user_id, f"{CANARY}@example.net")
    written = draft.begin(made.user_id, connection_id=made.connection_id)
    draft.save(made.user_id, written, 1, DraftFields(made.connection_id, CANARY, "", "", CANARY, CANARY))
    return made


@pytest.fixture
async def others(simulator: Simulator, linus: Mailbox) -> Mailbox:
    """Somebody else with mail of their own."""
    made = prepare(simulator, "microsoft", "edsger@example.net")
    await made.connect()
    await made.sync()
    exclusion.add(made.user_id, made.user_id, Kind.DOMAIN, "example.com")
    return made


@pytest.fixture
def admin(database: Engine) -> int:
    del database
    return accounts.create(email="grace@example.com", role="admin", password=PASSWORD)


def everything(database: Engine) -> dict[str, list[tuple[Any, ...]]]:
    """Every row of every table."""
    schema = MetaData()
    # SQLite's index of words cannot be read as a whole; the tables that it is made of can.
    schema.reflect(database, only=lambda name, _: name != "search_index" or database.dialect.name == "postgresql")
    with database.connect() as connection:
        return {
            name: [tuple(row) for row in connection.execute(select(table))] for name, table in schema.tables.items()
        }


def holding(database: Engine, *texts: str) -> set[str]:
    """Names of the tables in which any of the texts stands."""
    rows = everything(database)
    return {name for name, found in rows.items() for row in found if any(one in str(row).lower() for one in texts)}


async def test_nothing_is_left_but_lines_of_the_audit_log_with_a_number(
    linus: Mailbox, others: Mailbox, admin: int, database: Engine
) -> None:
    access_links.reset(admin, linus.user_id)
    traces = (linus.email, CANARY)
    assert {"message", "connection", "user", "outbox_message", "notice", "exclusion_rule", "access_link",
            "trusted_sender"} <= holding(database, *traces)  # fmt: skip
    before = others.stored()

    erasure.ask(admin, linus.user_id)
    await erasure.carry_out()

    assert holding(database, *traces) == set()
    rows = everything(database)
    told = [row for row in rows["audit_event"] if f"deleted user {linus.user_id}" in row]
    assert "user.erased" in {value for row in told for value in row}
    assert others.stored() == before
    assert [one.value for one in exclusion.listed(others.user_id)] == ["example.com"]
    assert {row[0] for row in rows["user"]} == {others.user_id, admin}
    await others.sync()
    others.assert_equal()


async def test_the_person_is_shut_out_at_once_and_the_grant_is_revoked(linus: Mailbox, admin: int) -> None:
    with transaction() as session:
        cookie = sessions.start(session, linus.user_id)

    erasure.ask(admin, linus.user_id)

    assert sessions.resolve(cookie) is None
    linus.simulator.requests(reset=True)
    await erasure.carry_out()
    assert any("revoke" in name for name in linus.simulator.requests()["by_route"])


@pytest.mark.parametrize("steps", [0, 1, 3, 6])
async def test_a_deletion_cut_short_is_finished_by_the_next_one(
    linus: Mailbox, admin: int, database: Engine, monkeypatch: pytest.MonkeyPatch, steps: int
) -> None:
    monkeypatch.setattr("easycrm.mail.forget._AT_ONCE", 2)
    erasure.ask(admin, linus.user_id)
    seen: list[str] = []

    def fail(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        seen.extend([statement] * statement.startswith("DELETE"))
        if len(seen) > steps:
            raise OSError("the power is gone")

    event.listen(database, "before_cursor_execute", fail)
    with pytest.raises(OSError, match="the power is gone"):
        erasure.erase(linus.user_id)
    event.remove(database, "before_cursor_execute", fail)
    assert holding(database, linus.email)

    await erasure.carry_out()

    assert holding(database, linus.email, CANARY) == set()


async def test_a_row_of_the_team_that_only_names_the_person_stays_without_the_name(
    linus: Mailbox, admin: int, database: Engine
) -> None:
    with database.begin() as connection:
        connection.exec_driver_sql(
            'CREATE TABLE task (id INTEGER PRIMARY KEY, title VARCHAR(50), for_whom INTEGER REFERENCES "user" (id))'
        )
        connection.execute(text("INSERT INTO task VALUES (1, 'Call back', :whom)"), {"whom": linus.user_id})

    erasure.ask(admin, linus.user_id)
    erasure.erase(linus.user_id)

    assert everything(database)["task"] == [(1, "Call back", None)]


def test_nobody_deletes_themselves_or_whom_nobody_asked_to_delete(admin: int, database: Engine) -> None:
    with pytest.raises(Refused):
        erasure.ask(admin, admin)
    with pytest.raises(NotFound):
        erasure.ask(admin, 99999)
    erasure.erase(admin)
    with reading() as session:
        assert session.get(User, admin) is not None
