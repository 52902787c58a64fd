"""What is fetched from a mailbox when somebody asks: attachments, the text's pictures, originals; of both providers."""

import base64
import secrets
from collections.abc import Awaitable, Callable

import pytest
from sqlmodel import select

from easycrm.core import wording
from easycrm.core.db import reading, transaction
from easycrm.core.errors import NotFound
from easycrm.mail import attachments, disconnect, pictures, search
from easycrm.mail import reading as reading_pane
from easycrm.mail.at_provider import StillInMailbox
from easycrm.mail.message import Attachment, Message
from easycrm.mail.original import original
from easycrm.people.user import User
from easycrm.providers.errors import MessageGone, ProviderError
from tests.connected import Mailbox, prepare
from tests.letters import letter, png
from tests.simulator_process import Simulator

# What is fetched never touches the database's own ways, so one of the two is enough.
pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)
EMAIL = "box@example.org"
HTML = '<p>See</p><img src="cid:room@example.com"><img src="cid:gone@example.com">'
Receive = Callable[..., Awaitable[int]]


@pytest.fixture(params=["google", "microsoft"])
async def mailbox(request: pytest.FixtureRequest, simulator: Simulator, database: object) -> Mailbox:
    """An imported mailbox of each provider in turn."""
    del database
    simulator.post("people", provider=request.param, email=EMAIL, name="Box", threads=1)
    made = prepare(simulator, request.param, EMAIL)
    await made.connect()
    await made.sync()
    return made


@pytest.fixture
def receive(mailbox: Mailbox) -> Receive:
    """A function that delivers a letter and syncs; the message's id."""

    async def deliver(**what: object) -> int:
        subject = secrets.token_hex(6)
        mailbox.simulator.post("deliver", email=mailbox.email, raw=letter(subject=subject, **what))  # pyright: ignore
        await mailbox.sync()
        return next(one.id or 0 for one in mailbox.stored().values() if one.subject == subject)

    return deliver


def listed(message_id: int) -> list[Attachment]:
    with reading() as session:
        query = select(Attachment).where(Attachment.message_id == message_id)
        return list(session.exec(query.order_by(Attachment.id)))  # pyright: ignore


def somebody_else() -> int:
    with transaction() as session:
        user = User(email=f"{secrets.token_hex(4)}@example.com", password_hash="unused")
        session.add(user)
        session.flush()
        return user.id or 0


async def fetched(mailbox: Mailbox, attachment_id: int) -> tuple[str, list[bytes]]:
    found = await attachments.download(mailbox.user_id, attachment_id)
    return found.file_name, [piece async for piece in found.chunks]


async def test_attachments_arrive_byte_for_byte_and_in_pieces(mailbox: Mailbox, receive: Receive) -> None:
    files = (
        ("Angebot – März.pdf", "application/pdf", secrets.token_bytes(1_500_001)),
        ("empty.bin", "application/octet-stream", b"\x00"),
        ("page.html", "text/html", b"<script>alert(1)</script>\r\n"),
    )
    message_id = await receive(files=files)
    await attachments.ensure_listed(mailbox.user_id, message_id)

    found = [await fetched(mailbox, one.id or 0) for one in listed(message_id)]

    assert [(name, b"".join(pieces)) for name, pieces in found] == [(name, data) for name, _, data in files]
    assert max(len(piece) for piece in found[0][1]) <= 256 * 1024


async def test_what_was_listed_keeps_its_address_when_the_message_changes(mailbox: Mailbox, receive: Receive) -> None:
    message_id = await receive(files=(("a.pdf", "application/pdf", b"%PDF"),))
    await attachments.ensure_listed(mailbox.user_id, message_id)
    before = [one.id for one in listed(message_id)]
    with reading() as session:
        ident = session.get_one(Message, message_id).provider_message_id

    mailbox.simulator.post("message", email=mailbox.email, id=ident, action="star")
    await mailbox.sync()

    assert [one.id for one in listed(message_id)] == before
    assert len(before) == 1


async def test_listing_twice_lists_once(mailbox: Mailbox, receive: Receive) -> None:
    message_id = await receive(files=(("a.pdf", "application/pdf", b"%PDF"),))
    for _ in range(2):
        await attachments.ensure_listed(mailbox.user_id, message_id)
    [view] = [one for one in reading_pane.messages(mailbox.user_id, thread_of(message_id)) if one.id == message_id]
    assert [(one.file_name, view.unlisted) for one in view.attachments] == [("a.pdf", False)]


async def test_what_was_listed_is_found_by_its_name_and_forgotten_whole(mailbox: Mailbox, receive: Receive) -> None:
    message_id = await receive(files=(("zebra-plan.pdf", "application/pdf", b"%PDF"),))
    await attachments.ensure_listed(mailbox.user_id, message_id)
    assert found_by(mailbox, "zebra") == [thread_of(message_id)]
    with reading() as session:
        ident = session.get_one(Message, message_id).provider_message_id

    mailbox.simulator.post("message", email=mailbox.email, id=ident, action="star")
    await mailbox.sync()
    assert found_by(mailbox, "zebra") == [thread_of(message_id)]

    mailbox.simulator.post("message", email=mailbox.email, id=ident, action="delete")
    await mailbox.sync()
    assert found_by(mailbox, "zebra") == []


def found_by(mailbox: Mailbox, word: str) -> list[int]:
    return [row.id for row in search.page(mailbox.user_id, word).rows]


def thread_of(message_id: int) -> int:
    with reading() as session:
        return session.get_one(Message, message_id).thread_id


async def test_the_messages_own_pictures_are_shown_and_those_that_cannot_be_had_are_counted(
    mailbox: Mailbox, receive: Receive
) -> None:
    message_id = await receive(html=HTML, pictures={"room@example.com": png()})

    shown = await reading_pane.frame(mailbox.user_id, message_id, images=False)

    assert f"data:image/png;base64,{base64.b64encode(png()).decode()}" in shown
    assert wording.reading.pictures_missing(1) in shown
    assert "cid:" not in shown
    [view] = [one for one in reading_pane.messages(mailbox.user_id, thread_of(message_id)) if one.id == message_id]
    assert view.attachments == ()


async def test_a_picture_shown_again_costs_no_request(mailbox: Mailbox, receive: Receive) -> None:
    message_id = await receive(html=HTML, pictures={"room@example.com": png()})
    first = await pictures.of(mailbox.user_id, message_id, {"room@example.com"})
    mailbox.simulator.requests(reset=True)

    assert await pictures.of(mailbox.user_id, message_id, {"room@example.com"}) == first
    assert mailbox.simulator.requests()["total"] == 0


async def test_threat_26_what_is_no_picture_or_too_large_is_not_shown(mailbox: Mailbox, receive: Receive) -> None:
    svg = b"<svg xmlns='http://www.w3.org/2000/svg' onload='a()'/>"
    bad = {"svg@x": svg, "html@x": b"<html>", "short@x": b"\x89PN", "large@x": b"\x89PNG\r\n\x1a\n" * 700_000}
    message_id = await receive(html=HTML, pictures=bad)
    assert await pictures.of(mailbox.user_id, message_id, set(bad)) == pictures.Pictures(missing=4)


async def test_an_original_is_what_was_sent(mailbox: Mailbox, receive: Receive) -> None:
    message_id = await receive(text="As it was")
    found = await original(mailbox.user_id, message_id)
    assert b"Content-Type: text/plain" in found.raw
    assert b"As it was" in found.raw
    assert found.file_name.endswith(".eml")


async def test_threat_23_nothing_is_fetched_for_somebody_else(mailbox: Mailbox, receive: Receive) -> None:
    message_id = await receive(html=HTML, pictures={"room@example.com": png()}, files=(("a.pdf", "a/b", b"%PDF"),))
    await attachments.ensure_listed(mailbox.user_id, message_id)
    stranger = somebody_else()
    for attachment in listed(message_id):
        with pytest.raises(NotFound):
            await attachments.download(stranger, attachment.id or 0)
    for attempt in (
        original(stranger, message_id),
        attachments.ensure_listed(stranger, message_id),
        pictures.of(stranger, message_id, {"room@example.com"}),
        reading_pane.frame(stranger, message_id, images=False),
        attachments.download(mailbox.user_id, 10**9),
    ):
        with pytest.raises(NotFound):
            await attempt


async def test_after_a_disconnect_everything_is_still_in_the_mailbox(mailbox: Mailbox, receive: Receive) -> None:
    message_id = await receive(html=HTML, files=(("a.pdf", "application/pdf", b"%PDF"),))
    await attachments.ensure_listed(mailbox.user_id, message_id)
    disconnect.disconnect(mailbox.user_id, mailbox.connection_id)
    with pytest.raises(StillInMailbox, match="reconnect to download"):
        await attachments.download(mailbox.user_id, listed(message_id)[0].id or 0)
    with pytest.raises(StillInMailbox):
        await original(mailbox.user_id, message_id)
    assert wording.reading.pictures_missing(2) in await reading_pane.frame(mailbox.user_id, message_id, images=False)


async def test_what_was_deleted_at_the_provider_is_gone(mailbox: Mailbox, receive: Receive) -> None:
    message_id = await receive(files=(("a.pdf", "application/pdf", b"%PDF"),))
    await attachments.ensure_listed(mailbox.user_id, message_id)
    with reading() as session:
        ident = session.get_one(Message, message_id).provider_message_id
    mailbox.simulator.post("message", email=mailbox.email, id=ident, action="delete")
    with pytest.raises(MessageGone):
        await attachments.download(mailbox.user_id, listed(message_id)[0].id or 0)


async def test_an_answer_that_is_cut_or_no_json_is_the_providers_trouble(mailbox: Mailbox, receive: Receive) -> None:
    message_id = await receive(files=(("a.pdf", "application/pdf", b"%PDF"),))
    await attachments.ensure_listed(mailbox.user_id, message_id)
    mailbox.simulator.post("faults", match="attachments", kind="status", status=503, body="<html>")
    with pytest.raises(ProviderError):
        await fetched(mailbox, listed(message_id)[0].id or 0)
