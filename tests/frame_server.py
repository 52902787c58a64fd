"""The real message frame over HTTP, with messages of a test's own: python -m tests.frame_server DOCUMENTS.json DATA.

Beside it stand the messages cleaned but without the frame's own walls, since the second wall must not hide a hole in
the first; documents as raw as they came, which prove that a hole would be seen; and pages that show many at once.
"""

import json
import os
import socket
import sys
from pathlib import Path

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse
from starlette.routing import Route

from easycrm.core import db, sealed
from easycrm.core.clock import now
from easycrm.mail import reading
from easycrm.mail.connection import Connection
from easycrm.mail.message import Message, MessageBody
from easycrm.mail.message_rows import compressed
from easycrm.people import sessions
from easycrm.people.user import User

OPEN = {"Content-Security-Policy": "frame-ancestors 'self'", "X-Frame-Options": "SAMEORIGIN"}
SANDBOX = {
    "raw": "allow-scripts allow-same-origin allow-forms",
    "clean": "allow-scripts allow-same-origin allow-forms",
    "frame": "allow-popups allow-popups-to-escape-sandbox",
}


def main(documents: Path, data: Path) -> None:
    """Fill a database with the messages ({"html": …} or {"text": …}), print port and cookie, and serve."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    os.environ |= {
        "EASYCRM_ENV": "development", "EASYCRM_DATA_DIR": str(data), "EASYCRM_KEYS": sealed.new_key("test"),
        "EASYCRM_DATABASE_URL": f"sqlite:///{data / 'easycrm.db'}", "EASYCRM_PUBLIC_URL": f"http://localhost:{port}",
    }  # fmt: skip
    found = json.loads(documents.read_text())
    cookie = _fill(found["messages"])
    # Late: the front door reads the settings when it is put together.
    from easycrm.endpoints.app import around

    app = around(Starlette(routes=_routes(found["raw"])))
    print(f"{port} {cookie}", flush=True)
    uvicorn.run(app, host="127.0.0.1", port=port, log_level="warning")


def _fill(found: list[dict[str, str]]) -> str:
    from easycrm.tables import metadata

    metadata.create_all(db.engine())
    with db.transaction() as session:
        user = User(email="ada@example.com", password_hash="unused")
        session.add(user)
        session.flush()
        session.add(Connection(id=1, user_id=user.id or 0, provider="google", subject="1", address="ada@example.com"))
        session.flush()
        for number, one in enumerate(found, 1):
            session.add(
                Message(
                    id=number, connection_id=1, thread_id=1, generation=1, provider_message_id=str(number),
                    received_at=now(), sort_key=number,
                )
            )  # fmt: skip
            html, text = compressed(one.get("html", "")), compressed(one.get("text", ""))
            session.add(MessageBody(message_id=number, html=html, text=text))
        return sessions.start(session, user.id or 0)


def _routes(raw: list[str]) -> list[Route]:
    async def untouched(request: Request) -> HTMLResponse:
        return HTMLResponse(raw[int(request.path_params["number"]) - 1], headers=OPEN)

    async def cleaned(request: Request) -> HTMLResponse:
        document = await reading.frame(1, int(request.path_params["number"]), images=False)
        return HTMLResponse(document, headers=OPEN)

    async def page(request: Request) -> HTMLResponse:
        kind, query = str(request.path_params["kind"]), request.query_params
        path, rest = {"frame": ("/mail/frame", f"?images={query.get('images', '0')}")}.get(kind, (f"/{kind}", ""))
        frames = "".join(
            f'<iframe src="{path}/{number}{rest}" sandbox="{SANDBOX[kind]}"></iframe>'
            for number in range(int(query["from"]), int(query["to"]))
        )
        return HTMLResponse(f"<!doctype html><meta charset=utf-8><title>{kind}</title>{frames}", headers=OPEN)

    return [
        Route("/raw/{number:int}", untouched),
        Route("/clean/{number:int}", cleaned),
        Route("/frames/{kind}", page),
    ]


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
