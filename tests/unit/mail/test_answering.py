"""Answers through the real provider code: what the recipients' mail programs get, and the files of a forward."""

import base64
from datetime import timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage, Message

import pytest
from sqlalchemy import Engine

from easycrm.core import wording
from easycrm.core.clock import now
from easycrm.core.db import transaction
from easycrm.core.errors import EasyCRMError, NotFound
from easycrm.mail import draft, forwarding, outbox, sending
from easycrm.mail.draft import DraftFields
from easycrm.mail.outbox_message import OutboxMessage
from tests.connected import Mailbox, prepare
from tests.letters import letter
from tests.simulator_process import Simulator

ME = {"google": "linus@example.org", "microsoft": "barbara@example.org"}
TO = {"google": "edsger@example.net", "microsoft": "grace@example.com"}
FIRST, SECOND = "<first@mail.example.org>", "<second@mail.example.org>"
PLAN = ("plan.pdf", "application/pdf", b"%PDF" * 500)
BOTH = pytest.mark.parametrize("provider", ["google", "microsoft"])


@pytest.fixture
async def mailbox(provider: str, simulator: Simulator, database: Engine) -> Mailbox:
    """A mailbox in which two messages of one conversation have arrived; the second names the first."""
    del database
    made = prepare(simulator, provider, ME[provider])
    for number, names in enumerate(({"Message-ID": FIRST}, {"Message-ID": SECOND, "References": FIRST})):
        raw = EmailMessage(policy=policy.SMTP)
        for name, value in {"From": TO[provider], "To": made.email, "Subject": "Plans", **names}.items():
            raw[name] = value
        raw.set_content("Shall we meet on Thursday?\n")
        simulator.post(
            "deliver", email=made.email, subject="Plans", thread_id="74", received_at=now().timestamp() - 90 + number,
            raw=base64.urlsafe_b64encode(raw.as_bytes()).decode(),
        )  # fmt: skip
    simulator.post("deliver", email=made.email, subject="With a file", raw=letter(subject="With a file", files=(PLAN,)))
    await made.connect(window_days=7)
    await made.sync()
    return made


def stored(mailbox: Mailbox, header: str = "", *, subject: str = "") -> int:
    """The id of a message that is here."""
    return next(
        one.id or 0
        for one in mailbox.stored().values()
        if header in ("", one.message_id_header) and subject in one.subject
        for one in mailbox.stored().values()
        if header in ("", one.message_id_header) and subject in one.subject
    )


async def send(mailbox: Mailbox, ident: int, subject: str) -> Message:
    """Send a draft to the other one under this subject; the message that lies in that inbox then."""
    to = TO[mailbox.provider]
    draft.save(mailbox.user_id, ident, 1, DraftFields(mailbox.connection_id, to, "", "", subject, "<p>Yes</p>"))
    outbox.submit(mailbox.user_id, ident)
    with transaction() as session:
        session.get_one(OutboxMessage, ident).next_at = now() - timedelta(seconds=1)
    await sending.work(ident)
    (found,) = [one for one in mailbox.simulator.truth(to) if (one["subject"], one["folder"]) == (subject, "inbox")]
    raw = mailbox.simulator.get("raw", email=to, id=found["id"])["raw"]
    return message_from_bytes(base64.b64decode(raw), policy=policy.default)


@BOTH
async def test_an_answer_names_its_whole_conversation(mailbox: Mailbox) -> None:
    ident = draft.begin(mailbox.user_id, kind="reply", message_id=stored(mailbox, SECOND))
    first = await send(mailbox, ident, "Re: Plans")
    assert (first["In-Reply-To"], first["References"]) == (SECOND, f"{FIRST} {SECOND}")

    # One's own answer is answered too: what was sent through Graph is listed there without References as well.
    await mailbox.sync()
    own = first["Message-ID"]
    ident = draft.begin(mailbox.user_id, kind="reply_all", message_id=stored(mailbox, own))
    second = await send(mailbox, ident, "Re: Plans again")
    assert (second["In-Reply-To"], second["References"]) == (own, f"{FIRST} {SECOND} {own}")
    new = await send(mailbox, draft.begin(mailbox.user_id, connection_id=mailbox.connection_id), "Something else")
    assert (new["In-Reply-To"], new["References"]) == (None, None)


@BOTH
async def test_a_forward_brings_files_that_nobody_has_listed_yet(mailbox: Mailbox) -> None:
    begun = await forwarding.begin(mailbox.user_id, stored(mailbox, subject="With a file"))
    assert begun.problem == ""
    assert [one.file_name for one in draft.opened(mailbox.user_id, begun.draft_id).files] == ["plan.pdf"]
    arrived = await send(mailbox, begun.draft_id, "Fwd: With a file")
    (file,) = arrived.iter_attachments()  # pyright: ignore[reportAttributeAccessIssue] (an EmailMessage)
    assert (file.get_filename(), file.get_content()) == (PLAN[0], PLAN[2])


@pytest.mark.parametrize("provider", ["microsoft"])
async def test_a_forward_does_not_silently_go_without_its_files(mailbox: Mailbox) -> None:
    message_id = stored(mailbox, subject="With a file")
    mailbox.simulator.post("faults", match="graph.*attachments", kind="status", status=503)
    with pytest.raises(EasyCRMError, match=wording.reading.FILES_NOT_LISTED):
        await forwarding.begin(mailbox.user_id, message_id)
    mailbox.simulator.post("faults/clear")
    with pytest.raises(NotFound):
        await forwarding.begin(mailbox.user_id + 1, message_id)
    with transaction() as session:
        session.get_one(type(mailbox.row()), mailbox.connection_id).status = "not_connected"
    begun = await forwarding.begin(mailbox.user_id, message_id)
    assert begun.problem == f"{wording.reading.FILES_NOT_LISTED}: {wording.reading.STILL_IN_YOUR_MAILBOX}"
    assert draft.opened(mailbox.user_id, begun.draft_id).files == ()
