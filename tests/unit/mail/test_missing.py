"""Why an email is not here: asked of the provider, and joined with what EasyCRM knows."""

import pytest

from easycrm.core import wording
from easycrm.core.clock import now
from easycrm.core.db import transaction
from easycrm.core.errors import InvalidInput, NotFound
from easycrm.mail import disconnect, exclusion, missing, removal
from easycrm.mail.connection import Status
from easycrm.mail.exclusion import EVERYBODY, Kind
from easycrm.mail.sync_run import SkippedMessage
from easycrm.people.user import User
from tests.connected import Mailbox, prepare
from tests.excluded import carry_out, choose
from tests.simulator_process import Simulator


@pytest.fixture(params=["google", "microsoft"])
async def mailbox(request: pytest.FixtureRequest, simulator: Simulator, database: object) -> Mailbox:
    """An imported mailbox of each provider in turn."""
    del database
    email = {"google": "linus@example.org", "microsoft": "barbara@example.org"}[request.param]
    made = prepare(simulator, request.param, email)
    await made.connect()
    await made.sync()
    return made


async def asked(mailbox: Mailbox, text: str) -> tuple[list[str], str]:
    answer = await missing.why(mailbox.user_id, mailbox.connection_id, text)
    return [finding.explanation for finding in answer.findings], answer.note


@pytest.mark.parametrize(
    ("more", "reason"),
    [
        ({}, wording.syncing.NOT_YET),
        ({"folder": "spam"}, wording.syncing.IN_SPAM),
        ({"folder": "trash"}, wording.syncing.IN_TRASH),
        ({"days_ago": 200}, wording.syncing.OLDER_THAN_WINDOW),
    ],
)
async def test_each_reason_is_named(mailbox: Mailbox, more: dict[str, object], reason: str) -> None:
    when = now().timestamp() - float(str(more.get("days_ago", 0))) * 86400
    folder = more.get("folder", "inbox")
    mailbox.simulator.post("deliver", email=mailbox.email, subject="Zebra quotation", received_at=when, folder=folder)

    assert await asked(mailbox, "Zebra quotation") == ([reason], "")


async def test_what_is_here_is_said_to_be_here_with_its_thread(mailbox: Mailbox) -> None:
    mailbox.simulator.post("deliver", email=mailbox.email, subject="Zebra quotation")
    await mailbox.sync()

    answer = await missing.why(mailbox.user_id, mailbox.connection_id, "zebra quotation")

    assert [finding.explanation for finding in answer.findings] == [wording.syncing.HERE]
    assert answer.findings[0].thread_id in {message.thread_id for message in mailbox.stored().values()}


async def test_what_could_not_be_stored_says_why(mailbox: Mailbox) -> None:
    mailbox.simulator.post("deliver", email=mailbox.email, subject="Zebra quotation")
    await mailbox.sync()
    [ident] = [ident for ident, message in mailbox.stored().items() if message.subject == "Zebra quotation"]
    with transaction() as session:
        removal.remove(session, mailbox.connection_id, [ident])
        skipped = SkippedMessage(connection_id=mailbox.connection_id, provider_message_id=ident, reason="too large")
        session.add(skipped)

    assert await asked(mailbox, "Zebra quotation") == ([wording.syncing.could_not_be_stored("too large")], "")


async def test_what_is_nowhere_is_said_to_be_nowhere(mailbox: Mailbox) -> None:
    assert await asked(mailbox, "nosuchwordanywhere") == ([], wording.syncing.NOT_THERE)


async def test_a_disconnected_mailbox_is_searched_only_here(mailbox: Mailbox) -> None:
    subject = next(iter(mailbox.stored().values())).subject
    disconnect.disconnect(mailbox.user_id, mailbox.connection_id)
    mailbox.simulator.requests(reset=True)

    found, note = await asked(mailbox, subject)

    assert set(found) == {wording.syncing.HERE}
    assert note == wording.syncing.NOT_SEARCHED
    assert (await asked(mailbox, "nosuchwordanywhere"))[
        1
    ] == f"{wording.syncing.NOT_SEARCHED} · {wording.syncing.NOT_STORED_HERE}"
    assert mailbox.simulator.requests()["total"] == 0


async def test_a_provider_that_is_down_makes_the_answer_smaller(mailbox: Mailbox) -> None:
    subject = next(iter(mailbox.stored().values())).subject
    mailbox.simulator.post("faults", match="gmail|graph", kind="status", status=503)

    found, note = await asked(mailbox, subject)

    assert set(found) == {wording.syncing.HERE}
    assert note
    assert mailbox.row().status == Status.CONNECTED


async def test_a_revoked_grant_found_by_asking_needs_reauthentication(mailbox: Mailbox) -> None:
    mailbox.simulator.post("grants/revoke", email=mailbox.email)
    mailbox.simulator.post("grants/expire-access", email=mailbox.email)

    assert (await asked(mailbox, "nosuchwordanywhere"))[1].startswith(wording.syncing.NOT_SEARCHED)
    assert mailbox.row().status == Status.REQUIRES_REAUTHENTICATION


async def test_threat_23_nobody_searches_somebody_elses_mailbox(mailbox: Mailbox) -> None:
    with transaction() as session:
        mallory = User(email="mallory@example.com", password_hash="unused")
        session.add(mallory)
        session.flush()
        user_id = mallory.id or 0
    with pytest.raises(NotFound):
        await missing.why(user_id, mailbox.connection_id, "report")


async def test_nothing_to_look_for_is_said(mailbox: Mailbox) -> None:
    for text in ("", "   ", "\x00", "x" * 201):
        with pytest.raises(InvalidInput):
            await missing.why(mailbox.user_id, mailbox.connection_id, text)


async def test_odd_words_are_only_words(mailbox: Mailbox) -> None:
    for text in ('"', "%", "_", "\\", "a\"b'c;--", "from:x OR in:trash", "\u202e", "'" * 200):
        await missing.why(mailbox.user_id, mailbox.connection_id, text)


async def test_mail_that_a_rule_leaves_out_names_the_rule(mailbox: Mailbox) -> None:
    exclusion.add(mailbox.user_id, mailbox.user_id, Kind.DOMAIN, "shop.example")
    exclusion.add(EVERYBODY, mailbox.user_id, Kind.ADDRESS, "ada@example.fr")
    deliver(mailbox, "Hidden parcel", "x@shop.example")
    deliver(mailbox, "Hidden letter", "ada@example.fr")
    parcel = [wording.rules.excluded_by_rule("domain", "shop.example", company=False)]
    letter = [wording.rules.excluded_by_rule("address", "ada@example.fr", company=True)]

    assert (await asked(mailbox, "Hidden parcel"))[0] == parcel
    await carry_out(mailbox)
    assert (await asked(mailbox, "Hidden parcel"))[0] == parcel
    assert (await asked(mailbox, "Hidden letter"))[0] == letter

    disconnect.disconnect(mailbox.user_id, mailbox.connection_id)
    assert (
        wording.rules.rule_covers("domain", "shop.example", company=False)
        in (await asked(mailbox, "x@shop.example"))[1]
    )
    assert (
        wording.rules.rule_covers("address", "ada@example.fr", company=True)
        in (await asked(mailbox, "ada@example.fr"))[1]
    )


async def test_mail_whose_rule_has_just_ended_will_come(mailbox: Mailbox) -> None:
    exclusion.add(mailbox.user_id, mailbox.user_id, Kind.DOMAIN, "shop.example")
    deliver(mailbox, "Hidden parcel", "x@shop.example")
    await carry_out(mailbox)
    exclusion.remove(mailbox.user_id, mailbox.user_id, exclusion.listed(mailbox.user_id)[0].id)

    assert (await asked(mailbox, "Hidden parcel"))[0] == [wording.rules.EXCLUDED_BY_ENDED_RULE]


async def test_mail_in_a_folder_that_is_left_out_names_the_folder(mailbox: Mailbox) -> None:
    mailbox.simulator.post("deliver", email=mailbox.email, subject="Hidden offer", folder="Label_1")
    choose(mailbox, Customers=False)
    told = wording.rules.in_folder_left_out("Customers", label=mailbox.provider == "google")

    assert (await asked(mailbox, "Hidden offer"))[0] == [told]
    await carry_out(mailbox)
    assert (await asked(mailbox, "Hidden offer"))[0] == [told]


def deliver(mailbox: Mailbox, subject: str, sender: str) -> None:
    mailbox.simulator.post("deliver", email=mailbox.email, subject=subject, **{"from": sender})


async def test_mail_in_a_folder_below_the_trash_is_not_said_to_come(mailbox: Mailbox) -> None:
    mailbox.simulator.post("folder", email=mailbox.email, id="Below_1", name="Old")
    mailbox.simulator.post("deliver", email=mailbox.email, subject="Deep parcel", folder="Below_1")
    told = {"google": wording.syncing.NOT_YET, "microsoft": wording.syncing.IN_NO_IMPORTED_FOLDER}

    assert (await asked(mailbox, "Deep parcel"))[0] == [told[mailbox.provider]]
