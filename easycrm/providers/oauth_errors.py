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
_NOT_SIGNED_IN = "The provider refused to sign EasyCRM in"
_PASSING = frozenset(("server_error", "temporarily_unavailable", ""))


def at_exchange(error: object) -> ProviderError:
    """What a refused code exchange means; `error` is the answer's field of that name, whatever it is."""
    code = _code(error)
    if code in _GRANT:
        return ConsentFailed(code=code)
    return _other(code)


def at_refresh(error: object) -> ProviderError:
    """What a refused refresh means."""
    code = _code(error)
    if code in _GRANT:
        return GrantRevoked(code=code)
    return _other(code)


def _code(error: object) -> str:
    """OAuth's code; Google's front door answers in another form, with an object, when it is overrun."""
    return error if isinstance(error, str) else ""


def _other(code: str) -> ProviderError:
    if code in _APPLICATION:
        return ProviderMisconfigured(code=code)
    return ProviderUnavailable(code=code) if code in _PASSING else UnexpectedRefusal(_NOT_SIGNED_IN, code=code)
