"""What people change about their own account: name, password, looks."""

from typing import Literal

from sqlmodel import Session, select

from easycrm.core import wording
from easycrm.core.db import reading, transaction
from easycrm.core.errors import InvalidInput, Refused
from easycrm.notices import audit, bell
from easycrm.people import access_links, accounts, passwords, sign_in_limit
from easycrm.people.user import User

Theme = Literal["system", "light", "dark"]
THEMES: tuple[Theme, ...] = ("system", "light", "dark")


def theme_of(user_id: int) -> str:
    """The look that the user chose."""
    with reading() as session:
        return session.exec(select(User.theme).where(User.id == user_id)).one()


def choose_theme(user_id: int, theme: str) -> None:
    """Keep the look with the account: what the browser keeps is cleared at sign-out.

    Raises:
        InvalidInput: there is no such look.
    """
    if theme not in THEMES:
        raise InvalidInput(field="theme")
    with transaction() as session:
        _own(session, user_id).theme = theme


def rename(user_id: int, name: str) -> str:
    """Change the name that colleagues see; as it is stored.

    Raises:
        InvalidInput: it cannot be used.
    """
    written = accounts.usable_name(name)
    with transaction() as session:
        _own(session, user_id).name = written
    return written


def change_password(user_id: int, current: str, new: str, *, session_id: int, client: str = "") -> None:
    """Set another password; every session but `session_id` ends.

    Raises:
        InvalidInput: the current password is not right, or the new one cannot be used; `field` says which.
        Refused: too many wrong passwords.
    """
    with reading() as session:
        user = session.get_one(User, user_id)
    sign_in_limit.check(user.email, client)
    if not passwords.fits(current, user.password_hash):
        sign_in_limit.failed(user.email, client, known=user.email)
        raise InvalidInput(wording.people.WRONG_PASSWORD, field="current")
    passwords.check(new, user.email)
    stored = passwords.hashed(new)
    with transaction() as session:
        row = _own(session, user_id)
        if row.password_hash != user.password_hash:
            raise Refused(wording.people.CHANGED_MEANWHILE)
        row.password_hash = stored
        accounts.end_sessions(session, user_id, but=session_id)
        access_links.withdraw_resets(session, user_id)
        bell.resolve(session, access_links.RESET_NOTICE, "", user_id=user_id)
        audit.record(session, "password.changed", actor_id=user_id, subject=row.email)


def _own(session: Session, user_id: int) -> User:
    return session.get_one(User, user_id, with_for_update=True)
