"""JSON answers: partial where `fields` asks for it, compressed where the client says that it can."""

import gzip
import re
from typing import Any, cast

import orjson
from starlette.requests import Request
from starlette.responses import Response

Tree = dict[str, "Tree"]


def answer(request: Request, body: dict[str, Any], fields: str = "") -> Response:
    """The response for `body`; Google compresses only if the word gzip stands in the User-Agent as well."""
    data = orjson.dumps(partial(body, fields))
    headers = {"Content-Type": "application/json; charset=UTF-8"}
    willing = "gzip" in request.headers.get("accept-encoding", "") and "gzip" in request.headers.get("user-agent", "")
    if willing and len(data) > 1024:
        data = gzip.compress(data, 1)
        headers["Content-Encoding"] = "gzip"
    return Response(data, headers=headers)


def partial(body: dict[str, Any], fields: str) -> dict[str, Any]:
    """Only the fields that a mask such as `nextPageToken,messages(id,threadId)` names."""
    return cast("dict[str, Any]", _pick(body, _parse(fields))) if fields and fields != "*" else body


def _parse(fields: str) -> Tree:
    root: Tree = {}
    tokens = re.findall(r"[\w*]+|[(),/]", fields)
    _read(tokens, root)
    return root


def _read(tokens: list[str], into: Tree) -> None:
    """Read names up to the closing parenthesis; `a/b` is `a(b)`."""
    while tokens:
        word = tokens.pop(0)
        if word == ")":
            return
        if word == ",":
            continue
        inner = into.setdefault(word, {})
        while tokens and tokens[0] == "/":
            tokens.pop(0)
            inner = inner.setdefault(tokens.pop(0), {})
        if tokens and tokens[0] == "(":
            tokens.pop(0)
            _read(tokens, inner)


def _pick(value: Any, tree: Tree) -> Any:
    if not tree or "*" in tree:
        return value
    if isinstance(value, list):
        return [_pick(entry, tree) for entry in cast("list[Any]", value)]
    if isinstance(value, dict):
        held = cast("dict[str, Any]", value)
        return {name: _pick(held[name], inner) for name, inner in tree.items() if name in held}
    return value
