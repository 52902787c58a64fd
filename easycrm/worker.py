"""Says when: the minute tick, and every task, each one call with ids only."""

import asyncio
import threading
from collections.abc import Coroutine
from functools import lru_cache
from typing import Any, TypeVar

from easycrm.core import allocator, key_canary, log
from easycrm.mail import (
    contact_import,
    erasure,
    key_rotation,
    looking,
    outbox_lease,
    revocation,
    schedule,
    search_fill,
    secret_expiry,
    sending,
    sweep,
    sync,
    sync_run,
)
from easycrm.notices import audit_log, liveness, tally
from easycrm.queue import Queue

TICK_LIMIT = 500
# Few at a time: mail stands in the same queue.
CONTACTS_LIMIT = 50
Result = TypeVar("Result")


@lru_cache(maxsize=1)
def queue() -> Queue:
    """This process's queue, with every task registered."""
    made = Queue()
    made.task(sync_one)
    made.task(contacts_one)
    made.task(revoke_pending)
    made.task(send_one)
    made.task(apply_rules)
    made.task(fill_search)
    made.task(erase_people)
    made.task(rotate_keys)
    made.task(seal_anew)
    made.every_minute(tick)
    return made


def sync_mailbox(connection_id: int) -> None:
    """Ask for a mailbox to be looked at; it is, if it is due."""
    queue().enqueue("sync_one", connection_id)


def send(outbox_id: int, delay: float = 0) -> None:
    """Ask for a message of the outbox to be looked at in `delay` seconds; it is, if it is due."""
    queue().enqueue("send_one", outbox_id, delay=delay)


def request_revocation() -> None:
    """Ask for pending revocations to be tried now."""
    queue().enqueue("revoke_pending")


def request_rules() -> None:
    """Ask for new and ended rules and folder choices to be carried out on what is here."""
    queue().enqueue("apply_rules")


def request_erasure() -> None:
    """Ask for people whose data is to go to be deleted now."""
    queue().enqueue("erase_people")


def request_rotation(actor_id: int) -> None:
    """Ask for the newest key to seal from now on, and for everything to be sealed anew."""
    queue().enqueue("rotate_keys", actor_id)


def sync_one(connection_id: int) -> None:
    """Task: a slice of one mailbox, and the next slice behind whoever waits."""
    again = run(sync.sync_mailbox(connection_id))
    if again is not None:
        queue().enqueue("sync_one", connection_id, delay=again)
    elif contact_import.is_due(connection_id):
        queue().enqueue("contacts_one", connection_id)


def contacts_one(connection_id: int) -> None:
    """Task: what changed in one mailbox's address book."""
    run(contact_import.import_contacts(connection_id))


def send_one(outbox_id: int) -> None:
    """Task: send a message, or look for the provider's copy of it."""
    after = run(sending.work(outbox_id))
    if after.again is not None:
        send(outbox_id, after.again)
    if after.sync is not None:
        sync_mailbox(after.sync)


def revoke_pending() -> None:
    """Task: revoke what waits to be revoked."""
    run(revocation.revoke_pending())


def apply_rules() -> None:
    """Task: remove what is left out now, and have read again what no longer is."""
    for connection_id in sweep.carry_out():
        sync_mailbox(connection_id)


def fill_search() -> None:
    """Task: put some of the mail that is not searchable yet into the index, and the rest behind whoever waits."""
    if search_fill.fill():
        queue().enqueue("fill_search")


def erase_people() -> None:
    """Task: delete whoever is to be deleted."""
    run(erasure.carry_out())


def rotate_keys(actor_id: int) -> None:
    """Task: switch to the newest key that this worker has: so both the web process and a worker know it."""
    key_rotation.begin(actor_id)
    queue().enqueue("seal_anew")


def seal_anew() -> None:
    """Task: seal some values with the key that seals, and the rest behind whoever waits."""
    if key_rotation.step():
        queue().enqueue("seal_anew")


def tick() -> None:
    """Task, every minute in every worker, and done by the first of them: the net for tasks that were lost."""
    if liveness.take_turn(liveness.TICK, heartbeat().id):
        look_for_work()


def look_for_work() -> None:
    """Look at what is likely to be quiet, all at once; ring for whatever else is due, though its task was lost."""
    look_around()
    for connection_id in schedule.due(TICK_LIMIT):
        sync_mailbox(connection_id)
    for connection_id in contact_import.due(CONTACTS_LIMIT):
        queue().enqueue("contacts_one", connection_id)
    for outbox_id in outbox_lease.due(TICK_LIMIT):
        send(outbox_id)
    request_revocation()
    request_rules()
    request_erasure()
    audit_log.forget_old()
    sync_run.forget_old()
    if key_rotation.is_due():
        queue().enqueue("seal_anew")
    secret_expiry.warn()
    if search_fill.is_due():
        queue().enqueue("fill_search")


def look_around() -> None:
    """Look at every mailbox that is due and probably has nothing new; the others get a task each."""
    while True:
        looked = run(looking.look())
        for connection_id in looked.to_sync:
            sync_mailbox(connection_id)
        if not looked.whole:
            return


@lru_cache(maxsize=1)
def heartbeat() -> liveness.Heartbeat:
    """This process's sign of life; what it counted is stored along with it."""
    return liveness.Heartbeat(tally.store)


@lru_cache(maxsize=1)
def _loop() -> asyncio.AbstractEventLoop:
    loop = asyncio.new_event_loop()
    threading.Thread(target=loop.run_forever, name="network", daemon=True).start()
    return loop


def run(work: Coroutine[Any, Any, Result]) -> Result:
    """Run `work` on the process's one event loop, where connections to providers stay open."""
    return asyncio.run_coroutine_threadsafe(work, _loop()).result()


def main() -> None:
    """A worker process: run tasks until told to stop."""
    allocator.bound()
    log.configure()
    key_canary.check()
    heartbeat().start()
    look_for_work()
    try:
        queue().consume()
    finally:
        heartbeat().end()
