"""What happens when a handler fails in a way nobody foresaw: a line in the log, a calm sentence on the page."""

from collections import deque

import reflex as rx
from redis.exceptions import RedisError
from reflex_base.event.context import EventContext

from easycrm.core import log
from easycrm.pages import live
from easycrm.pages.flash import FlashState

# Events that failed. To tell of it is an event too, which can fail as they did.
_told: deque[str] = deque(maxlen=1000)


def something_went_wrong(exception: Exception) -> rx.event.EventSpec | None:
    """Log the failure without its values, and tell the person.

    Where even that fails, or the tab's state is out of reach, the browser is left to connect anew: it says that the
    connection is lost for as long as it cannot.
    """
    log.logger(__name__).error("page.handler_failed", error=type(exception).__name__, exc_info=exception)
    failed = EventContext.get()
    if isinstance(exception, RedisError) or failed.parent_txid in _told:
        live.connect_anew(failed.token)
        return None
    _told.append(failed.txid)
    return FlashState.failed()
