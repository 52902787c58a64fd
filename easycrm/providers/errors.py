"""What can go wrong at a provider, each kind with the one whose turn it is.

ProviderError(permanent, retry_after, owner)
├── GrantRevoked            user: consent again (expired, revoked, interaction required)
├── PermissionMissing       user: a scope is not (or no longer) granted
├── NoMailbox               user: the account has no mailbox
├── ConsentFailed           user: the exchange did not prove what it must; start again
├── IdentityMismatch        user: mailbox profile and signed-in identity differ
├── ProviderMisconfigured   admin: client id, secret, API or app is wrong; opens one incident
├── CursorExpired           nobody: the provider dropped the cursor; read the window again
├── MessageRefused          user: the message to be sent was not accepted; the sentence says what to do
├── SendOutcomeUnknown      nobody: the message may have been accepted; look for it, never send it again unasked
├── MessageGone             nobody: the message is not there any more
├── RateLimited             nobody: wait
├── OverBudget              nobody: EasyCRM itself waits, so that the provider need not refuse
└── ProviderUnavailable     nobody: wait
    ├── UnexpectedRefusal   nobody at first: retried, and after a while the admin's turn
    └── AnswerTooLarge      nobody: ask for less at once
"""

from typing import ClassVar, Literal

from easycrm.core import wording
from easycrm.core.errors import EasyCRMError

Owner = Literal["user", "admin", "nobody"]


class ProviderError(EasyCRMError):
    """A provider did not do what was asked.

    Args:
        code: the provider's own machine-readable code, fit for the log.
        retry_after: seconds to wait, where the provider named a time.
    """

    permanent: ClassVar[bool] = False
    owner: ClassVar[Owner] = "nobody"

    def __init__(
        self, user_message: str = "", *, code: str = "", detail: str = "", retry_after: float | None = None
    ) -> None:
        super().__init__(user_message, detail=detail or code)
        self.code = code
        self.retry_after = retry_after


class GrantRevoked(ProviderError):
    """The refresh token is dead: only the person's new consent helps."""

    default_message = wording.NEEDS_REAUTHENTICATION
    permanent = True
    owner = "user"


class PermissionMissing(ProviderError):
    """The token is good, but not for this; `code` names the scope where the provider tells."""

    default_message = "The mailbox did not give EasyCRM the permission for this"
    permanent = True
    owner = "user"


class NoMailbox(ProviderError):
    """The account exists, its mailbox does not."""

    default_message = wording.connecting.NO_MAILBOX
    permanent = True
    owner = "user"


class ConsentFailed(ProviderError):
    """Code or proof of identity was not accepted: nothing comes into being."""

    default_message = wording.connecting.CONSENT_IDENTITY_UNPROVEN
    permanent = True
    owner = "user"


class IdentityMismatch(ConsentFailed):
    """The mailbox profile belongs to somebody other than the one who signed in."""

    default_message = wording.connecting.CONSENT_PROFILE_MISMATCH


class ProviderMisconfigured(ProviderError):
    """The application itself is not accepted; no user can mend that."""

    default_message = wording.PROVIDER_PROBLEM
    permanent = True
    owner = "admin"


class CursorExpired(ProviderError):
    """The provider no longer knows the cursor of `folder_id`."""

    default_message = "The provider asks for the mailbox to be read again"

    def __init__(self, folder_id: str, *, code: str = "") -> None:
        super().__init__(code=code)
        self.folder_id = folder_id


class MessageGone(ProviderError):
    """The message does not exist at the provider."""

    default_message = "This email is no longer in the mailbox"
    permanent = True


class MessageRefused(ProviderError):
    """The provider certainly did not accept the message, and will not as it is."""

    default_message = "The provider did not accept the message"
    permanent = True
    owner = "user"


class SendOutcomeUnknown(ProviderError):
    """The request to send may have arrived: the connection broke after it was written, or the answer made no sense."""

    default_message = wording.writing.SEND_UNKNOWN


class RateLimited(ProviderError):
    """Too much at once; `retry_after` seconds where the provider named them."""

    default_message = "The provider asks EasyCRM to slow down"


class OverBudget(ProviderError):
    """The allowance of the minute is used up; nothing was asked, and `retry_after` says when there is more."""

    default_message = "EasyCRM keeps to the provider's allowance"


class ProviderUnavailable(ProviderError):
    """Unreachable, broken or nonsensical for the moment."""

    default_message = "The provider cannot be reached at the moment"


class UnexpectedRefusal(ProviderUnavailable):
    """Refused for a reason that no list names; at a token endpoint it says nothing about the grant."""

    default_message = "The provider refused what EasyCRM asked for"


class AnswerTooLarge(ProviderUnavailable):
    """More than a client should hold in memory."""

    default_message = "The provider sent more than EasyCRM can take at once"
