"""The audit log is filtered, paged and exported, and its export is harmless in a spreadsheet."""

import csv
import io
import json
import re
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Engine

from easycrm.core import wording
from easycrm.core.clock import now
from easycrm.core.db import transaction
from easycrm.core.settings import settings
from easycrm.mail import audit_filter
from easycrm.mail.connection import Connection
from easycrm.notices import audit, audit_log
from easycrm.notices.audit import AuditEvent
from easycrm.notices.audit_log import Wanted
from easycrm.people import accounts
from tests.conftest import forget_settings
from tests.simulator_process import REPOSITORY

PASSWORD = "correct horse battery"


@pytest.fixture
def ada(database: Engine) -> int:
    """A member with a mailbox under another address; the log then says who was created."""
    del database
    user_id = accounts.create(email="ada@example.com", password=PASSWORD)
    with transaction() as session:
        session.add(Connection(user_id=user_id, provider="google", subject="1", address="Ada@Example.org"))
        audit.record(session, "connection.connected", actor_id=user_id, subject="Ada@Example.org")
        audit.record(session, "connection.requires_reauthentication", subject="Ada@Example.org", detail="100% expired")
        audit.record(session, "provider.changed", actor_id=99, subject="google")
    return user_id


def events(wanted: Wanted, before: int = 0) -> list[str]:
    return [one.event for one in audit_log.page(wanted, before)]


def test_a_persons_events_are_those_by_them_and_about_them_and_their_mailboxes(ada: int) -> None:
    wanted = audit_filter.wanted({"person": str(ada)})

    assert events(wanted) == ["connection.requires_reauthentication", "connection.connected", "user.created"]


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({"kind": "providers"}, ["provider.changed"]),
        ({"kind": "people"}, ["user.created"]),
        ({"text": "100%"}, ["connection.requires_reauthentication"]),
        ({"text": "expired", "kind": "mailboxes"}, ["connection.requires_reauthentication"]),
        ({"text": "ADA@example.ORG", "kind": "people"}, []),
        ({"text": "_"}, ["connection.requires_reauthentication"]),
        ({"until": "2000-01-01"}, []),
        ({"from": "2999-01-01"}, []),
    ],
)  # fmt: skip
def test_kind_time_and_words_narrow_it(ada: int, asked: dict[str, str], found: list[str]) -> None:
    del ada
    assert events(audit_filter.wanted(asked)) == found


def test_the_last_day_is_included(ada: int) -> None:
    del ada
    today = f"{now():%Y-%m-%d}"

    assert len(events(audit_filter.wanted({"from": today, "until": today}))) == 4


@pytest.mark.parametrize("odd", ["-1", "x", "²", "9" * 30, "\x00", "2026-13-45"])
def test_a_filter_that_makes_no_sense_leaves_nothing_out(ada: int, odd: str) -> None:
    del ada
    assert len(events(audit_filter.wanted({"person": odd, "kind": odd, "from": odd, "until": odd}))) == 4


def test_pages_follow_one_another_without_gaps(database: Engine) -> None:
    del database
    with transaction() as session:
        for number in range(120):
            audit.record(session, "rule.added", subject=str(number))
    seen: list[str] = []
    before = 0
    while found := audit_log.page(Wanted(), before)[: audit_log.PAGE]:
        seen += [one.subject for one in found]
        before = found[-1].id or 0

    assert seen == [str(number) for number in reversed(range(120))]
    assert [one.subject for one in audit_log.everything(Wanted())] == seen


@pytest.mark.parametrize("begin", ["=", "+", "-", "@", "\t", "\r"])
def test_no_cell_of_the_export_is_a_formula(database: Engine, begin: str) -> None:
    del database
    evil = f'{begin}HYPERLINK("https://example.org","x")'
    with transaction() as session:
        audit.record(session, "rule.added", subject=evil, detail=evil, actor_id=1)

    text = b"".join(audit_log.as_csv(Wanted(), {1: evil})).decode()

    head, row = csv.reader(io.StringIO(text, newline=""))
    assert head == ["id", "at", "actor_id", "actor", "event", "subject", "detail"]
    assert [row[3], row[5], row[6]] == [f"'{evil}"] * 3


def test_json_lines_hold_what_was_recorded(ada: int) -> None:
    text = b"".join(audit_log.as_json_lines(Wanted(), {ada: "ada@example.com"}))
    lines = [json.loads(line) for line in text.splitlines()]

    assert [line["event"] for line in lines] == events(Wanted())
    assert lines[-1]["actor"] == "ada@example.com"
    assert lines[-1]["subject"] == "ada@example.com"
    assert datetime.fromisoformat(lines[0]["at"]).tzinfo == UTC


def test_old_events_go_only_where_that_is_set(database: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    del database
    with transaction() as session:
        session.add(AuditEvent(event="rule.added", at=now() - timedelta(days=400)))
        session.add(AuditEvent(event="rule.removed"))
    audit_log.forget_old()
    assert len(events(Wanted())) == 2

    monkeypatch.setenv("EASYCRM_AUDIT_DAYS", "365")
    settings.cache_clear()
    audit_log.forget_old()

    assert events(Wanted()) == ["rule.removed"]
    forget_settings()


def test_every_kind_of_event_has_words_and_a_place_in_the_filter() -> None:
    assert set(audit_log.KINDS) == set(wording.audit.KINDS)
    begins = tuple(begin for some in audit_log.KINDS.values() for begin in some)
    assert [name for name in wording.audit.EVENTS if not name.startswith(begins)] == []
    named = re.compile(rf'"((?:{"|".join(map(re.escape, begins))})[a-z_]+)"')
    written = {
        name
        for layer in ("mail", "notices", "people")
        for source in (REPOSITORY / "easycrm" / layer).glob("*.py")
        for name in named.findall(source.read_text())
        if not name.endswith((".id", ".json", ".jsonl"))
    }
    assert len(written) > 40
    assert written <= set(wording.audit.EVENTS)
