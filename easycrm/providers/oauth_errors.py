"""OAuth's `error` codes as errors of ours; the description is for people and is never branched on."""

from easycrm.providers.errors import (
    ConsentFailed,
    GrantRevoked,
    ProviderError,
    ProviderMisconfigured,
    ProviderUnavailable,
    UnexpectedRefusal,
)

_GRANT = frozenset(("invalid_grant", "interaction_required", "consent_required", "login_required"))
_APPLICATION = frozenset((
    "invalid_client", "unauthorized_client", "invalid_scope", "deleted_client", "disabled_client",
))  # fmt: skip
_PASSING = frozenset(("server_error", "temporarily_unavailable", ""))


def at_exchange(code: str) -> ProviderError:
    """What a refused code exchange means."""
    if code in _GRANT:
        return ConsentFailed(code=code)
    return _other(code)


def at_refresh(code: str) -> ProviderError:
    """What a refused refresh means."""
    if code in _GRANT:
        return GrantRevoked(code=code)
    return _other(code)


def _other(code: str) -> ProviderError:
    if code in _APPLICATION:
        return ProviderMisconfigured(code=code)
    return ProviderUnavailable(code=code) if code in _PASSING else UnexpectedRefusal(code=code)
