"""What a database that was restored must not do by itself: send what may have been sent since it was copied."""

from sqlmodel import col, update

from easycrm.core import wording
from easycrm.core.clock import now
from easycrm.core.db import changed, transaction
from easycrm.mail.outbox_message import OutboxMessage, State
from easycrm.notices import audit


def hold_back() -> int:
    """Mark everything that waits to be sent as of unknown outcome, for its owner to decide; how many messages."""
    waiting = update(OutboxMessage).where(col(OutboxMessage.state).in_((State.QUEUED, State.SENDING)))
    values = {
        "state": State.UNKNOWN,
        "reason": wording.writing.SEND_AFTER_RESTORE,
        "next_at": None,
        "lease_owner": "",
        "lease_until": None,
        "updated_at": now(),
    }
    with transaction() as session:
        number = changed(session, waiting.values(**values).execution_options(synchronize_session=False))
        audit.record(session, "data.restored", detail=f"{number} messages held back")
    return number
