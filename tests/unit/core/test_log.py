"""Logs: what is secret is struck out, wherever it stands."""

import json
import logging
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from easycrm.core import log

CANARY = "canary-4711"


@pytest.mark.parametrize(
    "line",
    [
        f"POST /token code={CANARY}&grant_type=authorization_code",
        f"Authorization: Bearer {CANARY}",
        f'{{"access_token": "{CANARY}", "expires_in": 3600}}',
        f"{{'refresh_token': '{CANARY}'}}",
        f"callback?state={CANARY}&scope=openid",
        f"client_secret={CANARY}",
        f"code_verifier={CANARY}",
        f"nonce={CANARY}",
    ],
)
def test_threat_29_a_secret_in_a_sentence_is_struck_out(line: str) -> None:
    struck = log.redact(line)
    assert CANARY not in struck
    assert log.STRUCK in struck


@given(
    st.sampled_from(["access_token", "Refresh-Token", "client_secret", "password", "code", "state", "Cookie", "nonce"]),
    st.sampled_from([lambda inner: inner, lambda inner: [inner], lambda inner: {"deep": [inner]}]),
)
def test_threat_29_a_secret_by_name_is_struck_out_however_deep(name: str, nest: object) -> None:
    assert CANARY not in repr(log.redact(nest({name: CANARY})))  # type: ignore[operator]


def test_what_is_not_secret_stays() -> None:
    assert log.redact({"connection_id": 7, "status_code": 200, "status": "connected"}) == {
        "connection_id": 7,
        "status_code": 200,
        "status": "connected",
    }


@pytest.fixture
def logging_restored() -> object:
    root = logging.getLogger()
    before = (root.handlers[:], root.level)
    yield
    root.handlers[:], root.level = before


@pytest.mark.usefixtures("logging_restored")
def test_threat_29_lines_and_tracebacks_of_libraries_pass_the_redaction(capsys: pytest.CaptureFixture[str]) -> None:
    log.configure()
    try:
        raise ValueError(f"refresh_token={CANARY}")
    except ValueError:
        logging.getLogger("library").exception("failed with code=%s", CANARY)
        log.logger("test").warning("failed", access_token=CANARY, exc_info=True)
    lines = [json.loads(line) for line in capsys.readouterr().err.splitlines()]
    assert len(lines) == 2
    assert CANARY not in repr(lines)


@pytest.mark.usefixtures("logging_restored")
def test_threat_29_an_event_that_reflex_quotes_is_struck_out_whole(capsys: pytest.CaptureFixture[str]) -> None:
    log.configure()
    typed = {"payload": {"form_data": {"now": f"correct horse {CANARY}"}}}
    logging.getLogger("reflex").warning("Received event from session 1 with no associated token. Event data: %s", typed)
    try:
        raise ValueError(f"Failed to deserialize event data: {typed}.")
    except ValueError:
        logging.getLogger("reflex").exception("failed")

    written = capsys.readouterr().err
    assert len(written.splitlines()) == 2
    assert written.count(log.STRUCK) == 2
    assert CANARY not in written


def test_threat_29_a_process_that_never_configured_its_logs_shows_no_values_of_variables() -> None:
    script = (
        "from easycrm.core.log import logger\n"
        "def work():\n"
        "    held = 'canary-' + '4711'\n"
        "    raise ValueError(len(held))\n"
        "try:\n"
        "    work()\n"
        "except ValueError:\n"
        "    logger('test').error('failed', exc_info=True)\n"
    )
    ended = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert "ValueError: 11" in ended.stderr
    assert CANARY not in ended.stdout + ended.stderr
