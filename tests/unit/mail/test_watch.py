"""A user's fingerprint differs when something on that user's pages does, and only then."""

from collections.abc import Callable

from easycrm.core.db import transaction
from easycrm.mail.connection import Connection
from easycrm.mail.watch import fingerprints
from easycrm.notices import bell
from tests.unit.mail.conftest import Someone


def add_mailbox(user_id: int) -> int:
    with transaction() as session:
        row = Connection(user_id=user_id, provider="google", subject=str(user_id), address="ada@example.com")
        session.add(row)
        session.flush()
        return row.id or 0


def test_each_change_makes_another_fingerprint(ada: Someone) -> None:
    seen = {fingerprints([ada.user_id]).get(ada.user_id, "")}
    mailbox = add_mailbox(ada.user_id)
    seen.add(fingerprints([ada.user_id])[ada.user_id])
    for values in ({"changed_seq": 1}, {"import_done": 25}):
        with transaction() as session:
            session.get_one(Connection, mailbox).sqlmodel_update(values)
        seen.add(fingerprints([ada.user_id])[ada.user_id])
    with transaction() as session:
        bell.open(session, ada.user_id, "kind", "subject", "Title")
    told = fingerprints([ada.user_id])[ada.user_id]
    bell.mark_read(ada.user_id, bell.of_user(ada.user_id)[0].id)
    seen |= {told, fingerprints([ada.user_id])[ada.user_id]}
    assert len(seen) == 6


def test_what_happens_to_others_changes_nothing(ada: Someone, make_user: Callable[..., Someone]) -> None:
    add_mailbox(ada.user_id)
    before = fingerprints([ada.user_id])
    other = make_user("mallory")
    add_mailbox(other.user_id)
    assert fingerprints([ada.user_id]) == before
    assert set(fingerprints([ada.user_id, other.user_id])) == {ada.user_id, other.user_id}
