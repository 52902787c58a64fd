"""How often somebody may guess: per account and per network address, counted where all processes see it."""

from datetime import datetime, timedelta

from sqlalchemy import Column
from sqlmodel import Field, col, delete, func, select

from easycrm.core import wording
from easycrm.core.clock import now
from easycrm.core.db import Table, UtcDateTime, reading, transaction
from easycrm.core.errors import Refused
from easycrm.notices import audit

WINDOW = timedelta(minutes=15)
PER_ACCOUNT = 10
PER_CLIENT = 50


class SignInFailure(Table, table=True):
    """One failed attempt, kept for as long as it counts."""

    id: int | None = Field(default=None, primary_key=True)
    account: str = Field(max_length=320, index=True)
    client: str = Field(max_length=64, index=True)
    at: datetime = Field(default_factory=now, sa_column=Column(UtcDateTime, nullable=False))


def check(account: str, client: str) -> None:
    """Refuse before a password is looked at, whether the account exists or not.

    Raises:
        Refused: too many failures in the last fifteen minutes.
    """
    since = now() - WINDOW
    with reading() as session:
        for column, value, most in (
            (SignInFailure.account, account, PER_ACCOUNT),
            (SignInFailure.client, client, PER_CLIENT),
        ):
            query = select(func.count()).where(column == value, col(SignInFailure.at) > since)
            if session.exec(query).one() >= most:
                raise Refused(wording.people.TOO_MANY_ATTEMPTS)


def failed(account: str, client: str, *, known: str = "") -> None:
    """Remember a failure; `known` is the account's address if there is one: what else was typed may be a password."""
    with transaction() as session:
        session.exec(delete(SignInFailure).where(col(SignInFailure.at) < now() - WINDOW))
        session.add(SignInFailure(account=account, client=client[:64]))
        audit.record(session, "session.sign_in_failed", subject=known, detail=f"from {client[:64]}" if client else "")


def succeeded(account: str) -> None:
    """Forget the account's failures; those of the network address stay."""
    with transaction() as session:
        session.exec(delete(SignInFailure).where(col(SignInFailure.account) == account))
