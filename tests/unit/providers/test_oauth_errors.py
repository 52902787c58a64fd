"""Whose turn it is after a refusal of a token endpoint; the code decides, never the words."""

import pytest

from easycrm.providers.errors import (
    ConsentFailed,
    GrantRevoked,
    ProviderMisconfigured,
    ProviderUnavailable,
    UnexpectedRefusal,
)
from easycrm.providers.oauth_errors import at_exchange, at_refresh


@pytest.mark.parametrize("code", ["invalid_grant", "interaction_required", "consent_required", "login_required"])
def test_a_dead_grant_is_the_users_turn(code: str) -> None:
    assert type(at_refresh(code)) is GrantRevoked
    assert type(at_exchange(code)) is ConsentFailed
    assert at_refresh(code).owner == "user"


@pytest.mark.parametrize(
    "code", ["invalid_client", "unauthorized_client", "invalid_scope", "deleted_client", "disabled_client"]
)
def test_threat_17_a_refused_application_is_the_admins_turn(code: str) -> None:
    for error in (at_refresh(code), at_exchange(code)):
        assert type(error) is ProviderMisconfigured
        assert error.owner == "admin"


@pytest.mark.parametrize("code", ["server_error", "temporarily_unavailable", "", None, 7, ["invalid_grant"]])
def test_threat_40_a_fault_is_nobodys_turn(code: object) -> None:
    assert type(at_refresh(code)) is ProviderUnavailable
    assert type(at_exchange(code)) is ProviderUnavailable


def test_threat_40_an_error_in_another_form_is_a_fault() -> None:
    assert type(at_refresh({"code": 429, "status": "RESOURCE_EXHAUSTED"})) is ProviderUnavailable


@pytest.mark.parametrize("code", ["slow_down", "INVALID_GRANT", "invalid_grant ", "Token has been expired or revoked."])
def test_a_code_on_no_list_is_retried_and_never_asks_for_consent(code: str) -> None:
    assert type(at_refresh(code)) is UnexpectedRefusal
    assert not at_refresh(code).permanent
