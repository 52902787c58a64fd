"""Says of emails that a rule or a folder choice leaves them out, and names the rule or the folder."""

from collections.abc import Sequence

from sqlmodel import Session, col, select

from easycrm.core import wording
from easycrm.core.db import reading
from easycrm.mail import sift
from easycrm.mail.connection import Connection
from easycrm.mail.exclusion_rule import EVERYBODY, ExclusionRule, RuleState, shown
from easycrm.mail.folder import MailFolder
from easycrm.mail.sync_run import SkippedMessage
from easycrm.providers.base import Located
from easycrm.providers.registry import provider as known


def reasons(session: Session, connection: Connection, located: Sequence[Located]) -> dict[str, str]:
    """A sentence for each of these messages that is left out now, by the provider's id.

    The ledger knows every participant; of a message that has not come yet the provider's answer has to do.
    """
    sieve, noted = sift.load(session, connection), _noted(session, connection, located)
    found: dict[str, str] = {}
    for one in located:
        ident = one.provider_message_id
        verdict = noted.get(ident) or sieve.verdict(one.people, one.labels)
        if verdict:
            found[ident] = _sentence(session, connection, verdict)
    return found


def covers(connection: Connection, text: str) -> str:
    """A sentence if `text` is an address or a domain that a rule leaves out; else empty."""
    address = text if "@" in text else f"@{text}"
    with reading() as session:
        verdict = sift.load(session, connection).verdict([address], ()) if " " not in text else None
        rule = session.get(ExclusionRule, verdict.rule_id) if verdict else None
    return wording.rules.rule_covers(rule.kind, shown(rule.value), company=rule.owner_id == EVERYBODY) if rule else ""


def _noted(session: Session, connection: Connection, located: Sequence[Located]) -> dict[str, sift.Verdict]:
    query = select(SkippedMessage.provider_message_id, SkippedMessage.rule_id).where(
        SkippedMessage.connection_id == connection.id,
        col(SkippedMessage.provider_message_id).in_([one.provider_message_id for one in located]),
        SkippedMessage.reason == sift.BY_RULE,
    )
    return {ident: sift.Verdict(rule_id) for ident, rule_id in session.exec(query)}


def _sentence(session: Session, connection: Connection, verdict: sift.Verdict) -> str:
    if verdict.rule_id is None:
        query = select(MailFolder.name).where(
            MailFolder.connection_id == connection.id, MailFolder.provider_folder_id == verdict.folder
        )
        name = session.exec(query).first() or ""
        return wording.rules.in_folder_left_out(name, label=known(connection.provider).folder_word == "label")
    rule = session.get(ExclusionRule, verdict.rule_id)
    if rule is None or rule.state == RuleState.ENDING:
        return wording.rules.EXCLUDED_BY_ENDED_RULE
    return wording.rules.excluded_by_rule(rule.kind, shown(rule.value), company=rule.owner_id == EVERYBODY)
