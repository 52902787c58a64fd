"""Faults that can be switched on: which requests they hit, and what those get instead."""

import asyncio
import re
from dataclasses import dataclass, field

from starlette.responses import HTMLResponse, Response

HTML = "<!doctype html><title>Proxy</title><h1>Please sign in to the network</h1>"


@dataclass
class Fault:
    """What happens to requests whose `host/path` matches; `times` counts down, None is for ever.

    Kinds: status, html, bad_json, slow, reset (cut before the request is processed), drop_after (cut after),
    part (a `status` for single calls within a Gmail batch).
    """

    match: str
    kind: str = "status"
    status: int = 500
    body: str = ""
    headers: dict[str, str] = field(default_factory=dict[str, str])
    delay_ms: float = 0
    times: int | None = None
    method: str = ""

    def hits(self, method: str, target: str) -> bool:
        """Whether this request is one of those; uses up one of `times`."""
        if (self.method and self.method != method) or not re.search(self.match, target):
            return False
        if self.times is not None:
            if self.times <= 0:
                return False
            self.times -= 1
        return True

    async def answer(self) -> Response | None:
        """The answer instead of the real one; None lets the request through."""
        if self.delay_ms:
            await asyncio.sleep(self.delay_ms / 1000)
        if self.kind == "status":
            return Response(self.body or "{}", self.status, headers=self.headers, media_type="application/json")
        if self.kind == "html":
            return HTMLResponse(HTML, 200)
        if self.kind == "bad_json":
            return Response('{"messages": [', 200, media_type="application/json")
        return None
