"""A callback's parameters: whatever comes, the end is one of EasyCRM's own sentences."""

import asyncio
import time

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlmodel import func, select

from easycrm.core import wording
from easycrm.core.db import reading
from easycrm.mail import consent, consent_answer
from easycrm.mail.connection import Connection
from easycrm.mail.consent_attempt import ConsentAttempt
from tests.fake_provider import FakeProvider, state_of
from tests.unit.mail.conftest import Someone

NASTY = [
    "\x00",
    "\r\nSet-Cookie: a=b",
    "\u202e\u2066",
    "<script>alert(1)</script>",
    "' OR 1=1 --",
    "\ud83d\ude00",
    "%00",
]
values = st.one_of(
    st.text(max_size=60),
    st.sampled_from(NASTY),
    st.sampled_from(["good", "access_denied", "https://accounts.google.com"]),
    st.text(alphabet="\x00\r\n\u202eA<&;%", min_size=1, max_size=10).map(lambda piece: (piece * 10_240)[:10_240]),
)
names = st.sampled_from(["state", "code", "error", "iss", "scope", "error_description", "client_info", "x"])
answers = st.lists(st.tuples(st.one_of(names, st.text(max_size=20)), values), max_size=8)


@pytest.mark.parametrize("known_state", [False, True])
def test_threat_08_garbage_in_any_parameter_ends_in_a_clear_sentence(
    ada: Someone, google: FakeProvider, full: bool, known_state: bool
) -> None:
    ours = {**vars(wording), **vars(wording.connecting)}
    sentences = {text for name, text in ours.items() if name.startswith("CONSENT_")}
    begun = state_of(asyncio.run(consent.begin(user_id=ada.user_id, session_id=ada.session_id, provider="google")))

    @settings(
        max_examples=5_000 if full else 300,
        deadline=None,
        suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    )
    @given(answers)
    def answered(pairs: list[tuple[str, str]]) -> None:
        if known_state:
            pairs = [("state", begun), *((name, value) for name, value in pairs if name != "code")]
        with pytest.raises(consent.ConsentRefused) as refused:
            asyncio.run(
                consent.complete(user_id=ada.user_id, session_id=ada.session_id, provider="google", answer=pairs)
            )
        assert refused.value.user_message in sentences

    answered()
    with reading() as session:
        assert session.exec(select(func.count()).select_from(Connection)).one() == 0
        assert session.exec(select(func.count()).select_from(ConsentAttempt)).one() == 1
    assert google.count("exchange") == 0


@given(answers)
def test_threat_08_no_secret_stands_in_what_an_answer_shows_of_itself(pairs: list[tuple[str, str]]) -> None:
    secret = "canary-value"
    try:
        shown = repr(consent_answer.read([("state", secret), ("code", secret), *dict(pairs).items()][:5]))
    except consent_answer.ConsentRefused as refusal:
        shown = repr(refusal) + refusal.detail
    assert secret not in shown


def test_threat_08_a_huge_answer_is_refused_at_once() -> None:
    began = time.monotonic()
    with pytest.raises(consent_answer.ConsentRefused):
        consent_answer.read([(f"name-{number}", "x" * 10_000) for number in range(10_000)])
    assert time.monotonic() - began < 1
