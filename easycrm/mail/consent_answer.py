"""A callback's parameters, read strictly: one code or one error, one state, nothing twice."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from easycrm.core import wording
from easycrm.core.errors import EasyCRMError

_LONGEST_VALUE = 4096
_MOST_PARAMETERS = 30
_PRINTABLE = re.compile(r"[ -~]*")
# What the providers' libraries look at; descriptions of errors are for nobody and may hold anything.
_PASSED_ON = ("code", "state", "error", "iss", "scope", "session_state", "client_info")


class ConsentRefused(EasyCRMError):
    """A consent came to nothing; nothing was stored.

    Args:
        kind: one word for tests, audit and the page's next step.
        reconnects: the connection that was to be reconnected, where one was.

    `return_path` is where the consent was asked for; empty where that is not known.
    """

    def __init__(self, kind: str, user_message: str, *, reconnects: int | None = None, detail: str = "") -> None:
        super().__init__(user_message, detail=detail or kind)
        self.kind = kind
        self.reconnects = reconnects
        self.tested_setup = False
        self.return_path = ""


@dataclass(frozen=True)
class Answer:
    """What came back from the consent screen; exactly one of `code` and `error` is not empty."""

    state: str = field(repr=False)
    code: str = field(repr=False)
    error: str
    issuer: str | None
    parameters: Mapping[str, str] = field(repr=False)


def read(pairs: Sequence[tuple[str, str]]) -> Answer:
    """The callback's parameters, if they have the shape that RFC 6749 §4.1.2 and RFC 9207 give them.

    Raises:
        ConsentRefused: "malformed", or "unknown" when only the state is missing.
    """
    names = [name for name, _ in pairs]
    if len(names) > _MOST_PARAMETERS or len(set(names)) != len(names):
        raise _malformed()
    values = {name: value for name, value in pairs if name in _PASSED_ON}
    if any(len(value) > _LONGEST_VALUE or not _PRINTABLE.fullmatch(value) for value in values.values()):
        raise _malformed()
    if bool(values.get("code")) == bool(values.get("error")):
        raise _malformed()
    if not values.get("state"):
        raise unknown()
    return Answer(values["state"], values.get("code", ""), values.get("error", ""), values.get("iss"), values)


def unknown() -> ConsentRefused:
    """The refusal of a state that is nobody's, or somebody else's: the two look alike."""
    return ConsentRefused("unknown", wording.connecting.CONSENT_UNKNOWN)


def _malformed() -> ConsentRefused:
    return ConsentRefused("malformed", wording.connecting.CONSENT_MALFORMED)
