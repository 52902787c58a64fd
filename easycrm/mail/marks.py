"""Read, star and archive: marks of EasyCRM's own, since the scopes allow no writing back."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import Any

from sqlmodel import Session, col, func, select, update

from easycrm.core import wording
from easycrm.core.db import reading, transaction
from easycrm.core.errors import InvalidInput, NotFound
from easycrm.mail import thread_rows
from easycrm.mail.connection import Connection
from easycrm.mail.message import Message
from easycrm.mail.place import Place
from easycrm.mail.thread import Thread

MOST = 100
# Beyond this many messages nothing is offered to be undone: a state is no place for all of them.
MOST_PUT_BACK = 5000


@dataclass(frozen=True)
class _Mark:
    """What is set, and on which messages of the chosen ones it makes a difference."""

    values: dict[str, Any]
    concerns: Any
    newest_only: bool = False


def read(user_id: int, thread_ids: Collection[int], *, unread: bool = False) -> int:
    """Mark all of these threads read; or their newest messages unread. How many messages changed.

    Raises:
        NotFound: none of these threads is the user's.
        InvalidInput: they are too many.
    """
    return len(_mark_threads(user_id, thread_ids, _read(unread, newest_only=unread)))


def star(user_id: int, thread_ids: Collection[int], *, starred: bool = True) -> int:
    """Star the newest messages of these threads; or take every star away. How many messages changed.

    Raises:
        NotFound: none of these threads is the user's.
        InvalidInput: they are too many.
    """
    return len(_mark_threads(user_id, thread_ids, _star(starred, newest_only=starred)))


def archive(user_id: int, thread_ids: Collection[int], *, archived: bool = True) -> list[int]:
    """Take these threads out of the inbox, until new mail arrives in them; or back.

    What was sent or filed in a folder stays where it is.

    Returns: the ids of the messages that moved, for `put_back`.

    Raises:
        NotFound: none of these threads is the user's.
        InvalidInput: they are too many.
    """
    return _mark_threads(user_id, thread_ids, _place(archived))


def put_back(user_id: int, message_ids: Collection[int], *, archived: bool) -> int:
    """Undo `archive` (`archived` as it was told): these messages return, but for those that have moved on since.

    Returns: how many messages changed.

    Raises:
        NotFound: none of these messages is the user's.
    """
    with reading() as session:
        query = select(Message.thread_id).where(col(Message.id).in_(message_ids)).distinct()
        thread_ids = session.exec(query).all()

    def chosen(threads: Sequence[Thread]) -> Any:
        return _among(threads) & col(Message.id).in_(message_ids)

    return len(_mark(user_id, thread_ids, _place(not archived), chosen))


def opened(user_id: int, thread_id: int) -> int:
    """Mark a thread read because it was opened; writes only where something was unread.

    Raises:
        NotFound: it is not the user's.
    """
    with reading() as session:
        thread = next(iter(_own(session, user_id, [thread_id])), None)
    if thread is None:
        raise NotFound
    return read(user_id, [thread_id]) if thread.unread else 0


def read_message(user_id: int, message_id: int, *, unread: bool = False) -> int:
    """Mark one message read or unread.

    Raises:
        NotFound: it is not the user's.
    """
    return len(_mark_message(user_id, message_id, _read(unread)))


def star_message(user_id: int, message_id: int, *, starred: bool = True) -> int:
    """Star one message, or take its star away.

    Raises:
        NotFound: it is not the user's.
    """
    return len(_mark_message(user_id, message_id, _star(starred)))


def _read(unread: bool, *, newest_only: bool = False) -> _Mark:
    return _Mark({"unread": unread}, col(Message.unread).is_(not unread), newest_only)


def _star(starred: bool, *, newest_only: bool = False) -> _Mark:
    return _Mark({"starred": starred}, col(Message.starred).is_(not starred), newest_only)


def _place(archived: bool) -> _Mark:
    before, after = (Place.INBOX, Place.ARCHIVE) if archived else (Place.ARCHIVE, Place.INBOX)
    return _Mark({"place": str(after)}, col(Message.place) == str(before))


def _mark_threads(user_id: int, thread_ids: Collection[int], mark: _Mark) -> list[int]:
    if len(thread_ids) > MOST:
        raise InvalidInput(wording.mailbox.too_many(MOST))

    def chosen(threads: Sequence[Thread]) -> Any:
        among = _among(threads)
        if not mark.newest_only:
            return among
        return among & col(Message.sort_key).in_(
            select(func.max(Message.sort_key)).where(among).group_by(col(Message.thread_id)).scalar_subquery()
        )

    return _mark(user_id, thread_ids, mark, chosen)


def _among(threads: Sequence[Thread]) -> Any:
    return col(Message.thread_id).in_([thread.id for thread in threads])


def _mark_message(user_id: int, message_id: int, mark: _Mark) -> list[int]:
    with reading() as session:
        thread_id = session.exec(select(Message.thread_id).where(Message.id == message_id)).first()
    if thread_id is None:
        raise NotFound
    return _mark(user_id, [thread_id], mark, lambda _threads: col(Message.id) == message_id)


def _mark(
    user_id: int, thread_ids: Collection[int], mark: _Mark, chosen: Callable[[Sequence[Thread]], Any]
) -> list[int]:
    """The ids of the messages that changed."""
    with transaction() as session:
        threads = _own(session, user_id, thread_ids)
        if not threads:
            raise NotFound
        # The sync locks the mailbox too: what it reads of a message is what it compares with.
        connections = _locked(session, {thread.connection_id for thread in threads})
        statement = update(Message).where(chosen(threads), mark.concerns).values(**mark.values)
        marking = statement.returning(col(Message.id)).execution_options(synchronize_session=False)
        marked = [ident for (ident,) in session.execute(marking)]  # pyright: ignore[reportDeprecated] (exec takes no such statement)
        if marked:
            thread_rows.count_marks(session, [thread.id or 0 for thread in threads])
            for connection in connections:
                connection.changed_seq += 1
        return marked


def _own(session: Session, user_id: int, thread_ids: Collection[int]) -> Sequence[Thread]:
    """Those of the threads that are there and the user's: a sync may have removed some since they were shown."""
    query = select(Thread).where(
        col(Thread.id).in_(thread_ids), Connection.user_id == user_id, col(Connection.id) == col(Thread.connection_id)
    )
    return session.exec(query).all()


def _locked(session: Session, ids: Collection[int]) -> Sequence[Connection]:
    query = select(Connection).where(col(Connection.id).in_(ids)).order_by(col(Connection.id))
    return session.exec(query.with_for_update()).all()
