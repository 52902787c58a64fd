"""What comes in the body of a request before anybody is known: a little text, or nothing."""

from urllib.parse import parse_qsl

from starlette.requests import Request

MOST_BYTES = 10_000


async def small_body(request: Request) -> bytes:
    """The body; empty if there is more than any form of ours has, which is then not read to its end."""
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > MOST_BYTES:
            return b""
    return body


async def small_form(request: Request) -> dict[str, str]:
    """The fields of a form as browsers send it unless told otherwise; whatever else comes has none."""
    text = (await small_body(request)).decode("ascii", "replace")
    return dict(parse_qsl(text, keep_blank_values=True, errors="replace"))
