"""The root of EasyCRM's errors: each carries a sentence for the person in front of the screen.

EasyCRMError
├── NotFound              no such thing, or not yours: the two look alike
├── Refused               the rules say no; nothing was changed
├── InvalidInput          a field holds something that cannot be used
├── Misconfigured         a setting is missing or wrong: EasyCRM does not start
└── providers.base.ProviderError   (drawn there)
"""

from typing import ClassVar


class EasyCRMError(Exception):
    """An error with a sentence fit for the user.

    Args:
        user_message: shown as it stands; the class's own sentence when empty.
        detail: for the log only; never shown, never holding a secret.
    """

    default_message: ClassVar[str] = "Something went wrong. Please try again"

    def __init__(self, user_message: str = "", *, detail: str = "") -> None:
        self.user_message = user_message or self.default_message
        self.detail = detail
        super().__init__(detail or self.user_message)


class NotFound(EasyCRMError):
    """The thing does not exist, or belongs to somebody else."""

    default_message = "This does not exist, or it is not yours to see"


class Refused(EasyCRMError):
    """The rules do not allow it; nothing was changed."""

    default_message = "You are not allowed to do this"


class InvalidInput(EasyCRMError):
    """A value that cannot be used.

    Args:
        field: name of the field to point at, or empty.
    """

    default_message = "Please check what you entered"

    def __init__(self, user_message: str = "", *, field: str = "", detail: str = "") -> None:
        super().__init__(user_message, detail=detail)
        self.field = field


class Misconfigured(EasyCRMError):
    """A setting without which EasyCRM must not start; the message names the variable."""
