"""A mailbox as the Email Integration page shows it, copied from what the use case says."""

from dataclasses import dataclass
from datetime import datetime

from easycrm.core import wording
from easycrm.mail.connection import Status
from easycrm.mail.contact_status import ContactStatus
from easycrm.mail.overview import MailboxRow
from easycrm.mail.volume import Volume
from easycrm.providers.registry import provider as known

_TONES = {Status.CONNECTED: "good", Status.REQUIRES_REAUTHENTICATION: "bad", Status.NOT_CONNECTED: "off"}


@dataclass(frozen=True)
class MailboxItem:
    """A mailbox as the page shows it; moments are ISO 8601 or empty."""

    id: int
    provider: str
    address: str
    status: str
    status_text: str
    tone: str
    reason: str
    delayed: str
    synced_at: str
    next_at: str
    importing: bool
    done: int
    total: int
    percent: int
    recovered: str
    missing: str
    default_sender: bool
    signature: str
    labels: bool
    counts: list[int]
    first_day: str
    visibility: str
    creates_contacts: bool
    contacts_words: str
    contacts_at: str
    contacts_problem: str


def item_of(row: MailboxRow, mail: Volume, contacts: ContactStatus) -> MailboxItem:
    """What the page needs of a mailbox, of the mail that came, and of its contacts."""
    total = row.import_total or 0
    return MailboxItem(
        id=row.id,
        provider=row.provider,
        address=row.address,
        status=str(row.status),
        status_text=row.status_text,
        tone=_TONES[Status(row.status)],
        reason=row.reason,
        delayed=row.delayed_text,
        synced_at=_iso(row.last_success_at),
        next_at=_iso(row.next_sync_at),
        importing=row.importing,
        done=row.import_done,
        total=total,
        percent=min(100, row.import_done * 100 // total) if total else 0,
        recovered=row.recovered_text,
        missing=" and ".join(row.missing),
        default_sender=row.is_default_sender,
        signature=row.signature,
        labels=known(row.provider).folder_word == "label",
        counts=list(mail.counts),
        first_day=mail.first.isoformat(),
        visibility=contacts.visibility,
        creates_contacts=contacts.creates_contacts,
        contacts_words=wording.contacts.imported(contacts.count),
        contacts_at=_iso(contacts.last_success_at),
        contacts_problem=contacts.problem,
    )


def _iso(moment_: datetime | None) -> str:
    return moment_.isoformat() if moment_ else ""
