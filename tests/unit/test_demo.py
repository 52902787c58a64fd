"""What the demo creates at its first start, whole or cut short."""

from pathlib import Path

import pytest
from sqlalchemy import Engine

from easycrm import demo
from easycrm.core.errors import EasyCRMError
from easycrm.mail import provider_setup
from easycrm.people import accounts


def people() -> list[tuple[str, str]]:
    return sorted((account.email, account.role) for account in accounts.list_all())


def test_two_people_and_both_providers(database: Engine, tmp_path: Path) -> None:
    del database
    demo.seed()

    assert people() == [("admin@example.com", "admin"), ("member@example.com", "member")]
    assert [offer.key for offer in provider_setup.offered()] == ["google", "microsoft"]
    assert (tmp_path / "sign-ins.json").stat().st_mode & 0o777 == 0o600


def test_a_second_start_changes_nothing(database: Engine) -> None:
    del database
    first = demo.seed()
    provider_setup.set_enabled(1, "google", False)

    assert demo.seed() == first
    assert [offer.key for offer in provider_setup.offered()] == ["microsoft"]


@pytest.mark.parametrize("reached", ["create", "save"])
def test_a_first_start_cut_short_is_completed_by_the_next(
    reached: str, database: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    del database
    module = {"create": accounts, "save": provider_setup}[reached]
    works, calls = getattr(module, reached), []

    def cut(**words: object) -> object:
        calls.append(words)
        if len(calls) == 2:
            raise EasyCRMError("cut short")
        return works(**words)

    with monkeypatch.context() as patched:
        patched.setattr(module, reached, cut)
        with pytest.raises(EasyCRMError):
            demo.seed()
    demo.seed()

    assert people() == [("admin@example.com", "admin"), ("member@example.com", "member")]
    assert [offer.key for offer in provider_setup.offered()] == ["google", "microsoft"]
