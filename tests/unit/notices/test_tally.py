"""What processes count adds up, and is not lost with a database that is away for a while."""

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import SQLAlchemyError

from easycrm.core import counting
from easycrm.notices import tally

DONE = ("tasks", (("outcome", "done"), ("task", "tick")))


@pytest.fixture(autouse=True)
def _nothing_counted_yet() -> None:
    counting.take()


def test_counts_of_several_processes_add_up(database: Engine) -> None:
    for amount in (2, 0.5):
        counting.add("tasks", amount, task="tick", outcome="done")
        tally.store()

    assert tally.totals() == {DONE: 2.5}


def test_what_could_not_be_stored_is_stored_later(database: Engine) -> None:
    counting.add("tasks", task="tick", outcome="done")
    with database.begin() as connection:
        connection.execute(text("ALTER TABLE tally RENAME TO away"))
    with pytest.raises(SQLAlchemyError):
        tally.store()
    with database.begin() as connection:
        connection.execute(text("ALTER TABLE away RENAME TO tally"))

    tally.store()

    assert tally.totals() == {DONE: 1}
