"""Asks once more for messages in the ledger, as long as there is hope for them."""

import asyncio

from sqlmodel import col, or_, select

from easycrm.core.db import reading
from easycrm.core.log import logger
from easycrm.mail import store
from easycrm.mail.schedule import Lease
from easycrm.mail.store import Stored
from easycrm.mail.sync_run import SkippedMessage
from easycrm.providers.base import MailProvider, TokenSource

AT_ONCE = 100
MOST_TRIES = {"refused by the provider": 30, "could not be read": 3}
"""In vain, by reason; what is too large stays too large."""
_log = logger(__name__)


async def try_again(lease: Lease, provider: MailProvider, access: TokenSource) -> Stored:
    """Fetch what may have become readable, those first that were tried longest ago; what came of it.

    Raises:
        ConnectionEnded: the generation is over, or another worker holds the lease.
        ProviderError: the provider asks to wait, or cannot be reached at all.
    """
    stored, mine = Stored(), (lease.connection_id, lease.generation, lease.owner)
    if ids := await asyncio.to_thread(_hopeful, lease.connection_id):
        async for page in provider.again(access, ids, lease.window):
            stored += await asyncio.to_thread(store.commit_page, *mine, page)
        _log.info("ledger tried again", connection=lease.connection_id, asked=len(ids), stored=stored.new)
    return stored


def _hopeful(connection_id: int) -> list[str]:
    hope = or_(
        *[
            (col(SkippedMessage.reason) == reason) & (col(SkippedMessage.tries) < most)
            for reason, most in MOST_TRIES.items()
        ]
    )
    query = select(SkippedMessage.provider_message_id).where(SkippedMessage.connection_id == connection_id, hope)
    with reading() as session:
        return list(session.exec(query.order_by(col(SkippedMessage.at)).limit(AT_ONCE)))
