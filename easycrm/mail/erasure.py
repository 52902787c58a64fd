"""Deleting one person: asked for by an admin, carried out in the background, in steps that may be interrupted.

What refers to the person is found in the database itself, so that a new table cannot be forgotten.
"""

import asyncio
from typing import Any

from sqlalchemy import Column, ColumnElement, MetaData, Table, delete, func, or_, select, update
from sqlalchemy.engine import Connection as DatabaseConnection
from sqlmodel import Session, col
from sqlmodel import select as session_select

from easycrm.core import wording
from easycrm.core.clock import now
from easycrm.core.db import reading, transaction
from easycrm.core.errors import Refused
from easycrm.mail import forget, leaving, revocation
from easycrm.mail.connection import of_user
from easycrm.notices import audit
from easycrm.notices.audit import AuditEvent
from easycrm.people.sign_in_limit import SignInFailure
from easycrm.people.user import AccessLink, User

# Columns that refer to a row without a foreign key: those of large tables, and of tables of a lower layer.
_BY_NAME = {"user_id": "user", "owner_id": "user", "connection_id": "connection", "message_id": "message"}
_KEPT = {"audit_event", "alembic_version"}


def ask(actor_id: int, user_id: int) -> None:
    """Shut the person out and end the mailboxes at once; the rest follows in the background.

    Raises:
        NotFound: no such user.
        Refused: it is the actor, or the actor is no admin any more.
    """
    if actor_id == user_id:
        raise Refused(wording.people.NOT_YOURSELF_ERASED)
    leaving.deactivate(actor_id, user_id)
    with transaction() as session:
        user = session.get_one(User, user_id)
        if user.erase_asked_at is None:
            user.erase_asked_at, user.erase_asked_by = now(), actor_id
            audit.record(session, "user.erasure_asked", actor_id=actor_id, subject=user.email)


async def carry_out() -> None:
    """Delete whoever is to be deleted; interrupted anywhere, it may be called again, by several workers at once too."""
    if waiting := await asyncio.to_thread(_waiting):
        # One try: a token that its provider did not take back is destroyed with the mailbox.
        await revocation.revoke_pending()
    for user_id in waiting:
        await asyncio.to_thread(erase, user_id)


def _waiting() -> list[int]:
    with reading() as session:
        query = session_select(User.id).where(col(User.erase_asked_at).is_not(None)).order_by(col(User.id))
        return [ident or 0 for ident in session.exec(query)]


def erase(user_id: int) -> None:
    """Delete one person for whom that was asked."""
    with reading() as session:
        mailboxes = of_user(session, user_id)
    for mailbox in mailboxes:
        _empty(mailbox.id or 0)
    with transaction() as session:
        user = session.get(User, user_id, with_for_update=True)
        if user is None or user.erase_asked_at is None:
            return
        actor_id, addresses = user.erase_asked_by, _addresses(session, user)
        _delete_by_address(session, user.email)
        _delete_references(session, user_id)
        _take_out_of_audit(session, user_id, addresses)
        audit.record(session, "user.erased", actor_id=actor_id, subject=nameless(user_id))


def _empty(connection_id: int) -> None:
    """The messages first, some at a time: nobody else is to wait for a large mailbox."""
    while True:
        with transaction() as session:
            if forget.delete_some(session, connection_id) == 0:
                return


def _addresses(session: Session, user: User) -> set[str]:
    mine = {mailbox.address for mailbox in of_user(session, user.id or 0)}
    return {user.email, *mine}


def _delete_by_address(session: Session, email: str) -> None:
    session.exec(delete(AccessLink).where(col(AccessLink.email) == email))
    session.exec(delete(SignInFailure).where(col(SignInFailure.account) == email))


def _delete_references(session: Session, user_id: int) -> None:
    """Delete the user and every row that must refer to it, directly or over other rows, the outermost first.

    A row that may also do without (a nullable reference) stays, without it.
    """
    connection, concerned = session.connection(), dict[str, ColumnElement[bool]]()
    tables = _tables(connection)
    for table in tables:
        own = [table.c.id == user_id] if table.name == "user" else []
        must = [one for column, parent in _references(table) if not column.nullable
                for one in _points(column, parent, concerned)]  # fmt: skip
        if own or must:
            concerned[table.name] = or_(*own, *must)
    for table in reversed(tables):
        if table.name in concerned:
            connection.execute(delete(table).where(concerned[table.name]))
        for column, parent in _references(table):
            for points in _points(column, parent, concerned) if column.nullable else ():
                connection.execute(update(table).where(points).values({column.name: None}))


def _tables(connection: DatabaseConnection) -> list[Table]:
    """Every table of the database, parents first."""
    schema = MetaData()
    schema.reflect(bind=connection)
    for table in schema.tables.values():
        for _, parent in _references(table):
            if parent is not table:
                table.add_is_dependent_on(parent)
    return [table for table in schema.sorted_tables if table.name not in _KEPT]


def _references(table: Table) -> list[tuple[Column[Any], Table]]:
    """Columns that refer to another table's id, and that table."""
    found: list[tuple[Column[Any], Table]] = []
    for column in table.c:
        key = next(iter(column.foreign_keys), None)
        parent = key.column.table if key else table.metadata.tables.get(_BY_NAME.get(column.name, ""))
        if isinstance(parent, Table) and parent is not table:
            found.append((column, parent))
    return found


def _points(column: Column[Any], parent: Table, concerned: dict[str, ColumnElement[bool]]) -> list[ColumnElement[bool]]:
    """Whether the column refers to a row that goes; nothing where no row of that table can."""
    condition = concerned.get(parent.name)
    return [] if condition is None else [column.in_(select(parent.c.id).where(condition))]


def _take_out_of_audit(session: Session, user_id: int, addresses: set[str]) -> None:
    """Put a number in the place of the name: what happened stays, whom it was about does not."""
    event, subject, detail = col(AuditEvent.event), col(AuditEvent.subject), col(AuditEvent.detail)
    theirs = col(AuditEvent.actor_id) == user_id
    about = func.lower(subject).in_({address.lower() for address in addresses})
    changes = [
        update(AuditEvent).where(event.startswith("session."), theirs | about).values(detail=""),
        update(AuditEvent)
        .where(event.startswith("rule."), theirs, detail.endswith("own mailboxes"))
        .values(subject=""),
        update(AuditEvent).where(about).values(subject=nameless(user_id)),
    ]
    for address in addresses:
        named = detail.contains(address, autoescape=True)
        changes.append(update(AuditEvent).where(named).values(detail=func.replace(detail, address, nameless(user_id))))
    for change in changes:
        session.exec(change.execution_options(synchronize_session=False))


def nameless(user_id: int) -> str:
    """What stands in the audit log for somebody whose data was deleted."""
    return f"deleted user {user_id}"
