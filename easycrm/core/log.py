"""Structured logs, one JSON object a line on standard error, from which secrets are struck out."""

import logging
import re
import sys
from collections.abc import Mapping
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from typing import Any, cast

import structlog

_SECRET_NAMES = re.compile(
    r"token|secret|password|^code$|verifier|authorization|cookie|nonce|^state$|sealed", re.IGNORECASE
)
_SECRET_VALUES = re.compile(
    r"(?i)((?:access_token|refresh_token|id_token|client_secret|code|code_verifier|state|nonce|password|token)"
    r"[\"']?\s*[=:]\s*[\"']?)[^\s&\"',}]+|(bearer\s+)[^\s\"',}]+"
)
# Reflex quotes an event that it cannot place: whatever somebody has just typed, passwords and all.
_QUOTED_EVENT = re.compile(r"(?is)(event data:).+")
STRUCK = "[redacted]"


def redact(value: Any) -> Any:
    """`value` without what looks like a secret, however deep it lies."""
    if isinstance(value, str):
        return _SECRET_VALUES.sub(lambda found: f"{found[1] or found[2]}{STRUCK}", value)
    if isinstance(value, Mapping):
        pairs = cast("Mapping[str, Any]", value).items()
        return {name: STRUCK if _SECRET_NAMES.search(str(name)) else redact(inner) for name, inner in pairs}
    if isinstance(value, list | tuple):
        return [redact(inner) for inner in cast("list[Any]", value)]
    return value


def _strike_out(_logger: Any, _method: str, event: structlog.typing.EventDict) -> structlog.typing.EventDict:
    return cast("structlog.typing.EventDict", redact(event))


class _Redacting(logging.Formatter):
    """Lines of libraries that use the standard library's logging, in the same form."""

    def __init__(self) -> None:
        super().__init__()
        self._render = structlog.processors.JSONRenderer()

    def format(self, record: logging.LogRecord) -> str:
        told = _QUOTED_EVENT.sub(rf"\1 {STRUCK}", record.getMessage())
        event = {"event": told, "logger": record.name, "level": record.levelname.lower()}
        event.update(structlog.contextvars.get_contextvars())
        event["timestamp"] = datetime.fromtimestamp(record.created, UTC).isoformat()
        if record.exc_info:
            event["exception"] = _QUOTED_EVENT.sub(rf"\1 {STRUCK}", self.formatException(record.exc_info))
        return str(self._render(None, "", redact(event)))


def _to_standard_error(*_: object) -> structlog.PrintLogger:
    """Asked anew for each line: standard error may have been put elsewhere meanwhile."""
    return structlog.PrintLogger(sys.stderr)


def configure(level: int = logging.INFO) -> None:
    """Send every log line of this process, libraries' too, through the redaction to standard error."""
    _own_lines(level)
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_Redacting())
    logging.basicConfig(level=level, handlers=[handler], force=True)
    for chatty in ("httpx", "httpcore", "msal", "huey", "alembic"):
        logging.getLogger(chatty).setLevel(logging.WARNING)


def _own_lines(level: int) -> None:
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            _strike_out,
            structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=_to_standard_error,
    )


def bound(**ids: object) -> AbstractContextManager[None]:
    """Put these on every line, libraries' too, written inside the block and in the tasks and threads it starts."""
    return structlog.contextvars.bound_contextvars(**ids)


def bind(**ids: object) -> None:
    """As `bound`, until the task that runs ends."""
    structlog.contextvars.bind_contextvars(**ids)


def logger(name: str) -> structlog.typing.FilteringBoundLogger:
    """A logger that names the module it speaks for."""
    return structlog.get_logger(module=name)


# Until `configure` is called, structlog's own defaults would print tracebacks with the values of local variables.
_own_lines(logging.INFO)
