"""Mail a day: whole days in UTC, one's own mailboxes only."""

from collections.abc import Awaitable, Callable
from datetime import UTC, date, datetime

import time_machine

from easycrm.mail import consent, volume
from tests.unit.mail.conftest import Someone
from tests.unit.mail.test_overview import arrive

Connect = Callable[..., Awaitable[consent.Completed]]


async def test_each_message_counts_on_its_day(ada: Someone, mallory: Someone, connected: Connect) -> None:
    with time_machine.travel(datetime(2026, 3, 30, 12, tzinfo=UTC), tick=False):
        mailbox = (await connected()).connection_id
        for day, hour in ((30, 0), (30, 11), (29, 23), (1, 0)):
            arrive(mailbox, 1, datetime(2026, 3, day, hour, tzinfo=UTC))
        arrive(mailbox, 1, datetime(2026, 2, 28, 23, 59, tzinfo=UTC))
        found = volume.of_user(ada.user_id)
        assert volume.of_user(mallory.user_id) == {}
    assert list(found) == [mailbox]
    assert found[mailbox].first == date(2026, 3, 1)
    counts = found[mailbox].counts
    assert (len(counts), counts[-1], counts[-2], counts[0], sum(counts)) == (30, 2, 1, 1, 4)
