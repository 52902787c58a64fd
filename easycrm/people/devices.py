"""Where somebody is signed in, as the person sees it: browser and system, last use, and an end to any of them."""

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import col, select

from easycrm.core.clock import now
from easycrm.core.db import reading, transaction
from easycrm.core.errors import NotFound
from easycrm.notices import audit
from easycrm.people.sessions import LIFETIME
from easycrm.people.user import UserSession

# The first that fits: most browsers also name those they descend from.
_BROWSERS = (("Edg", "Edge"), ("OPR", "Opera"), ("Firefox", "Firefox"), ("Chrom", "Chrome"), ("Safari", "Safari"))
_SYSTEMS = (
    ("iPhone", "iPhone"), ("iPad", "iPad"), ("Android", "Android"), ("Windows", "Windows"), ("Mac OS", "macOS"),
    ("CrOS", "ChromeOS"), ("Linux", "Linux"),
)  # fmt: skip


@dataclass(frozen=True)
class Device:
    """A living session; `last_used` is exact to a few minutes."""

    session_id: int
    name: str
    signed_in_at: datetime
    last_used: datetime
    this_one: bool


def named(user_agent: str) -> str:
    """Browser and system by the words of a User-Agent header, such as "Firefox on Windows"."""
    browser = next((name for mark, name in _BROWSERS if mark in user_agent), "")
    system = next((name for mark, name in _SYSTEMS if mark in user_agent), "")
    return " on ".join(part for part in (browser, system) if part)


def of_user(user_id: int, session_id: int) -> list[Device]:
    """Where the user is signed in, the session that asks first, then the last used."""
    with reading() as session:
        rows = session.exec(_living(user_id).order_by(col(UserSession.expires_at).desc())).all()
    found = [
        Device(row.id or 0, row.device, row.created_at, row.expires_at - LIFETIME, row.id == session_id) for row in rows
    ]
    return sorted(found, key=lambda one: not one.this_one)


def sign_out(user_id: int, session_id: int) -> None:
    """End one of the user's own sessions.

    Raises:
        NotFound: it is somebody else's, or has ended.
    """
    with transaction() as session:
        row = session.exec(_living(user_id).where(UserSession.id == session_id)).first()
        if row is None:
            raise NotFound
        audit.record(session, "session.revoked", actor_id=user_id, detail=row.device)
        session.delete(row)


def sign_out_others(user_id: int, but: int) -> int:
    """End all of the user's sessions except one; how many there were."""
    with transaction() as session:
        rows = session.exec(_living(user_id).where(UserSession.id != but)).all()
        for row in rows:
            audit.record(session, "session.revoked", actor_id=user_id, detail=row.device)
            session.delete(row)
    return len(rows)


def _living(user_id: int):
    return select(UserSession).where(UserSession.user_id == user_id, col(UserSession.expires_at) > now())
