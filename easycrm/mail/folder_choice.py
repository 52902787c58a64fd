"""Which folders or labels of a mailbox are imported, as its owner chooses."""

import asyncio
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass

from sqlmodel import Session, col, delete, func, or_, select

from easycrm.core import wording
from easycrm.core.db import reading, transaction
from easycrm.core.errors import EasyCRMError, InvalidInput, NotFound
from easycrm.mail import folder, sift, sweep, token_vault
from easycrm.mail.connection import Connection, Status, owned
from easycrm.mail.folder import KINDS_TO_CHOOSE, MailFolder
from easycrm.mail.message import Message
from easycrm.mail.message_rows import labelled
from easycrm.mail.sync_run import SkippedMessage
from easycrm.notices import audit
from easycrm.providers.registry import provider as known

_ORDER = {kind: place for place, kind in enumerate(KINDS_TO_CHOOSE)}
_NEEDED = ("inbox", "sent")


@dataclass(frozen=True)
class FolderRow:
    """One folder or label; `kind` is inbox, sent, archive, category or user."""

    id: int
    name: str
    kind: str
    imported: bool


async def refresh(user_id: int, connection_id: int) -> None:
    """Ask the provider which folders there are now; where it cannot be asked, what is known stays.

    Raises:
        NotFound: the mailbox is not the user's.
    """
    with reading() as session:
        connection = owned(session, user_id, connection_id)
    if connection.status != Status.CONNECTED:
        return
    with suppress(EasyCRMError):
        access = token_vault.access(connection_id, connection.generation)
        found = await known(connection.provider).folders(access)
        await asyncio.to_thread(folder.note, connection_id, connection.generation, found)


def listed(user_id: int, connection_id: int) -> list[FolderRow]:
    """The folders of one's own mailbox: inbox and sent first, then by name.

    Raises:
        NotFound: the mailbox is not the user's.
    """
    with reading() as session:
        owned(session, user_id, connection_id)
        found = _folders(session, connection_id)
    found.sort(key=lambda one: (_ORDER[one.kind], one.name.casefold()))
    return [FolderRow(one.id or 0, one.name, one.kind, not one.excluded) for one in found]


def concerned(user_id: int, connection_id: int, imported: Mapping[int, bool]) -> int:
    """How many stored emails would go with this choice (folder id → whether it is imported).

    Raises:
        NotFound: the mailbox, or one of the folders, is not the user's.
        InvalidInput: inbox and sent are both left out.
    """
    with reading() as session:
        owned(session, user_id, connection_id)
        leaving, _ = _changes(_folders(session, connection_id), imported)
        if not leaving:
            return 0
        carrying = [
            col(Message.labels).contains(labelled([one.provider_folder_id]), autoescape=True) for one in leaving
        ]
        query = select(func.count()).where(Message.connection_id == connection_id, or_(*carrying))
        return session.exec(query).one()


def choose(user_id: int, connection_id: int, imported: Mapping[int, bool]) -> None:
    """Import these folders and leave those out; one that is not named stays as it is.

    A sync that is under way ends without writing. The caller lets the worker remove what is here, and sync.

    Raises:
        NotFound: the mailbox, or one of the folders, is not the user's.
        InvalidInput: inbox and sent are both left out.
    """
    with transaction() as session:
        connection = sweep.locked(session, connection_id)
        if connection is None or connection.user_id != user_id:
            raise NotFound
        leaving, coming = _changes(_folders(session, connection_id), imported)
        for one in leaving:
            one.excluded, one.cursor = True, ""
        for one in coming:
            one.excluded = False
        if leaving:
            connection.sift_wanted += 1
            sweep.interrupt(connection)
        session.flush()
        if coming:
            _bring_back(session, connection, [one.provider_folder_id for one in coming])
        if leaving or coming:
            told = f"left out: {_names(leaving)}; imported: {_names(coming)}"
            audit.record(session, "folders.chosen", actor_id=user_id, subject=connection.address, detail=told)


def _folders(session: Session, connection_id: int) -> list[MailFolder]:
    query = select(MailFolder).where(
        MailFolder.connection_id == connection_id, col(MailFolder.kind).in_(KINDS_TO_CHOOSE)
    )
    return list(session.exec(query))


def _changes(folders: list[MailFolder], imported: Mapping[int, bool]) -> tuple[list[MailFolder], list[MailFolder]]:
    """Folders that would be left out now, and those that would be imported again."""
    if imported.keys() - {one.id for one in folders}:
        raise NotFound
    wanted = {one.id: imported.get(one.id or 0, not one.excluded) for one in folders}
    needed = [wanted[one.id] for one in folders if one.kind in _NEEDED]
    if needed and not any(needed):
        raise InvalidInput(wording.rules.FOLDERS_NEED_ONE, field="folders")
    leaving = [one for one in folders if not one.excluded and not wanted[one.id]]
    return leaving, [one for one in folders if one.excluded and wanted[one.id]]


def _bring_back(session: Session, connection: Connection, provider_ids: list[str]) -> None:
    kept_out = (col(SkippedMessage.connection_id) == connection.id) & (col(SkippedMessage.reason) == sift.IN_FOLDER)
    session.exec(delete(SkippedMessage).where(kept_out, col(SkippedMessage.detail).in_(provider_ids)))
    sweep.read_again(session, connection, *provider_ids)


def _names(folders: list[MailFolder]) -> str:
    return ", ".join(one.name for one in folders) or "none"
