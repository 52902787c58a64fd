"""Mail among ourselves: which domains are our own, and whether contact timelines leave such mail out."""

import re

from sqlmodel import Session, col, delete, select

from easycrm.core.db import add_unless_there, reading, transaction
from easycrm.mail.connection import Connection
from easycrm.mail.exclusion_rule import EVERYBODY, ExclusionRule, Kind, RuleState, ascii_domain, shown, value_of
from easycrm.notices import audit

# A mailbox at one of these says nothing about whom else we work with.
PUBLIC_MAIL = frozenset(
    ("gmail.com", "googlemail.com", "outlook.com", "hotmail.com", "live.com", "msn.com", "passport.com", "icloud.com",
     "me.com", "yahoo.com", "aol.com", "gmx.net", "gmx.de", "gmx.com", "web.de", "proton.me", "protonmail.com")
)  # fmt: skip


def internal_domains(session: Session) -> frozenset[str]:
    """Our own domains in lower case and ASCII: those of the team's mailboxes, and those that an admin listed.

    A mailbox counts after its disconnect too: what it synced is still here.
    """
    addresses = session.exec(select(Connection.address).distinct())
    found = {ascii_domain(address.rpartition("@")[2]) for address in addresses} - PUBLIC_MAIL
    return frozenset(found | set(_listed(session)))


def hides_internal(session: Session) -> bool:
    """Whether contact timelines leave out mail all of whose participants are in our own domains."""
    return session.exec(select(ExclusionRule.id).where(ExclusionRule.kind == Kind.SHOW_INTERNAL)).first() is None


def settings_for_admin() -> tuple[bool, str, list[str]]:
    """Whether internal mail is hidden, the listed domains for the field, and the domains of mailboxes."""
    with reading() as session:
        listed = _listed(session)
        of_mailboxes = internal_domains(session) - set(listed)
        return hides_internal(session), ", ".join(map(shown, listed)), sorted(map(shown, of_mailboxes))


def save(actor_id: int, *, hide: bool, domains: str) -> None:
    """Write down whether internal mail is hidden, and which further domains are our own.

    Raises:
        InvalidInput: something among `domains` is not a domain.
    """
    pieces = [piece for piece in re.split(r"[,;\s]+", domains) if piece]
    values = dict.fromkeys(value_of(Kind.OWN_DOMAIN, piece, field="domains") for piece in pieces)
    wanted = {(Kind.OWN_DOMAIN, value) for value in values}
    if not hide:
        wanted.add((Kind.SHOW_INTERNAL, ""))
    with transaction() as session:
        mine = col(ExclusionRule.kind).in_((Kind.OWN_DOMAIN, Kind.SHOW_INTERNAL))
        before = {(Kind(one.kind), one.value) for one in session.exec(select(ExclusionRule).where(mine))}
        if before == wanted:
            return
        session.exec(delete(ExclusionRule).where(mine))
        for kind, value in sorted(wanted):
            row = ExclusionRule(
                owner_id=EVERYBODY, kind=kind, value=value, state=RuleState.IN_FORCE, created_by=actor_id
            )
            add_unless_there(session, row)
        told = f"{'hidden' if hide else 'shown'}; listed: {', '.join(values) or 'none'}"
        audit.record(session, "internal_mail.changed", actor_id=actor_id, detail=told)


def _listed(session: Session) -> list[str]:
    query = select(ExclusionRule.value).where(ExclusionRule.kind == Kind.OWN_DOMAIN)
    return list(session.exec(query.order_by(col(ExclusionRule.value))))
