"""Admins are warned 30, 14 and 3 days before a client secret runs out: once each, with the number of people."""

from collections.abc import Awaitable, Callable
from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from sqlmodel import select

from easycrm.core.db import reading
from easycrm.mail import consent, provider_setup, secret_expiry
from easycrm.notices import bell
from easycrm.notices.notice import Notice
from tests.unit.mail.conftest import Someone

Connect = Callable[..., Awaitable[consent.Completed]]
END = date(2026, 6, 30)


def enter(admin: Someone, expires: date | None) -> None:
    provider_setup.save(
        actor_id=admin.user_id, provider="google", client_id="client", client_secret="canary", enabled=True,
        secret_expires_on=expires,
    )  # fmt: skip


def titles(admin: Someone) -> list[str]:
    return [row.title for row in bell.of_user(admin.user_id) if row.kind == secret_expiry.KIND]


def told_so_far(admin: Someone) -> list[Notice]:
    with reading() as session:
        mine = select(Notice).where(Notice.user_id == admin.user_id, Notice.kind == secret_expiry.KIND)
        return list(session.exec(mine))


@pytest.mark.parametrize(
    ("days", "times", "words"),
    [(31, 0, ""), (30, 1, "expires on"), (14, 2, "expires on"), (3, 3, "expires on"), (-1, 4, "has expired")],
)
async def test_each_warning_comes_once_and_replaces_the_one_before(
    admin: Someone, ada: Someone, connected: Connect, days: int, times: int, words: str
) -> None:
    await connected()
    enter(admin, END)
    first = datetime(END.year, END.month, END.day, 12, tzinfo=UTC) - timedelta(days=40)
    end = first + timedelta(days=40 - days)
    moment = first
    while moment <= end:
        with time_machine.travel(moment, tick=False):
            secret_expiry.warn()
            secret_expiry.warn()
        moment += timedelta(days=1)
    assert len(told_so_far(admin)) == times
    assert len(titles(admin)) == min(times, 1)
    assert all(words in title for title in titles(admin))
    assert [row for row in bell.of_user(ada.user_id) if row.kind == secret_expiry.KIND] == []
    if times:
        (row,) = [row for row in bell.of_user(admin.user_id) if row.kind == secret_expiry.KIND]
        assert row.body.startswith("1 person would")


async def test_a_new_secret_ends_the_warning(admin: Someone, google: object) -> None:
    enter(admin, END)
    with time_machine.travel(datetime(2026, 6, 29, tzinfo=UTC), tick=False):
        secret_expiry.warn()
        assert titles(admin) == ["The client secret of Google Workspace expires on 30 June 2026"]
        enter(admin, END + timedelta(days=700))
        secret_expiry.warn()
        assert titles(admin) == []
