"""JSON as providers send it: read fast, and once more leniently where a strict reader refuses."""

import json
from typing import Any

import orjson


def read(content: bytes) -> Any:
    """The value; half of a surrogate pair, as a preview cut within an emoji leaves it, becomes a question mark.

    Raises:
        ValueError: it is not JSON.
    """
    try:
        return orjson.loads(content)
    except orjson.JSONDecodeError:
        return orjson.loads(_mended(content))


def _mended(content: bytes) -> bytes:
    try:
        found = json.loads(content.decode("utf-8", "replace"), strict=False)
    except RecursionError as error:
        raise ValueError("nested too deeply") from error
    return json.dumps(found, ensure_ascii=False).encode("utf-8", "replace")
