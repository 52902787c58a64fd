"""Everything that a person can own in EasyCRM, one of each kind, with ids that nothing else has and marks in its texts.

A table that is new and holds something of a person's needs a row in `own_everything`; what is everybody's, or nobody's
in particular, stands in `SHARED` with the reason.
"""

from dataclasses import dataclass
from datetime import timedelta

from sqlmodel import Session, select

from easycrm.core.clock import now
from easycrm.core.db import Table
from easycrm.mail import search_index
from easycrm.mail.company import Company
from easycrm.mail.connection import Connection
from easycrm.mail.consent_attempt import ConsentAttempt
from easycrm.mail.contact import Contact, ContactAddress
from easycrm.mail.exclusion_rule import ExclusionRule
from easycrm.mail.folder import MailFolder
from easycrm.mail.imported import ContactImport, ImportedAddress, ImportedContact
from easycrm.mail.message import Attachment, Message, MessageBody, Participant
from easycrm.mail.message_rows import compressed, sort_key
from easycrm.mail.outbox_message import OutboxChunk, OutboxFile, OutboxMessage
from easycrm.mail.sync_run import SkippedMessage, SyncRun
from easycrm.mail.thread import Thread, ThreadLabel
from easycrm.mail.token_set import PendingRevocation, TokenSet
from easycrm.mail.trusted_sender import TrustedSender
from easycrm.notices.audit import AuditEvent
from easycrm.notices.notice import Notice
from easycrm.people import sessions
from easycrm.people.user import AccessLink, UserSession

MAIL = "mailcanary"
"""Stands in everything that only the owner may ever see, admins included."""
ABOUT = "aboutcanary"
"""Stands in what admins may see of a person too, such as the address of a mailbox; colleagues may not."""
SHARED = {
    "company": "companies are the whole team's",
    "contact": "contacts are the whole team's",
    "contact_address": "contacts are the whole team's",
    "incident": "told to admins; of no one person",
    "key_canary": "the installation's",
    "provider_setup": "the installation's; admins' alone, which row 22 proves",
    "setup_link": "the installation's, before anybody has an account",
    "sign_in_failure": "of an address, whoever typed it",
    "tally": "counters of the installation",
    "turn": "of worker processes",
    "worker_process": "of worker processes",
}


@dataclass(frozen=True)
class Belongings:
    """The owner, a cookie of theirs, and an id of each kind; and two ids that are the whole team's."""

    user_id: int
    cookie: str
    ids: dict[str, int]
    contact_id: int
    company_id: int


def own_everything(session: Session, user_id: int) -> Belongings:
    """Give this person one of everything."""
    cookie = sessions.start(session, user_id)
    _contacts(session)
    ids = {**_mailboxes(session, user_id), **_mail(session), **_outbox(session, user_id), **_rest(session, user_id)}
    return Belongings(user_id, cookie, ids, contact_id=9001, company_id=9002)


def _add(session: Session, *rows: Table) -> None:
    for row in rows:
        session.add(row)
        session.flush()


def _mailboxes(session: Session, user_id: int) -> dict[str, int]:
    """One that is connected and one that is not: each allows things that the other refuses."""
    about = {
        "user_id": user_id,
        "provider": "google",
        "capabilities": "CONTACTS,READ,SEND",
        "signature": MAIL,
    }
    person = {"name": f"{MAIL} person", "sort_name": f"{MAIL} person"}
    _add(
        session,
        Connection(id=1001, subject="1", address=f"{ABOUT}@example.com", is_default_sender=True, **about),
        Connection(id=1002, subject="2", address=f"{ABOUT}2@example.com", status="not_connected", **about),
        Connection(id=1003, subject="3", address=f"{ABOUT}3@example.com", status="requires_reauthentication", **about),
        TokenSet(connection_id=1001, generation=1, access_token="x", refresh_token="x", expires_at=now()),
        PendingRevocation(
            id=1101, connection_id=1002, provider="google", generation=1, refresh_token="x", destroy_at=now()
        ),
        MailFolder(id=1201, connection_id=1001, provider_folder_id="L1", name=f"{MAIL} folder", kind="user"),
        ImportedContact(id=1301, connection_id=1001, provider_contact_id="p", seen=1, **person),
        ImportedAddress(
            id=1302, imported_contact_id=1301, connection_id=1001, email=f"{MAIL}@example.org",
            base_email=f"{MAIL}@example.org",
        ),
        ContactImport(connection_id=1001, last_success_at=now()),
        SyncRun(id=1401, connection_id=1001, generation=1, kind="sync"),
        SkippedMessage(id=1501, connection_id=1001, provider_message_id="s", reason="could not be read"),
    )  # fmt: skip
    return {
        "connection": 1001, "disconnected": 1002, "lost connection": 1003, "pending revocation": 1101, "folder": 1201,
        "imported contact": 1301, "imported address": 1302, "sync run": 1401, "skipped message": 1501,
    }  # fmt: skip


def _mail(session: Session) -> dict[str, int]:
    """A message with a contact of the team's: its timeline shows that there was one, and no more."""
    at, key = now(), sort_key(now(), "m")
    _add(
        session,
        Thread(id=2001, connection_id=1001, provider_thread_id="t", subject=f"{MAIL} subject", messages=1, unread=1,
               people=MAIL, snippet=f"{MAIL} snippet", sort_key=key, place="inbox", has_attachments=True),
        ThreadLabel(thread_id=2001, label="L1", connection_id=1001, sort_key=key),
        Message(id=3001, connection_id=1001, thread_id=2001, generation=1, provider_message_id="m",
                message_id_header="<m@example.org>", subject=f"{MAIL} subject", sender_email="shared@example.org",
                snippet=f"{MAIL} snippet", received_at=at, sort_key=key, has_attachments=True, labels=" L1 "),
        MessageBody(message_id=3001, text=compressed(f"{MAIL} text"), html=compressed(f"<p>{MAIL} html</p>")),
        Participant(id=3101, message_id=3001, role="from", email="shared@example.org", base_email="shared@example.org",
                    connection_id=1001, sort_key=key),
        Participant(id=3102, message_id=3001, role="to", email=f"{MAIL}@example.net", base_email=f"{MAIL}@example.net",
                    connection_id=1001, sort_key=key),
        Attachment(id=3201, message_id=3001, provider_part_id="1", file_name=f"{MAIL}.pdf", size=10),
    )  # fmt: skip
    search_index.add(session, search_index.stored(session, [3001]))
    return {"thread": 2001, "message": 3001, "participant": 3101, "attachment": 3201}


def _outbox(session: Session, user_id: int) -> dict[str, int]:
    text = {
        "user_id": user_id,
        "connection_id": 1001,
        "to": f"{MAIL}@example.org",
        "subject": MAIL,
        "html": f"<p>{MAIL}</p>",
    }
    ids: dict[str, int] = {}
    for number, state in enumerate(("draft", "queued", "failed", "unknown", "sent")):
        ident = ids[f"{state} message"] = 4001 + number
        due = now() + timedelta(hours=1) if state == "queued" else None
        _add(
            session,
            OutboxMessage(id=ident, key=f"{number}", state=state, due_at=due, next_at=due, sent_at=now(), **text),
        )
    _add(
        session,
        OutboxFile(id=4101, outbox_id=4001, file_name=f"{MAIL}.txt", size=1, complete=True),
        OutboxChunk(id=4201, file_id=4101, data=b"x"),
    )
    return {**ids, "file of a draft": 4101}


def _rest(session: Session, user_id: int) -> dict[str, int]:
    mine = select(UserSession.id).where(UserSession.user_id == user_id)
    signed_in = session.exec(mine).one() or 0
    _add(
        session,
        ExclusionRule(id=5001, owner_id=user_id, kind="domain", value=f"{ABOUT}.example", created_by=user_id),
        Notice(id=6001, user_id=user_id, kind="reauthentication", subject_key="connection:1001", title=MAIL),
        AuditEvent(id=7001, actor_id=user_id, event="connection.connected", subject=f"{ABOUT}@example.com"),
        TrustedSender(user_id=user_id, email=f"{MAIL}@example.org"),
        AccessLink(id=8101, email=f"{ABOUT}@example.com", user_id=user_id, token_hash="h", created_by=1,
                   expires_at=now() + timedelta(days=1)),
        ConsentAttempt(id=8001, state_hash="h", provider="google", user_id=user_id, session_id=signed_in,
                       expires_at=now() + timedelta(minutes=10)),
    )  # fmt: skip
    return {
        "rule": 5001, "notice": 6001, "audit event": 7001, "consent attempt": 8001, "session": signed_in,
        "access link": 8101, "user": user_id,
    }  # fmt: skip


def _contacts(session: Session) -> None:
    _add(
        session,
        Company(id=9002, name="Shared company", sort_name="shared company", created_by=1),
        Contact(id=9001, name="Shared person", sort_name="shared person", company_id=9002, created_by=1),
        ContactAddress(id=9003, contact_id=9001, email="shared@example.org", base_email="shared@example.org"),
    )
