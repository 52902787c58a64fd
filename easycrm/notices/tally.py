"""What all processes counted, added up in the database: a worker answers no requests, and a count outlives it."""

import json

from sqlmodel import Field, col, select, update

from easycrm.core import counting
from easycrm.core.counting import Key
from easycrm.core.db import Table, add_unless_there, changed, reading, transaction


class Tally(Table, table=True):
    """One count; `labels` as sorted JSON."""

    name: str = Field(primary_key=True, max_length=60)
    labels: str = Field(primary_key=True, max_length=300)
    value: float = 0


def store() -> None:
    """Add what this process counted since the last time; a failure loses nothing."""
    taken = counting.take()
    if not taken:
        return
    try:
        with transaction() as session:
            for (name, labels), amount in sorted(taken.items()):
                written = json.dumps(dict(labels))[:300]
                mine = update(Tally).where(col(Tally.name) == name, col(Tally.labels) == written)
                if not add_unless_there(session, Tally(name=name, labels=written, value=amount)):
                    changed(session, mine.values(value=Tally.value + amount))
    except BaseException:
        counting.give_back(taken)
        raise


def totals() -> dict[Key, float]:
    """Every count so far."""
    with reading() as session:
        rows = session.exec(select(Tally).order_by(col(Tally.name), col(Tally.labels))).all()
    return {(row.name, tuple(sorted(json.loads(row.labels).items()))): row.value for row in rows}
