"""Cuts the connection in the middle of an answer, where a fault asks for it (inner status 599)."""

from starlette.types import ASGIApp, Message, Receive, Scope, Send

CUT = 599


class CutConnection:
    """Turns every answer of status 599 into one that ends before its announced length."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on what is not to be cut."""
        cut = False

        async def pass_on(message: Message) -> None:
            nonlocal cut
            cut = cut or message.get("status") == CUT
            if not cut:
                await send(message)

        await self.app(scope, receive, pass_on)
        if cut:
            # The server closes the connection, since the promised bytes never come.
            await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"1000")]})
            await send({"type": "http.response.body", "body": b"{", "more_body": True})
