"""Begins to forward a message, with its files, which some providers list only when asked."""

import asyncio
from dataclasses import dataclass

from easycrm.core import wording
from easycrm.core.db import reading
from easycrm.core.errors import EasyCRMError, NotFound
from easycrm.mail import attachments, draft
from easycrm.mail.visibility import readable
from easycrm.providers.errors import ProviderError


@dataclass(frozen=True)
class Begun:
    """The draft; `problem` says why it lacks the files, where it does."""

    draft_id: int
    problem: str = ""


async def begin(user_id: int, message_id: int) -> Begun:
    """Begin to forward one of the user's own messages.

    Raises:
        NotFound: the message is not the user's.
        EasyCRMError: the files cannot be listed at the moment; nothing was begun, since it would go without them.
    """
    problem = ""
    if await asyncio.to_thread(_is_unlisted, user_id, message_id):
        problem = await _list(user_id, message_id)
    draft_id = await asyncio.to_thread(draft.begin, user_id, kind="forward", message_id=message_id)
    return Begun(draft_id, problem)


def _is_unlisted(user_id: int, message_id: int) -> bool:
    with reading() as session:
        return bool(attachments.unlisted(session, [readable(session, user_id, message_id)]))


async def _list(user_id: int, message_id: int) -> str:
    """Ask the provider for the files; why they will not be had, if that is so."""
    try:
        await attachments.ensure_listed(user_id, message_id)
    except NotFound:
        raise
    except EasyCRMError as error:
        reason = f"{wording.reading.FILES_NOT_LISTED}: {error.user_message}"
        if isinstance(error, ProviderError) and not error.permanent:
            raise EasyCRMError(reason) from error
        return reason
    return ""
