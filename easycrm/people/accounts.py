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
LONGEST_NAME = 200


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
    check_role(role)
    passwords.check(password, address)
    stored = passwords.hashed(password)
    with transaction() as session:
        return add(session, address, name, role, stored).id or 0


def add(
    session: Session, address: str, name: str, role: str, password_hash: str, invited_by: int | None = None
) -> User:
    """An account in the caller's transaction.

    Raises:
        InvalidInput: the address has an account already.
    """
    if by_email(session, address):
        raise InvalidInput(wording.people.has_account(address), field="email")
    user = User(email=address, name=name or address.partition("@")[0], role=role, password_hash=password_hash)
    session.add(user)
    session.flush()
    detail = role if invited_by is None else f"{role}, invited by user {invited_by}"
    audit.record(session, "user.created", actor_id=user.id, subject=address, detail=detail)
    return user


def check_role(role: str) -> None:
    """Refuse what is no role.

    Raises:
        InvalidInput: it is none.
    """
    if role not in ROLES:
        raise InvalidInput(f"A role is one of: {', '.join(ROLES)}", field="role")


def usable_name(name: str) -> str:
    """A person's name on one line.

    Raises:
        InvalidInput: there is nothing, or too much.
    """
    written = " ".join(name.replace("\x00", "").split())
    if not 1 <= len(written) <= LONGEST_NAME:
        raise InvalidInput(wording.people.NAME_LENGTH, field="name")
    return written


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
        audit.record(session, "password.changed", actor_id=user_id, subject=user.email)


def end_sessions(session: Session, user_id: int, *, but: int | None = None) -> None:
    """Sign an account out everywhere, or everywhere but in one session."""
    for row in session.exec(select(UserSession).where(UserSession.user_id == user_id)):
        if row.id != but:
            session.delete(row)


def any_admin() -> bool:
    """Whether somebody can configure providers."""
    with reading() as session:
        return session.exec(select(User).where(User.role == "admin", col(User.active)).limit(1)).first() is not None


def by_email(session: Session, address: str) -> User | None:
    """The account of an address in lower case."""
    return session.exec(select(User).where(User.email == address)).first()
