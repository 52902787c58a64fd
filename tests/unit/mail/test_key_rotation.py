"""A new key takes over: every sealed value is sealed anew, nothing is lost, and the old key may go."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import Engine
from sqlmodel import select

from easycrm.core import key_canary, sealed
from easycrm.core.clock import now
from easycrm.core.db import reading, transaction
from easycrm.core.errors import Misconfigured
from easycrm.core.sealed import CannotOpen, ring
from easycrm.mail import key_rotation, provider_setup, token_set
from easycrm.mail.connection import Connection, Status
from easycrm.mail.token_refresh import held
from easycrm.mail.token_set import PendingRevocation, TokenSet
from easycrm.mail.token_vault import store
from easycrm.notices.audit import AuditEvent
from easycrm.people.user import User
from easycrm.providers.base import Tokens
from easycrm.providers.errors import ProviderUnavailable
from easycrm.queue import Queue
from tests.conftest import KEY, forget_settings

NEW = sealed.new_key("new")
Ring = Callable[..., None]


@pytest.fixture
def use_ring(database: Engine, monkeypatch: pytest.MonkeyPatch) -> Ring:
    """A function that starts this process anew with these keys."""
    del database

    def use(*keys: str) -> None:
        monkeypatch.setenv("EASYCRM_KEYS", ",".join(keys))
        forget_settings()

    return use


@pytest.fixture
def connections(database: Engine) -> list[int]:
    """Mailboxes with tokens, one of which waits to be revoked, and a provider with its secret; all by the old key."""
    del database
    key_canary.check()
    provider_setup.save(actor_id=0, provider="google", client_id="client", client_secret="canary-secret", enabled=True)
    with transaction() as session:
        user = User(email="ada@example.com", password_hash="unused")
        session.add(user)
        session.flush()
        rows = [
            Connection(user_id=user.id or 0, provider="google", subject=str(number), address=f"{number}@example.com")
            for number in range(30)
        ]
        session.add_all(rows)
        session.flush()
        for row in rows:
            store(
                session,
                row.id or 0,
                1,
                Tokens(f"access-{row.id}", f"refresh-{row.id}", now() + timedelta(hours=1), None),
            )
        place = token_set.binding("refresh_token", rows[0].id or 0, 2, "pending_revocation")
        session.add(
            PendingRevocation(
                connection_id=rows[0].id or 0, provider="google", generation=2,
                refresh_token=key_canary.seal("pending", place, session), destroy_at=now() + timedelta(days=1),
            )
        )  # fmt: skip
        return [row.id or 0 for row in rows]


def assert_readable(connections: list[int]) -> None:
    with reading() as session:
        for ident in connections:
            stored = session.get_one(TokenSet, ident)
            for column, value in (("access_token", f"access-{ident}"), ("refresh_token", f"refresh-{ident}")):
                assert ring().open(getattr(stored, column), token_set.binding(column, ident, 1)) == value
    assert provider_setup.config("google").client_secret == "canary-secret"


def rotate() -> None:
    key_rotation.begin(None)
    while key_rotation.step():
        pass


def test_everything_is_sealed_anew_and_the_old_key_may_go(connections: list[int], use_ring: Ring) -> None:
    use_ring(NEW, KEY)
    before = key_rotation.overview()
    assert (before.older, before.waiting, before.lost) == (0, "new", 0)

    rotate()

    after = key_rotation.overview()
    assert (after.older, after.waiting, after.total) == (0, "", before.total)
    assert [(key.id, key.values, key.seals) for key in after.ring] == [("new", before.total, True), ("test", 0, False)]
    use_ring(NEW)
    key_canary.check()
    assert_readable(connections)


def test_a_newer_key_seals_nothing_before_it_is_told_to(connections: list[int], use_ring: Ring) -> None:
    use_ring(NEW, KEY)
    provider_setup.save(actor_id=0, provider="google", client_id="client", client_secret="canary-secret", enabled=True)

    use_ring(KEY)

    key_canary.check()
    assert_readable(connections)


def test_a_process_without_the_new_key_is_told_and_makes_nobody_reconnect(
    connections: list[int], use_ring: Ring
) -> None:
    use_ring(NEW, KEY)
    rotate()
    use_ring(KEY)

    assert not key_canary.fits()
    with pytest.raises(Misconfigured, match="EASYCRM_KEYS"):
        key_canary.check()
    with pytest.raises(ProviderUnavailable):
        held(connections[0], 1)
    with reading() as session:
        assert set(session.exec(select(Connection.status))) == {Status.CONNECTED}


def test_what_is_sealed_with_the_old_key_later_is_found_by_the_next_look(
    connections: list[int], use_ring: Ring
) -> None:
    use_ring(NEW, KEY)
    rotate()
    with transaction() as session:
        late = ring().seal("access-late", token_set.binding("access_token", connections[0], 1), "test")
        session.get_one(TokenSet, connections[0]).access_token = late
    assert key_rotation.is_due()

    assert key_rotation.step() == 1
    assert not key_rotation.is_due()


def test_a_value_that_cannot_be_opened_stays_and_holds_nothing_up(connections: list[int], use_ring: Ring) -> None:
    with transaction() as session:
        broken = session.get_one(TokenSet, connections[0])
        broken.access_token = session.get_one(TokenSet, connections[1]).access_token
        kept = broken.access_token
    use_ring(NEW, KEY)

    rotate()

    assert key_rotation.overview().older == 1
    with reading() as session:
        assert session.get_one(TokenSet, connections[0]).access_token == kept
    assert_readable(connections[1:])


def test_a_ring_without_the_sealing_key_changes_nothing(connections: list[int], use_ring: Ring) -> None:
    use_ring(NEW)
    with pytest.raises(CannotOpen):
        key_rotation.begin(None)

    use_ring(KEY)
    assert_readable(connections)


def test_what_waits_in_the_queue_is_understood_after_the_rotation(connections: list[int], use_ring: Ring) -> None:
    del connections
    before = Queue()
    use_ring(NEW, KEY)
    rotate()
    use_ring(NEW)

    after = Queue()

    waiting = before._huey.serializer.serialize("a task")  # pyright: ignore
    assert after._huey.serializer.deserialize(waiting) == "a task"  # pyright: ignore


def test_the_audit_log_names_keys_and_holds_none(connections: list[int], use_ring: Ring) -> None:
    del connections
    use_ring(NEW, KEY)
    rotate()

    with reading() as session:
        told = [one for one in session.exec(select(AuditEvent)) if one.event.startswith("keys.")]
    assert [(one.event, one.subject) for one in told] == [("keys.rotation_begun", "new"), ("keys.rotated", "new")]
    assert not [one for one in told for key in (KEY, NEW) if key.partition(":")[2] in str(one)]
