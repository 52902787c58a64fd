"""An export holds every message once: the original while connected, rebuilt and saying so afterwards."""

import mailbox as mailboxes
from email.header import decode_header, make_header
from pathlib import Path

import pytest

from easycrm.core.clock import now
from easycrm.core.db import transaction
from easycrm.core.errors import NotFound
from easycrm.mail import disconnect, export, rebuilt
from easycrm.mail.message import Message
from easycrm.people.user import User
from tests.connected import Mailbox, prepare
from tests.simulator_process import Simulator


@pytest.fixture(params=["google", "microsoft"])
async def mailbox(request: pytest.FixtureRequest, simulator: Simulator, database: object) -> Mailbox:
    """A small imported mailbox of each provider in turn."""
    del database
    made = prepare(simulator, request.param, "small@example.org")
    simulator.post("people", email=made.email, provider=request.param, threads=0)
    odd = "From here on it is quoted.\n>From there on too.\nEnd"
    simulator.post("deliver", email=made.email, subject="Quotation 42", text=odd)
    simulator.post("deliver", email=made.email, subject="Ångström über alles", text="Grüße", html="<p>Grüße</p>")
    await made.connect()
    await made.sync()
    return made


async def read(mailbox: Mailbox, path: Path) -> tuple[export.Export, list[mailboxes.mboxMessage]]:
    made = export.mbox(mailbox.user_id, mailbox.connection_id)
    return made, opened(path, b"".join([chunk async for chunk in made.chunks]))


def opened(path: Path, data: bytes) -> list[mailboxes.mboxMessage]:
    path.write_bytes(data)
    box = mailboxes.mbox(path)
    found = list(box)
    box.close()
    return found


async def test_a_connected_mailbox_gives_its_originals(mailbox: Mailbox, tmp_path: Path) -> None:
    made, messages = await read(mailbox, tmp_path / "export.mbox")

    assert made.originals
    assert made.file_name == "small@example.org.mbox"
    assert len(messages) == len(mailbox.stored()) == 2
    assert [message["X-EasyCRM-Rebuilt"] for message in messages] == [None, None]
    [quoted] = [message.as_bytes() for message in messages if message["Subject"] == "Quotation 42"]
    assert b"\n>From here" in quoted
    assert b"\n>>From there" in quoted


async def test_a_disconnected_mailbox_gives_what_is_stored_and_says_so(mailbox: Mailbox, tmp_path: Path) -> None:
    disconnect.disconnect(mailbox.user_id, mailbox.connection_id)
    mailbox.simulator.requests(reset=True)

    made, messages = await read(mailbox, tmp_path / "export.mbox")

    assert not made.originals
    assert mailbox.simulator.requests()["total"] == 0
    assert [message["X-EasyCRM-Rebuilt"] for message in messages] == ["yes", "yes"]
    subjects = {str(make_header(decode_header(message["Subject"]))) for message in messages}
    assert subjects == {"Quotation 42", "Ångström über alles"}
    parts = [part for message in messages for part in message.walk() if not part.is_multipart()]
    assert any("Grüße" in str(part.get_payload(decode=True), "utf-8") for part in parts)  # pyright: ignore


async def test_what_cannot_be_fetched_is_rebuilt(mailbox: Mailbox, tmp_path: Path) -> None:
    mailbox.simulator.post("faults", match="gmail|graph", kind="status", status=404)

    _, messages = await read(mailbox, tmp_path / "export.mbox")

    assert [message["X-EasyCRM-Rebuilt"] for message in messages] == ["yes", "yes"]


async def test_threat_23_nobody_exports_somebody_elses_mailbox(mailbox: Mailbox) -> None:
    with transaction() as session:
        mallory = User(email="mallory@example.com", password_hash="unused")
        session.add(mallory)
        session.flush()
        user_id = mallory.id or 0
    with pytest.raises(NotFound):
        export.mbox(user_id, mailbox.connection_id)


def test_a_sender_with_line_breaks_forges_no_message(database: object) -> None:
    del database
    stored = Message(
        id=1, connection_id=1, thread_id=1, generation=1, provider_message_id="1", received_at=now(), sort_key=1,
        sender_email="a@example.com\nFrom b@example.com", subject="One\r\nBcc: c@example.com",
    )  # fmt: skip
    text = export.entry(stored, rebuilt.message(stored)).decode()
    assert text.count("\nFrom ") + text.startswith("From ") == 1
    assert "\nBcc:" not in text
