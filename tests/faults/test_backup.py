"""A backup of a running system, restored on an empty machine with the keys, syncs on without doubles."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from sqlalchemy import Engine, make_url
from sqlmodel import select

from easycrm.core import key_canary, sealed
from easycrm.core.clock import now
from easycrm.core.db import reading, transaction
from easycrm.mail import after_restore
from easycrm.mail.outbox_message import OutboxMessage, State
from easycrm.notices.audit import AuditEvent
from tests.conftest import forget_settings
from tests.connected import Mailbox, prepare
from tests.simulator_process import REPOSITORY, Simulator
from tests.worker_process import worker

POSTGRESQL = Path("/usr/lib/postgresql")


@pytest.fixture
async def mailbox(simulator: Simulator, database: Engine) -> Mailbox:
    """An imported mailbox, and a message that waits to be sent."""
    del database
    key_canary.check()
    made = prepare(simulator, "google", "ada@example.com")
    await made.connect()
    await made.sync(most_slices=1)
    with transaction() as session:
        session.add(
            OutboxMessage(
                user_id=made.user_id, connection_id=made.connection_id, key="1" * 32, state=State.QUEUED,
                next_at=now() + timedelta(hours=1),
            )
        )  # fmt: skip
    return made


@pytest.fixture
def empty_machine(database: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The address of a database that is to be: in an empty data directory, or a new one of PostgreSQL's."""
    there = tmp_path / "empty"
    there.mkdir()
    url = f"sqlite:///{there / 'easycrm.db'}"
    if database.dialect.name == "postgresql":
        server = make_url(os.environ["EASYCRM_DATABASE_URL"]).set(query={})
        name = f"restored_{os.getpid()}"
        url = server.set(database=name).render_as_string(hide_password=False)
        run(program("createdb"), *at(url)[:-1], name)
    monkeypatch.setenv("EASYCRM_DATA_DIR", str(there))
    yield url
    if database.dialect.name == "postgresql":
        forget_settings()
        run(program("dropdb"), *at(url)[:-1], "--force", f"restored_{os.getpid()}")


def program(name: str) -> str:
    """One of PostgreSQL's programs, wherever the system keeps it."""
    found = shutil.which(name) or next((str(one) for one in sorted(POSTGRESQL.glob(f"*/bin/{name}"))), None)
    if found is None:
        pytest.skip(f"{name} is not installed")
    return found


def at(url: str) -> list[str]:
    """How PostgreSQL's programs name a database."""
    parts = urlsplit(url)
    return ["-h", parts.hostname or "", "-p", str(parts.port), "-U", parts.username or "", parts.path.strip("/")]


def run(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(words, cwd=REPOSITORY, env=dict(os.environ), capture_output=True, text=True, check=True)


def refused(*words: str) -> subprocess.CompletedProcess[str]:
    """A command of EasyCRM's that is to fail."""
    command = [sys.executable, "-m", "easycrm", *words]
    return subprocess.run(command, cwd=REPOSITORY, env=dict(os.environ), capture_output=True, text=True, check=False)


def back_up(url: str, target: Path) -> None:
    if url.startswith("sqlite"):
        assert "bytes written" in run(sys.executable, "-m", "easycrm", "backup", str(target)).stdout
        return
    run(program("pg_dump"), "--format=custom", f"--file={target}", *at(url))


def restore(copy: Path, url: str) -> None:
    """Put the copy in place."""
    if url.startswith("sqlite"):
        shutil.copy(copy, url.removeprefix("sqlite:///"))
        return
    *server, name = at(url)
    run(program("pg_restore"), "--no-owner", *server, "-d", name, str(copy))


async def test_a_restored_backup_syncs_on_without_doubles(
    mailbox: Mailbox, empty_machine: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before, copy = os.environ["EASYCRM_DATABASE_URL"], tmp_path / "copy"
    with monkeypatch.context() as there, worker():
        there.setenv("EASYCRM_DATA_DIR", str(tmp_path))
        mailbox.make_due()
        back_up(before, copy)
    mailbox.simulator.post("deliver", email=mailbox.email, count=3)
    await mailbox.sync()
    gone = mailbox.simulator.truth(mailbox.email)[9]["id"]
    mailbox.simulator.post("message", email=mailbox.email, id=gone, action="delete")

    restore(copy, empty_machine)
    monkeypatch.setenv("EASYCRM_DATABASE_URL", empty_machine)
    forget_settings()
    key_canary.check()
    assert after_restore.hold_back() == 1
    await mailbox.sync()

    mailbox.assert_equal()
    with reading() as session:
        assert session.exec(select(OutboxMessage.state)).one() == State.UNKNOWN


async def test_threat_31_a_restored_backup_without_its_keys_does_not_start(
    mailbox: Mailbox, empty_machine: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before, copy = os.environ["EASYCRM_DATABASE_URL"], tmp_path / "copy"
    back_up(before, copy)
    restore(copy, empty_machine)
    monkeypatch.setenv("EASYCRM_DATABASE_URL", empty_machine)
    kept = len(mailbox.stored())
    for keys in ("", sealed.new_key("other")):
        monkeypatch.setenv("EASYCRM_KEYS", keys)
        done = refused("worker")
        assert done.returncode == 2
        assert "EASYCRM_KEYS" in done.stderr

    assert len(mailbox.stored()) == kept


def test_a_backup_overwrites_nothing(database: Engine, tmp_path: Path) -> None:
    if database.dialect.name == "postgresql":
        done = refused("backup", str(tmp_path / "copy"))
        assert "pg_dump" in done.stderr
        return
    (tmp_path / "copy").write_text("precious")
    command = [sys.executable, "-m", "easycrm", "backup", str(tmp_path / "copy")]
    done = subprocess.run(command, cwd=REPOSITORY, env=dict(os.environ), capture_output=True, text=True, check=False)
    assert (done.returncode, (tmp_path / "copy").read_text()) == (2, "precious")
    assert "is there already" in done.stderr


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_a_backup_leaves_a_line_and_is_one_without_it(database: Engine, tmp_path: Path) -> None:
    back_up(str(database.url), tmp_path / "first")
    with reading() as session:
        line = session.exec(select(AuditEvent)).one()
        assert (line.event, line.detail) == ("data.copied", f"{(tmp_path / 'first').stat().st_size:,} bytes")

    with transaction() as session:
        session.connection().exec_driver_sql("DROP TABLE audit_event")
    done = run(sys.executable, "-m", "easycrm", "backup", str(tmp_path / "second"))

    assert "bytes written" in done.stdout
    assert "the audit log could not be written" in done.stderr
