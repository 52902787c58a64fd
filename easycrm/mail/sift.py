"""Judges messages by the rules and folder choices in force for their mailbox, and notes what is left out."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from sqlmodel import Session, col, select

from easycrm.core.clock import now
from easycrm.mail.connection import Connection
from easycrm.mail.exclusion_rule import EVERYBODY, ExclusionRule, Kind, RuleState, ascii_domain
from easycrm.mail.folder import MailFolder
from easycrm.mail.sync_run import SkippedMessage
from easycrm.mail.upsert import upsert
from easycrm.providers.pages import FetchedMessage

BY_RULE = "excluded by a rule"
IN_FOLDER = "in a folder that is left out"


@dataclass(frozen=True)
class Verdict:
    """Why a message is left out: by which rule, or because it lies in which folder or label."""

    rule_id: int | None = None
    folder: str = ""

    @property
    def reason(self) -> str:
        """The ledger's word for it."""
        return BY_RULE if self.rule_id is not None else IN_FOLDER


@dataclass(frozen=True)
class Sieve:
    """What is left out of one mailbox. The mailbox's own address, which stands in every message, never counts."""

    own: str
    addresses: dict[str, int] = field(default_factory=dict[str, int])
    domains: dict[str, int] = field(default_factory=dict[str, int])
    folders: frozenset[str] = frozenset()

    def verdict(self, emails: Iterable[str], labels: Iterable[str]) -> Verdict | None:
        """Whether a message with these participants in these folders is left out; None where it is not."""
        if self.addresses or self.domains:
            for email in emails:
                rule_id = self._rule(email)
                if rule_id is not None:
                    return Verdict(rule_id)
        folder = min(self.folders.intersection(labels), default="")
        return Verdict(folder=folder) if folder else None

    def _rule(self, email: str) -> int | None:
        compared = _compared(email)
        if compared == self.own:
            return None
        if compared in self.addresses:
            return self.addresses[compared]
        domain = compared.rpartition("@")[2]
        while domain:
            if domain in self.domains:
                return self.domains[domain]
            domain = domain.partition(".")[2]
        return None


def load(session: Session, connection: Connection) -> Sieve:
    """What the rules of everybody and of the mailbox's owner, and its folder choice, say at this moment."""
    rules = select(ExclusionRule.kind, ExclusionRule.value, ExclusionRule.id).where(
        col(ExclusionRule.owner_id).in_((EVERYBODY, connection.user_id)),
        col(ExclusionRule.kind).in_((Kind.ADDRESS, Kind.DOMAIN)),
        ExclusionRule.state != RuleState.ENDING,
    )
    found: dict[str, dict[str, int]] = {Kind.ADDRESS: {}, Kind.DOMAIN: {}}
    for kind, value, ident in session.exec(rules.order_by(col(ExclusionRule.id).desc())):
        found[kind][value] = ident or 0
    folders = left_out(session, connection.id or 0)
    return Sieve(_compared(connection.address), found[Kind.ADDRESS], found[Kind.DOMAIN], folders)


def left_out(session: Session, connection_id: int) -> frozenset[str]:
    """Provider ids of the folders and labels that the mailbox's owner left out."""
    query = select(MailFolder.provider_folder_id).where(
        MailFolder.connection_id == connection_id, col(MailFolder.excluded)
    )
    return frozenset(session.exec(query))


def judged(sieve: Sieve, messages: Sequence[FetchedMessage]) -> tuple[list[FetchedMessage], dict[str, Verdict]]:
    """The messages that are stored, and for the rest the verdict by provider id."""
    kept: list[FetchedMessage] = []
    verdicts: dict[str, Verdict] = {}
    for message in messages:
        verdict = sieve.verdict(emails_of(message), message.labels)
        if verdict is None:
            kept.append(message)
        else:
            verdicts[message.provider_message_id] = verdict
    return kept, verdicts


def emails_of(message: FetchedMessage) -> Iterable[str]:
    """Every address in the message's headers."""
    if message.sender:
        yield message.sender.email
    for people in (message.to, message.cc, message.bcc, message.reply_to):
        yield from (one.email for one in people)


def note(session: Session, connection_id: int, verdicts: dict[str, Verdict]) -> None:
    """Write what is left out into the ledger, so that it is neither missed nor fetched again."""
    rows = [
        {
            "connection_id": connection_id,
            "provider_message_id": ident[:300],
            "reason": verdict.reason,
            "detail": verdict.folder[:300],
            "rule_id": verdict.rule_id,
            "tries": 1,
            "at": now(),
        }
        for ident, verdict in verdicts.items()
    ]
    if rows:
        keys = ("connection_id", "provider_message_id")
        session.exec(upsert(session, SkippedMessage, rows, keys, ("reason", "detail", "rule_id", "at")))


@lru_cache(maxsize=4096)
def _compared(email: str) -> str:
    local, _, domain = email.strip().lower().rpartition("@")
    return f"{local}@{ascii_domain(domain)}"
