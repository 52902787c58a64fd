"""Connected mailboxes for benches: heavy ones that are imported, and many small ones that have nothing new."""

import asyncio
import time
from collections.abc import Coroutine
from datetime import timedelta
from typing import Any

from sqlmodel import col, select, update

from easycrm.core.clock import now
from easycrm.core.db import transaction
from easycrm.mail import store, sync, token_vault
from easycrm.mail.connection import Connection
from easycrm.mail.folder import MailFolder
from easycrm.mail.token_set import TokenSet
from easycrm.providers.base import Tokens
from tests.connected import Mailbox, prepare
from tests.simulator_process import Simulator

_COMMIT = store.commit_page
EMAILS = {"google": "heavy@example.com", "microsoft": "heavy@example.net"}


def heavy(simulator: Simulator, provider: str, messages: int, *, per_thread: int = 1) -> Mailbox:
    """Somebody with so many messages, connected and not yet imported. Everything runs on one event loop."""
    email = EMAILS[provider]
    simulator.post("reset")
    simulator.post("people", provider=provider, email=email, weighty=messages, per_thread=per_thread)
    return prepare(simulator, provider, email)


async def import_all(mailbox: Mailbox) -> float:
    """Import slice after slice; seconds until the first messages were committed."""
    mailbox.make_due()
    began, first = time.perf_counter(), list[float]()

    def commit(*page: Any) -> store.Stored:
        done = _COMMIT(*page)
        if done.new and not first:
            first.append(time.perf_counter() - began)
        return done

    store.commit_page = commit
    again: float | None = 0
    try:
        while again is not None:
            await asyncio.sleep(again)
            again = await sync.sync_mailbox(mailbox.connection_id)
    finally:
        store.commit_page = _COMMIT
    return first[0]


def multiply(mailbox: Mailbox, count: int, access: str) -> None:
    """Rows of so many mailboxes more, read to the end like `mailbox`, at whose account all of them look."""
    moment = now()
    with transaction() as session:
        model = session.get_one(Connection, mailbox.connection_id)
        streams = select(MailFolder).where(MailFolder.connection_id == model.id, MailFolder.cursor != "")
        cursors = [one.model_dump(exclude={"id", "connection_id"}) for one in session.exec(streams)]
        values = model.model_dump(exclude={"id", "subject"})
        rows = [Connection(**values, subject=f"{model.subject}/{number}") for number in range(count)]
        session.add_all(rows)
        session.flush()
        for row in rows:
            token = Tokens(access, "unused", moment + timedelta(hours=1), None)
            token_vault.store(session, row.id or 0, row.generation, token)
            session.add_all(MailFolder(**one, connection_id=row.id) for one in cursors)


def make_all_due() -> None:
    """Let every mailbox be due, as if its last look were a while ago."""
    moment = now()
    with transaction() as session:
        session.exec(
            update(Connection).values(
                next_sync_at=moment - timedelta(seconds=1), last_success_at=moment - timedelta(minutes=5),
                last_attempt_at=moment - timedelta(minutes=5), lease_until=None, lease_owner="",
            )
        )  # fmt: skip
        session.exec(update(TokenSet).values(expires_at=moment + timedelta(hours=1)).where(col(TokenSet.version) > 0))


def on_loop(work: Coroutine[Any, Any, Any]) -> Any:
    """Run on the worker's event loop, where connections to the providers stay open."""
    from easycrm import worker

    return worker.run(work)
