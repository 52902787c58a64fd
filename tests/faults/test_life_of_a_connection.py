"""Any order of connecting, syncing, expiring, renaming, crashing and disconnecting keeps the promises.

Source of the promises: never a usable token without a Connected row; never a message of a generation written after that
generation ended; never two notices for one outage; every message of the window stored or in the ledger.
"""

import asyncio
import secrets
from contextlib import aclosing
from typing import Any, ClassVar

import pytest
from hypothesis import HealthCheck, settings
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from hypothesis.strategies import integers, sampled_from
from sqlalchemy import Engine
from sqlmodel import col, func, select

from easycrm.core.db import reading
from easycrm.core.errors import Refused
from easycrm.mail import disconnect, schedule, store, sync, token_vault
from easycrm.mail.connection import Connection, ConnectionEnded, Status
from easycrm.mail.forget import forget
from easycrm.mail.schedule import Lease
from easycrm.mail.token_set import TokenSet
from easycrm.notices.notice import Notice
from easycrm.providers.base import Window
from easycrm.providers.pages import Page
from easycrm.providers.registry import PROVIDERS
from tests.connected import Mailbox, prepare
from tests.simulator_process import Simulator


class Life(RuleBasedStateMachine):
    """One person's mailbox, through the real code and the simulator."""

    simulator: ClassVar[Simulator]
    provider: ClassVar[str]
    mailbox: Mailbox
    granted = False
    left_behind: Lease | None = None

    @initialize()
    def begin(self) -> None:
        email = f"life-{secrets.token_hex(4)}@example.org"
        self.simulator.post("people", provider=self.provider, email=email, threads=4)
        self.mailbox = prepare(self.simulator, self.provider, email)
        self.connect()

    @rule()
    def connect(self) -> None:
        asyncio.run(self.mailbox.connect())
        self.granted = True

    @rule()
    def work_until_done(self) -> None:
        asyncio.run(self.mailbox.sync())
        if self.granted and self.row().status == Status.CONNECTED:
            self.mailbox.assert_equal()
        elif not self.granted:
            assert self.row().status != Status.CONNECTED

    @rule(pages=integers(1, 3))
    def crash_after(self, pages: int) -> None:
        """A worker takes the mailbox, stores a few pages, and is never heard of again."""
        self.mailbox.make_due()
        lease = schedule.claim(self.mailbox.connection_id)
        if lease is not None:
            asyncio.run(self._some_pages(lease, pages))
            self.left_behind = lease

    async def _some_pages(self, lease: Lease, pages: int) -> None:
        access = token_vault.access(lease.connection_id, lease.generation)
        known = lambda ids: sync.known(lease.connection_id, ids)  # noqa: E731
        changes: Any = PROVIDERS[self.provider].changes(access, sync._cursors(lease), Window(lease.since), known)
        try:
            async with aclosing(changes) as found:
                async for page in found:
                    store.commit_page(lease.connection_id, lease.generation, lease.owner, page)
                    pages -= 1
                    if pages == 0:
                        return
        except Exception:  # noqa: S110 (whatever stops it, it is a crash)
            pass

    @rule(count=integers(1, 3))
    def mail_arrives(self, count: int) -> None:
        self.simulator.post("deliver", email=self.mailbox.email, count=count)

    @rule(action=sampled_from(["read", "unread", "star", "unstar", "trash", "delete", "move"]), number=integers(0, 5))
    def something_changes(self, action: str, number: int) -> None:
        messages = self.simulator.truth(self.mailbox.email)
        if number < len(messages):
            more = {"folder": "archive"} if action == "move" else {}
            ident = messages[number]["id"]
            self.simulator.post("message", email=self.mailbox.email, id=ident, action=action, **more)

    @rule()
    def the_grant_ends(self) -> None:
        self.simulator.post("grants/revoke", email=self.mailbox.email)
        self.granted = False

    @rule()
    def the_access_token_expires(self) -> None:
        self.simulator.post("grants/expire-access", email=self.mailbox.email)

    @rule()
    def the_cursors_are_dropped(self) -> None:
        self.simulator.post("cursors/drop", email=self.mailbox.email)

    @rule()
    def the_address_changes(self) -> None:
        new = f"renamed-{secrets.token_hex(4)}@example.org"
        self.simulator.post("rename", email=self.mailbox.email, new_email=new)
        self.mailbox.email = new

    @rule()
    def disconnect(self) -> None:
        disconnect.disconnect(self.mailbox.user_id, self.mailbox.connection_id)
        assert self.row().status == Status.NOT_CONNECTED

    @precondition(lambda self: self.row().status == Status.NOT_CONNECTED)
    @rule()
    def delete_synced_emails(self) -> None:
        """Only after a disconnect; what comes later imports anew."""
        stored = len(self.mailbox.stored())
        assert forget(self.mailbox.user_id, self.mailbox.connection_id) == stored
        assert (self.mailbox.stored(), self.mailbox.ledger(), self.row().import_started_at) == ({}, {}, None)

    @precondition(lambda self: self.row().status != Status.NOT_CONNECTED)
    @rule()
    def deleting_is_refused_before_a_disconnect(self) -> None:
        before = set(self.mailbox.stored())
        with pytest.raises(Refused):
            forget(self.mailbox.user_id, self.mailbox.connection_id)
        assert set(self.mailbox.stored()) == before

    @precondition(lambda self: self.left_behind is not None)
    @rule()
    def a_worker_given_up_wakes(self) -> None:
        """It may write only while its generation lives and nobody has taken its lease."""
        lease, row = self.left_behind, self.row()
        assert lease is not None
        may = (row.generation, row.status, row.lease_owner) == (lease.generation, Status.CONNECTED, lease.owner)
        page = Page("late", "written late")
        if may:
            store.commit_page(lease.connection_id, lease.generation, lease.owner, page)
        else:
            with pytest.raises(ConnectionEnded):
                store.commit_page(lease.connection_id, lease.generation, lease.owner, page)

    def row(self) -> Connection:
        return self.mailbox.row()

    @invariant()
    def tokens_only_while_connected(self) -> None:
        with reading() as session:
            query = select(Connection.status, Connection.generation, TokenSet.generation).join(
                TokenSet, col(TokenSet.connection_id) == col(Connection.id)
            )
            for status, generation, sealed_for in session.exec(query):
                assert (status, generation) == (Status.CONNECTED, sealed_for)

    @invariant()
    def one_notice_an_outage(self) -> None:
        with reading() as session:
            query = (
                select(Notice.user_id, func.count())
                .where(Notice.kind == "reauthentication", col(Notice.resolved_at).is_(None))
                .group_by(col(Notice.user_id))
            )
            counts = dict(session.exec(query).all())
        mine = counts.get(getattr(getattr(self, "mailbox", None), "user_id", 0), 0)
        assert mine <= 1

    @invariant()
    def one_row_for_the_mailbox(self) -> None:
        if hasattr(self, "mailbox"):
            with reading() as session:
                query = select(func.count()).where(Connection.user_id == self.mailbox.user_id)
                assert session.exec(query).one() == 1


@pytest.mark.parametrize("provider", ["google", "microsoft"])
def test_any_order_of_events_keeps_the_promises(
    provider: str, simulator: Simulator, database: Engine, full: bool
) -> None:
    del database
    machine = type("LifeHere", (Life,), {"simulator": simulator, "provider": provider})
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=100 if full else 8,
            stateful_step_count=25 if full else 15,
            deadline=None,
            suppress_health_check=list(HealthCheck),
            derandomize=not full,
            database=None,
        ),
    )
