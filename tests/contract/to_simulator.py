"""A transport that takes the providers' real addresses to the simulator, for libraries that know nothing of it."""

import json
from typing import Any

import httpx


class ToSimulator(httpx.BaseTransport):
    """`https://host/path` becomes `<simulator>/host/path`; `bodies` are the JSON answers so far, as they came."""

    def __init__(self, url: str) -> None:
        self.bodies: list[dict[str, Any]] = []
        self._url, self._inner = url, httpx.HTTPTransport()

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        assert request.url.scheme == "https", request.url
        there = httpx.URL(f"{self._url}/{request.url.host}{request.url.raw_path.decode()}")
        headers = [(name, value) for name, value in request.headers.raw if name.lower() != b"host"]
        response = self._inner.handle_request(
            httpx.Request(request.method, there, headers=headers, content=request.read())
        )
        response.read()
        if "json" in response.headers.get("content-type", ""):
            self.bodies.append(json.loads(response.content))
        return response

    def close(self) -> None:
        self._inner.close()
