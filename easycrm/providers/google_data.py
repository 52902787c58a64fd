"""The `data` of a Gmail answer, decoded while it arrives: an attachment never lies in memory as a whole."""

import base64
import re
from collections.abc import AsyncIterator

from easycrm.providers import google_api, http
from easycrm.providers.base import TokenSource
from easycrm.providers.errors import ProviderUnavailable

_PIECE = 256 * 1024
_HEAD = 64 * 1024
_START = re.compile(rb'"data"\s*:\s*"')
# JSON may write the padding as \u003d; without its end the text is the same bytes.
_END = re.compile(rb'["\\=]')


async def pieces(access: TokenSource, path: str) -> AsyncIterator[bytes]:
    """The bytes behind GET `path` below users/me, whose answer is {"data": base64url, "size": …} in any order."""
    async with http.streamed(google_api.BASE + google_api.ME + path, access) as response:
        if response.status_code != 200:
            raise google_api.failure(response.status_code, response.content, response.headers)
        waiting, begun = b"", False
        async for chunk in response.aiter_bytes(_PIECE):
            waiting += chunk
            if not begun:
                start = _START.search(waiting)
                if start is None and len(waiting) > _HEAD:
                    break
                if start is None:
                    continue
                waiting, begun = waiting[start.end() :], True
            end = _END.search(waiting)
            whole = len(waiting[: end.start()] if end else waiting) // 4 * 4
            if end:
                rest = waiting[whole : end.start()]
                yield base64.urlsafe_b64decode(waiting[:whole] + rest + b"=" * (-len(rest) % 4))
                return
            yield base64.urlsafe_b64decode(waiting[:whole])
            waiting = waiting[whole:]
    raise ProviderUnavailable(code="attachment_cut")
