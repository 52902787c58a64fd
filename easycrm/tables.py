"""Every table of EasyCRM, imported once so that migrations and checks see them all."""

from sqlalchemy import event
from sqlmodel import SQLModel

from easycrm.core.key_canary import KeyCanary
from easycrm.mail import search_index
from easycrm.mail.company import Company
from easycrm.mail.connection import Connection
from easycrm.mail.consent_attempt import ConsentAttempt
from easycrm.mail.contact import Contact, ContactAddress
from easycrm.mail.exclusion_rule import ExclusionRule
from easycrm.mail.folder import MailFolder
from easycrm.mail.imported import ContactImport, ImportedAddress, ImportedContact
from easycrm.mail.message import Attachment, Message, MessageBody, Participant
from easycrm.mail.outbox_message import OutboxChunk, OutboxFile, OutboxMessage
from easycrm.mail.provider_setup import ProviderSetup
from easycrm.mail.sync_run import SkippedMessage, SyncRun
from easycrm.mail.thread import Thread, ThreadLabel
from easycrm.mail.token_set import PendingRevocation, TokenSet
from easycrm.mail.trusted_sender import TrustedSender
from easycrm.notices.audit import AuditEvent
from easycrm.notices.incident import Incident
from easycrm.notices.liveness import Turn, WorkerProcess
from easycrm.notices.notice import Notice
from easycrm.notices.tally import Tally
from easycrm.people.sign_in_limit import SignInFailure
from easycrm.people.user import AccessLink, SetupLink, User, UserSession

metadata = SQLModel.metadata
# The search index has no model: what a model can say about a table says nothing of either database's index.
event.listen(metadata, "after_create", search_index.create)
event.listen(metadata, "before_drop", search_index.drop)

__all__ = [
    "AccessLink",
    "Attachment",
    "AuditEvent",
    "Company",
    "Connection",
    "ConsentAttempt",
    "Contact",
    "ContactAddress",
    "ContactImport",
    "ExclusionRule",
    "ImportedAddress",
    "ImportedContact",
    "Incident",
    "KeyCanary",
    "MailFolder",
    "Message",
    "MessageBody",
    "Notice",
    "OutboxChunk",
    "OutboxFile",
    "OutboxMessage",
    "Participant",
    "PendingRevocation",
    "ProviderSetup",
    "SetupLink",
    "SignInFailure",
    "SkippedMessage",
    "SyncRun",
    "Tally",
    "Thread",
    "ThreadLabel",
    "TokenSet",
    "TrustedSender",
    "Turn",
    "User",
    "UserSession",
    "WorkerProcess",
    "metadata",
]
