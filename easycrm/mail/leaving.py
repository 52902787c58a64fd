"""What happens to a person's mailboxes when the person leaves: tokens are ended, mail is kept."""

from easycrm.core import wording
from easycrm.core.db import transaction
from easycrm.core.errors import NotFound, Refused
from easycrm.mail.disconnect import end_all
from easycrm.mail.receipt import Receipt
from easycrm.notices import audit
from easycrm.people.access_links import withdraw_resets
from easycrm.people.accounts import end_sessions
from easycrm.people.directory import still_admin
from easycrm.people.user import User


def deactivate(actor_id: int, user_id: int) -> list[Receipt]:
    """Sign the user out everywhere, for good, and end the user's connections; a receipt for each.

    The caller lets the tokens be revoked afterwards.

    Raises:
        NotFound: no such user.
        Refused: an admin cannot do this to themselves, or the actor is no admin any more.
    """
    if actor_id == user_id:
        raise Refused(wording.people.NOT_YOURSELF)
    with transaction() as session:
        still_admin(session, actor_id)
        user = session.get(User, user_id, with_for_update=True)
        if user is None:
            raise NotFound
        user.active = False
        session.add(user)
        end_sessions(session, user_id)
        withdraw_resets(session, user_id)
        audit.record(session, "user.deactivated", actor_id=actor_id, subject=user.email)
        return end_all(session, user_id, actor_id=actor_id, reason=wording.connecting.DEACTIVATED)
