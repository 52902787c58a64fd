"""Faults that can be switched on: which requests they hit, and what those get instead."""

import asyncio
import json
import re
from dataclasses import dataclass, field

from starlette.responses import HTMLResponse, Response

from easycrm.simulator import error_form

KINDS = ("status", "html", "bad_json", "slow", "reset", "drop_after", "part")
HTML = "<!doctype html><title>Proxy</title><h1>Please sign in to the network</h1>"


@dataclass
class Fault:
    """What happens to requests whose `host/path` matches; `times` counts down, None is for ever.

    Kinds: status, html, bad_json, slow, reset (cut before the request is processed), drop_after (cut after),
    part (a `status` for single calls within a Gmail batch or a Graph $batch).

    Raises:
        ValueError: an unknown kind, an impossible status, or a `match` that is no regular expression.
    """

    match: str
    kind: str = "status"
    status: int = 500
    body: str = ""
    headers: dict[str, str] = field(default_factory=dict[str, str])
    delay_ms: float = 0
    times: int | None = None
    method: str = ""

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise ValueError(f"unknown kind of fault {self.kind}")
        if not 200 <= self.status <= 598:
            raise ValueError(f"no such status {self.status}")
        try:
            re.compile(self.match)
        except re.error as error:
            raise ValueError(f"match is no regular expression: {error}") from error

    def hits(self, method: str, target: str) -> bool:
        """Whether this request is one of those; uses up one of `times`."""
        if (self.method and self.method != method) or not re.search(self.match, target):
            return False
        if self.times is not None:
            if self.times <= 0:
                return False
            self.times -= 1
        return True

    async def answer(self, target: str) -> Response | None:
        """The answer instead of the real one, in the form of the host; None lets the request through."""
        if self.delay_ms:
            await asyncio.sleep(self.delay_ms / 1000)
        if self.kind == "status":
            body = self.body or json.dumps(error_form.of_host(target.partition("/")[0], self.status))
            return Response(body, self.status, headers=self.headers, media_type="application/json")
        if self.kind == "html":
            return HTMLResponse(HTML, 200)
        if self.kind == "bad_json":
            return Response('{"messages": [', 200, media_type="application/json")
        return None
