"""`kill -9` during key rotation: the next one goes on, and everything stays readable."""

import os
import random
import signal
import subprocess
import sys
import time
from datetime import timedelta

import pytest
from sqlalchemy import Engine
from sqlmodel import select

from easycrm.core import key_canary, sealed
from easycrm.core.clock import now
from easycrm.core.db import reading, transaction
from easycrm.core.sealed import ring
from easycrm.mail import key_rotation, token_set
from easycrm.mail.connection import Connection
from easycrm.mail.token_set import TokenSet
from easycrm.mail.token_vault import store
from easycrm.people.user import User
from easycrm.providers.base import Tokens
from tests.conftest import KEY, forget_settings
from tests.simulator_process import REPOSITORY

MAILBOXES = 1000


def test_threat_32_a_killed_rotation_goes_on_and_loses_nothing(
    database: Engine, monkeypatch: pytest.MonkeyPatch, full: bool
) -> None:
    del database
    key_canary.check()
    _fill()
    rng, keys, cut_short = random.Random(32), [KEY], 0

    for kill in range(20 if full else 3):
        keys.insert(0, sealed.new_key(f"key-{kill}"))
        monkeypatch.setenv("EASYCRM_KEYS", ",".join(keys))
        forget_settings()
        _rotate_and_kill(rng)
        left = key_rotation.overview()
        cut_short += left.older > 0
        assert left.lost == 0
        assert left.total == 2 * MAILBOXES + 1  # and the canary
    done = subprocess.run(
        [sys.executable, "-m", "easycrm", "rotate-keys"], cwd=REPOSITORY, capture_output=True, text=True, check=True
    )

    assert cut_short >= 1, "the kills came too late to prove anything"
    assert all(f"Key {key.partition(':')[0]} is not used any more" in done.stdout for key in keys[1:])
    monkeypatch.setenv("EASYCRM_KEYS", keys[0])
    forget_settings()
    key_canary.check()
    _assert_readable()


def _fill() -> None:
    with transaction() as session:
        user = User(email="ada@example.com", password_hash="unused")
        session.add(user)
        session.flush()
        rows = [
            Connection(user_id=user.id or 0, provider="google", subject=str(number), address="ada@example.com")
            for number in range(MAILBOXES)
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


def _rotate_and_kill(rng: random.Random) -> None:
    command = [sys.executable, "-m", "easycrm", "rotate-keys"]
    process = subprocess.Popen(command, cwd=REPOSITORY, env=dict(os.environ), stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    process.stdout.readline()
    time.sleep(rng.uniform(0, 0.5))
    process.send_signal(signal.SIGKILL)
    process.wait()
    process.stdout.close()


def _assert_readable() -> None:
    with reading() as session:
        stored = session.exec(select(TokenSet)).all()
        assert len(stored) == MAILBOXES
        for one in stored:
            for column, value in (("access_token", "access"), ("refresh_token", "refresh")):
                place = token_set.binding(column, one.connection_id, one.generation)
                assert ring().open(getattr(one, column), place) == f"{value}-{one.connection_id}"
