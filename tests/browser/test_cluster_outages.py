"""Whichever process of an installation dies or is away: nothing is lost, nothing doubled, and tabs recover."""

import contextlib
import os
import random
import secrets
import signal
import time
from collections import Counter
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Page, expect

from easycrm import worker
from easycrm.mail import draft, outbox
from easycrm.mail.draft import DraftFields
from tests.browser.conftest import Person
from tests.browser.consent_screen import connect, open_settings, provider_region
from tests.browser.letters import WORKER_MS, connected, kept, text_field, write
from tests.cluster import Cluster
from tests.conftest import forget_settings
from tests.services import Service

pytestmark = pytest.mark.cluster
GOOGLE = "Google Workspace"
WITHOUT_PROGRESS_SECONDS = 120
Make = Callable[..., str]


@pytest.fixture
def installation(product: Cluster, monkeypatch: pytest.MonkeyPatch) -> Iterator[Cluster]:
    """The installation, whose use cases this process can call as one more of its processes."""
    before = {name: value for name, value in os.environ.items() if name.startswith("EASYCRM_") and "_TEST_" not in name}
    for name in before:
        monkeypatch.delenv(name)
    for name, value in product.settings.items():
        monkeypatch.setenv(name, value)
    forget_settings()
    worker.queue.cache_clear()
    yield product
    forget_settings()
    worker.queue.cache_clear()


@pytest.mark.parametrize("away", ["redis", "database"])
def test_a_tab_waits_for_what_is_away_and_says_so(
    away: str, product: Cluster, member: Person, make_mailbox: Make
) -> None:
    """A web process that starts without Redis ends, and is started again by its unit, until there is one."""
    service: Service = getattr(product, away)
    address = make_mailbox(GOOGLE)
    connected(product, member.page, GOOGLE, address)
    reader = member.context.new_page()
    reader.goto(product.url + "/mailbox")
    expect(reader.get_by_text(product.simulator.newest_subject(address)).first).to_be_visible(timeout=WORKER_MS)
    writing = member.context.new_page()
    writing.goto(product.url + "/compose")
    write(writing, "Before. ")
    refused, failed = (product.log().count(words) for words in ("Unable to connect to Redis", "handler_failed"))

    service.stop()
    writing.keyboard.type("Meanwhile. ")
    reader.get_by_role("button", name="Star ").first.click()
    expect(reader.get_by_text("Connection lost")).to_be_visible()
    if away == "redis":
        product.units["web1"].send(signal.SIGKILL)
        product.units["web1"].start()
        until = time.monotonic() + 60
        while product.log().count("Unable to connect to Redis") < refused + 2:
            assert time.monotonic() < until, product.log()[-4000:]
            time.sleep(0.2)
    expect(reader.get_by_text("Connection lost")).to_be_visible()
    assert product.log().count("handler_failed") < failed + 20
    service.start()

    product.wait()
    kept(writing)
    expect(text_field(writing)).to_have_text("Before. Meanwhile. ")
    _pages_recover(product, member, reader, address)
    writing.reload()
    expect(text_field(writing)).to_have_text("Before. Meanwhile. ", timeout=WORKER_MS)


def test_threat_47_whatever_is_killed_or_restarted_under_load_nothing_is_lost_or_doubled(
    installation: Cluster, make_person: Callable[..., Person], make_mailbox: Make, full: bool
) -> None:
    product, person = installation, make_person()
    friend, address = make_mailbox(GOOGLE, threads=1), f"large-{secrets.token_hex(4)}@example.net"
    product.simulator.post("people", provider="google", email=address, messages=1500 if full else 600)
    product.simulator.post("settings", request_ms=40, sub_request_ms=15)
    connect(person.page, product, GOOGLE, address)
    user_id, connection_id = _ids(product, address)
    reader = person.context.new_page()
    reader.goto(product.url + "/mailbox")
    faults = ["web1", "worker1", "database", "redis", "web2", "worker2"]
    if full:
        faults = random.Random(47).choices(faults, k=30)
    subjects: list[str] = []

    for number, fault in enumerate(faults):
        product.simulator.post("deliver", email=address, count=3)
        subjects.append(f"Under load {number}")
        _send(user_id, connection_id, friend, subjects[-1])
        worker.sync_mailbox(connection_id)
        time.sleep(0.7)
        _break(product, fault)

    product.wait()
    product.simulator.post("settings", request_ms=0, sub_request_ms=0)
    undecided = _let_time_pass_until_settled(product, connection_id, address, friend)
    stored = product.rows("SELECT provider_message_id FROM message WHERE connection_id = ?", connection_id)
    assert Counter(ident for (ident,) in stored) == Counter(list(product.simulator.importable(address)))
    arrived = Counter(one["subject"] for one in product.simulator.truth(friend))
    # Where a worker died before the provider took the message, nobody but its owner may send it again.
    assert {subject: arrived[subject] + (subject in undecided) for subject in subjects} == dict.fromkeys(subjects, 1)
    _pages_recover(product, person, reader, address)


def _ids(product: Cluster, address: str) -> tuple[int, int]:
    [(user_id, connection_id)] = product.rows("SELECT user_id, id FROM connection WHERE address = ?", address)
    return int(str(user_id)), int(str(connection_id))


def _send(user_id: int, connection_id: int, to: str, subject: str) -> None:
    ident = draft.begin(user_id, kind="new", connection_id=connection_id)
    draft.save(user_id, ident, 1, DraftFields(connection_id, to, "", "", subject, "<p>words</p>"))
    outbox.submit(user_id, ident)
    worker.send(ident, 0.2)


def _break(product: Cluster, what: str) -> None:
    """One part ends without warning, and is started again a moment later, as systemd does."""
    if what in product.units:
        unit = product.units[what]
        unit.send(signal.SIGKILL)
        time.sleep(0.3)
        unit.start()
        return
    service = product.database if what == "database" else product.redis
    assert service is not None
    service.restart()


def _let_time_pass_until_settled(product: Cluster, connection_id: int, address: str, friend: str) -> set[object]:
    """Whatever was cut off is taken up when its lease is over: here as if that were now, once a second.

    Returns: subjects of messages that were cut off and never arrived, which are left to their owner.
    """
    before, until = None, 0.0
    while True:
        product.execute(
            "UPDATE connection SET next_sync_at = now(), lease_until = NULL WHERE id = ? AND"
            " (lease_until IS NULL OR lease_until < now() + interval '80 seconds')", connection_id,
        )  # fmt: skip
        product.execute(
            "UPDATE outbox_message SET lease_until = NULL, next_at = now() WHERE connection_id = ? AND state IN"
            " ('queued', 'sending', 'unknown')"
            " AND (lease_until IS NULL OR lease_until < now() + interval '280 seconds')",
            connection_id,
        )
        with contextlib.suppress(Exception):
            worker.look_for_work()
        time.sleep(2)
        [(imported, stored)] = product.rows(
            "SELECT import_finished_at IS NOT NULL, (SELECT count(*) FROM message WHERE connection_id = c.id)"
            " FROM connection c WHERE id = ?", connection_id,
        )  # fmt: skip
        waiting = product.rows(
            "SELECT subject, state, reason FROM outbox_message WHERE connection_id = ? AND state <> 'sent'",
            connection_id,
        )
        wanted = len(product.simulator.importable(address))
        arrived = {one["subject"] for one in product.simulator.truth(friend)}
        undecided = {subject for subject, state, _ in waiting if state == "unknown" and subject not in arrived}
        if imported and stored == wanted and len(undecided) == len(waiting):
            return undecided
        if (stored, waiting) != before:
            before, until = (stored, waiting), time.monotonic() + WITHOUT_PROGRESS_SECONDS
        assert time.monotonic() < until, (imported, stored, wanted, waiting, product.log()[-4000:])


def _pages_recover(product: Cluster, person: Person, reader: Page, address: str) -> None:
    """A tab that was open all the time shows new mail by itself; the others need nothing but their next step."""
    product.simulator.post("deliver", email=address, subject="After the storm")
    open_settings(person.page, product)
    provider_region(person.page, GOOGLE).get_by_role("button", name="Sync now").click()

    expect(reader.get_by_text("After the storm").first).to_be_visible(timeout=WORKER_MS)
    expect(reader.get_by_text("Connection lost")).to_have_count(0)
    # Of connections that were refused meanwhile the browser complains by itself.
    person.errors[:] = [error for error in person.errors if "WebSocket connection" not in error]
