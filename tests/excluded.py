"""What of a simulated mailbox should be here while rules and folder choices leave some of it out."""

from collections.abc import Collection
from email.utils import getaddresses
from typing import Any

from sqlmodel import select

from easycrm.core.db import reading
from easycrm.mail import folder_choice, sweep
from easycrm.mail.sync_run import SkippedMessage
from tests.connected import Mailbox

SYSTEM = {"inbox": "INBOX", "sent": "SENT"}


def keeps_out(rules: Collection[str], address: str) -> bool:
    """Whether a rule (an address, or a domain with its subdomains) is about this address."""
    domain = address.partition("@")[2]
    return any(address == rule or domain == rule or domain.endswith(f".{rule}") for rule in rules)


def wanted(mailbox: Mailbox, rules: Collection[str] = (), folders: Collection[str] = ()) -> set[str]:
    """The provider's truth within the window, minus what rules and `folders` (names) leave out."""
    return {
        ident
        for ident, one in mailbox.wanted().items()
        if not any(keeps_out(rules, other) for other in people_of(one) if other != mailbox.email)
        and not _places(mailbox, one) & set(folders)
    }


def people_of(one: dict[str, Any]) -> list[str]:
    """Sender and recipient of a message of the truth."""
    return [email.lower() for _, email in getaddresses([one["from"], one["to"]])]


def _places(mailbox: Mailbox, one: dict[str, Any]) -> set[str]:
    names = {"Label_1": "Customers", "Label_2": "Travel", "inbox": "Inbox", "sent": "Sent", "archive": "Archive"}
    labels = one["labels"] if mailbox.provider == "google" else []
    return {names.get(place, place) for place in (one["folder"], *labels)}


def assert_equal(mailbox: Mailbox, rules: Collection[str] = (), folders: Collection[str] = ()) -> None:
    """Stored is truth minus rules and folders; what a rule keeps out stands in the ledger, and nothing else does."""
    here, ledger = mailbox.stored(), set(mailbox.ledger())
    assert set(here) == wanted(mailbox, rules, folders)
    assert not ledger & set(here)
    everything = wanted(mailbox, folders=folders) if mailbox.provider == "microsoft" else set(mailbox.wanted())
    assert everything <= set(here) | ledger


async def carry_out(mailbox: Mailbox) -> None:
    """What the worker does after a rule or a choice, up to the end of the sync that follows."""
    sweep.carry_out()
    await mailbox.sync()


def choose(mailbox: Mailbox, **imported: bool) -> None:
    """Import these folders (by name), or leave them out."""
    rows = {row.name.partition(" ")[0]: row.id for row in folder_choice.listed(mailbox.user_id, mailbox.connection_id)}
    folder_choice.choose(mailbox.user_id, mailbox.connection_id, {rows[name]: wish for name, wish in imported.items()})


def rule_ids(mailbox: Mailbox) -> set[int | None]:
    """The rules that the ledger names."""
    with reading() as session:
        query = select(SkippedMessage.rule_id).where(SkippedMessage.connection_id == mailbox.connection_id)
        return set(session.exec(query))
