"""A proxy that cuts a request to send after so many bytes of the request or of its answer."""

import asyncio
import contextlib
import re
from collections.abc import AsyncGenerator
from urllib.parse import urlsplit

SENDING = re.compile(rb"^POST \S*/(?:messages/send|sendMail|reply)[ ?]")


class CuttingProxy:
    """Passes everything on to the simulator; `cut_at` is where the next sending ends, None lets it through.

    Points below zero lie in the request, counted from its end; from zero on in the answer, counted from its start.
    """

    def __init__(self, target: str) -> None:
        parts = urlsplit(target)
        self._host, self._port = parts.hostname or "", parts.port or 0
        self.url = ""
        self.cut_at: int | None = None
        self.cuts = 0
        self.running: set[asyncio.Task[None]] = set()

    async def handle(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection."""
        self.running.add(asyncio.current_task())  # pyright: ignore[reportArgumentType]
        there, back = await asyncio.open_connection(self._host, self._port)
        try:
            head = await reader.readuntil(b"\r\n\r\n")
            if SENDING.match(head) and self.cut_at is not None:
                await self._cut(head, reader, writer, there, back)
            else:
                back.write(head)
                await asyncio.gather(_pump(reader, back), _pump(there, writer))
        except (ConnectionError, asyncio.IncompleteReadError):
            return
        finally:
            for end in (writer, back):
                end.transport.abort()

    async def _cut(
        self, head: bytes, reader: asyncio.StreamReader, writer: asyncio.StreamWriter,
        there: asyncio.StreamReader, back: asyncio.StreamWriter,
    ) -> None:  # fmt: skip
        point, self.cut_at = self.cut_at or 0, None
        self.cuts += 1
        length = int(re.search(rb"(?i)content-length: (\d+)", head)[1])  # pyright: ignore[reportOptionalSubscript]
        request = head + await reader.readexactly(length)
        if point < 0:
            back.write(request[: max(0, len(request) + point)])
            await back.drain()
            await asyncio.sleep(0.02)
            return
        back.write(request)
        answer = await there.readuntil(b"\r\n\r\n")
        writer.write(answer[:point])
        await writer.drain()


async def _pump(source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
    while data := await source.read(65536):
        sink.write(data)
        await sink.drain()
    with contextlib.suppress(OSError):
        sink.write_eof()


@contextlib.asynccontextmanager
async def cutting_proxy(target: str) -> AsyncGenerator[CuttingProxy]:
    """A proxy before the simulator at `target`, for the time of the block."""
    proxy = CuttingProxy(target)
    server = await asyncio.start_server(proxy.handle, "127.0.0.1", 0)
    proxy.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    try:
        yield proxy
    finally:
        server.close()
        for task in proxy.running:
            task.cancel()
        await asyncio.gather(*proxy.running, return_exceptions=True)
