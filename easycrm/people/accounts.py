"""Accounts of EasyCRM: created by command or invitation, never by whoever comes first."""

from dataclasses import dataclass

from email_validator import EmailNotValidError, validate_email
from sqlmodel import Session, col, select

from easycrm.core import wording
from easycrm.core.db import reading, transaction
from easycrm.core.errors import InvalidInput
from easycrm.notices import audit
from easycrm.people import passwords
from easycrm.people.user import User, UserSession

ROLES = ("member", "admin")


@dataclass(frozen=True)
class Account:
    """One row of the list of users."""

    id: int
    email: str
    name: str
    role: str
    active: bool


def create(*, email: str, name: str = "", role: str = "member", password: str) -> int:
    """Create an account; its id.

    Raises:
        InvalidInput: address, role or password cannot be used, or the address is taken.
    """
    address = normalised(email)
    if role not in ROLES:
        raise InvalidInput(f"A role is one of: {', '.join(ROLES)}", field="role")
    passwords.check(password, address)
    stored = passwords.hashed(password)
    with transaction() as session:
        if _by_email(session, address):
            raise InvalidInput(f"{address} has an account already", field="email")
        user = User(email=address, name=name or address.partition("@")[0], role=role, password_hash=stored)
        session.add(user)
        session.flush()
        audit.record(session, "user created", actor_id=user.id, subject=address, detail=role)
        return user.id or 0


def normalised(email: str) -> str:
    """The address in lower case.

    Raises:
        InvalidInput: it is not an address.
    """
    try:
        return validate_email(email.strip(), check_deliverability=False).normalized.lower()
    except EmailNotValidError as error:
        raise InvalidInput(wording.people.NOT_AN_ADDRESS, field="email") from error


def list_all() -> list[Account]:
    """Everybody, by address."""
    with reading() as session:
        users = session.exec(select(User).order_by(col(User.email))).all()
    return [Account(user.id or 0, user.email, user.name, user.role, user.active) for user in users]


def change_password(user_id: int, password: str) -> None:
    """Set another password; every session of the account ends.

    Raises:
        InvalidInput: the password cannot be used.
    """
    with transaction() as session:
        user = session.get_one(User, user_id)
        passwords.check(password, user.email)
        user.password_hash = passwords.hashed(password)
        end_sessions(session, user_id)
        audit.record(session, "password changed", actor_id=user_id, subject=user.email)


def end_sessions(session: Session, user_id: int) -> None:
    """Sign an account out everywhere."""
    for row in session.exec(select(UserSession).where(UserSession.user_id == user_id)):
        session.delete(row)


def any_admin() -> bool:
    """Whether somebody can configure providers."""
    with reading() as session:
        return session.exec(select(User).where(User.role == "admin", col(User.active)).limit(1)).first() is not None


def _by_email(session: Session, address: str) -> User | None:
    return session.exec(select(User).where(User.email == address)).first()
