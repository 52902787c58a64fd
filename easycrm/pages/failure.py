"""What happens when a handler fails in a way nobody foresaw: a line in the log, a calm sentence on the page."""

import reflex as rx

from easycrm.core import log
from easycrm.pages.flash import FlashState


def something_went_wrong(exception: Exception) -> rx.event.EventSpec:
    """Log the failure without its values, and tell the person."""
    log.logger(__name__).error("page.handler_failed", error=type(exception).__name__, exc_info=exception)
    return FlashState.failed()
