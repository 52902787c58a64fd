"""Turns what stands in an address into a filter of the audit log, and a person into the addresses they are known by."""

from collections.abc import Mapping
from datetime import UTC, datetime

from easycrm.core.db import reading
from easycrm.mail.connection import of_user
from easycrm.notices.audit_log import KINDS, Wanted
from easycrm.people import accounts
from easycrm.people.user import User

_LARGEST = 2**31 - 1


def wanted(parameters: Mapping[str, str]) -> Wanted:
    """The filter that person, kind, from, until and text make; what makes no sense leaves nothing out."""
    person, kind = parameters.get("person", ""), parameters.get("kind", "")
    user_id = int(person) if person.isascii() and person.isdigit() and int(person) <= _LARGEST else 0
    return Wanted(
        person=user_id,
        addresses=_addresses(user_id) if user_id else (),
        kind=kind if kind in KINDS else "",
        since=_day(parameters.get("from", "")),
        until=_day(parameters.get("until", "")),
        text=parameters.get("text", "")[:200],
    )


def names() -> dict[int, str]:
    """Addresses of everybody by id."""
    return {one.id: one.email for one in accounts.list_all()}


def _addresses(user_id: int) -> tuple[str, ...]:
    with reading() as session:
        user = session.get(User, user_id)
        mine = [mailbox.address.lower() for mailbox in of_user(session, user_id)]
    return tuple(dict.fromkeys([*([user.email] if user else []), *mine]))


def _day(text: str) -> datetime | None:
    try:
        return datetime.strptime(text[:10], "%Y-%m-%d").replace(tzinfo=UTC)
    except ValueError:
        return None
