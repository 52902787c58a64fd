"""Sealing: opens where it belongs and nowhere else."""

import base64
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Engine
from sqlmodel import select

from easycrm.core import key_canary, sealed
from easycrm.core.db import reading
from easycrm.core.errors import Misconfigured
from easycrm.core.key_canary import KeyCanary
from easycrm.core.sealed import Binding, CannotOpen, KeyRing, new_key, ring
from easycrm.core.settings import Settings, settings

RING = KeyRing({"new": bytes(range(32)), "old": bytes(32)})
HOME = Binding("token_set", "refresh_token", "7", 3)
bindings = st.builds(
    Binding,
    st.sampled_from(["token_set", "pending_revocation"]),
    st.sampled_from(["access_token", "refresh_token"]),
    st.integers(1, 9).map(str),
    st.integers(0, 9),
)


@given(st.text(), bindings)
def test_what_was_sealed_opens_in_its_place(plain: str, place: Binding) -> None:
    assert RING.open(RING.seal(plain, place), place) == plain


@given(st.text(), bindings, bindings)
def test_threat_30_moved_to_another_row_it_does_not_open(plain: str, place: Binding, other: Binding) -> None:
    if place != other:
        with pytest.raises(CannotOpen):
            RING.open(RING.seal(plain, place), other)


@given(st.text(max_size=40), st.data())
def test_threat_30_one_flipped_bit_and_it_does_not_open(plain: str, data: st.DataObject) -> None:
    version, key_id, nonce, cipher = RING.seal(plain, HOME).split(".")
    raw = bytearray(base64.urlsafe_b64decode(nonce + "==") + base64.urlsafe_b64decode(cipher + "=="))
    bit = data.draw(st.integers(0, len(raw) * 8 - 1))
    raw[bit // 8] ^= 1 << bit % 8
    parts = (base64.urlsafe_b64encode(part).rstrip(b"=").decode() for part in (raw[:12], raw[12:]))
    with pytest.raises(CannotOpen):
        RING.open(".".join((version, key_id, *parts)), HOME)


@given(st.text())
def test_threat_30_anything_else_does_not_open(garbage: str) -> None:
    with pytest.raises(CannotOpen):
        RING.open(garbage, HOME)


def test_the_same_text_never_seals_alike() -> None:
    assert len({RING.seal("same", HOME) for _ in range(100)}) == 100


def test_an_older_key_still_opens_and_the_newest_seals() -> None:
    older = KeyRing({"old": bytes(32)}).seal("kept", HOME)
    assert RING.open(older, HOME) == "kept"
    assert RING.seal("kept", HOME).startswith("v1.new.")


def test_a_plain_text_is_not_part_of_its_seal() -> None:
    assert "plain-token" not in RING.seal("plain-token", HOME)


@pytest.mark.parametrize("length", [0, *range(15, 32), 33, 64])
def test_threat_31_a_key_of_another_length_is_refused_by_name(length: int) -> None:
    key = base64.urlsafe_b64encode(bytes(length)).decode()
    with pytest.raises(Misconfigured, match="EASYCRM_KEYS"):
        sealed.load_ring(Settings(keys=f"a:{key}"))


@pytest.mark.parametrize("keys", ["", " , ", "no-colon", "a:***", ":" + base64.b64encode(bytes(32)).decode()])
def test_threat_31_a_missing_or_malformed_key_is_refused_by_name(keys: str) -> None:
    with pytest.raises(Misconfigured, match="EASYCRM_KEYS"):
        sealed.load_ring(Settings(keys=keys))


def test_threat_31_an_unreadable_key_file_is_refused_by_name(tmp_path: Path) -> None:
    with pytest.raises(Misconfigured, match="EASYCRM_KEY_FILE"):
        sealed.load_ring(Settings(key_file=tmp_path / "absent"))


def test_two_keys_of_one_name_are_refused_by_name() -> None:
    one = new_key("2026")
    with pytest.raises(Misconfigured, match="EASYCRM_KEYS holds two keys named 2026"):
        sealed.load_ring(Settings(keys=f"{new_key('2026')},{one}"))
    assert sealed.load_ring(Settings(keys=f"{one},{one}")).newest == "2026"


def test_a_key_file_may_hold_several_lines(tmp_path: Path) -> None:
    file = tmp_path / "keys"
    file.write_text(f"{new_key('second')}\n{new_key('first')}\n")
    assert sealed.load_ring(Settings(key_file=file)).newest == "second"


@pytest.mark.usefixtures("database")
def test_the_canary_lets_the_key_pass_that_wrote_it() -> None:
    key_canary.check()
    key_canary.check()


def test_threat_31_a_wrong_key_refuses_to_start_and_touches_nothing(
    database: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    key_canary.check()
    before = _canaries(database)
    monkeypatch.setenv("EASYCRM_KEYS", new_key("test"))
    settings.cache_clear()
    ring.cache_clear()
    with pytest.raises(Misconfigured, match="EASYCRM_KEYS"):
        key_canary.check()
    assert _canaries(database) == before


def _canaries(_database: Engine) -> list[str]:
    with reading() as session:
        return list(session.exec(select(KeyCanary.sealed)))


def test_of_several_processes_that_start_at_once_one_plants_the_canary(database: Engine) -> None:
    del database
    together = threading.Barrier(8)

    def start(_number: int) -> None:
        together.wait()
        key_canary.check()

    with ThreadPoolExecutor(8) as processes:
        list(processes.map(start, range(8)))

    assert key_canary.fits()
