"""The bell: told once, seen by the one it is for, gone when resolved."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from easycrm.core.db import transaction
from easycrm.core.errors import NotFound
from easycrm.notices import bell

pytestmark = pytest.mark.usefixtures("database")


def tell(_: object = None, user_id: int = 1, subject: str = "connection:1") -> bool:
    with transaction() as session:
        return bell.open(session, user_id, "reauthentication", subject, "Title", "Body")


def test_twenty_at_once_tell_once() -> None:
    with ThreadPoolExecutor(8) as threads:
        news = list(threads.map(tell, range(20)))
    assert news.count(True) == 1
    assert [notice.title for notice in bell.of_user(1)] == ["Title"]


def test_a_resolved_notice_is_gone_and_may_be_told_again() -> None:
    tell()
    with transaction() as session:
        assert bell.resolve(session, "reauthentication", "connection:1") == 1
    assert bell.of_user(1) == []
    assert tell()
    assert len(bell.of_user(1)) == 1


def test_resolving_leaves_other_subjects_and_users() -> None:
    tell()
    tell(subject="connection:2")
    tell(user_id=2)
    with transaction() as session:
        bell.resolve(session, "reauthentication", "connection:1", user_id=1)
    assert [notice.subject_key for notice in bell.of_user(1)] == ["connection:2"]
    assert len(bell.of_user(2)) == 1


def test_a_read_notice_stays_until_it_is_resolved() -> None:
    tell()
    bell.mark_read(1, bell.of_user(1)[0].id)
    assert [notice.read for notice in bell.of_user(1)] == [True]


def test_threat_23_somebody_elses_notice_does_not_exist() -> None:
    tell()
    with pytest.raises(NotFound):
        bell.mark_read(2, bell.of_user(1)[0].id)
    with pytest.raises(NotFound):
        bell.mark_read(1, 10**9)
    assert [notice.read for notice in bell.of_user(1)] == [False]
