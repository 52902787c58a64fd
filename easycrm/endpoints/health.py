"""Whether this process lives and can do its work."""

import anyio.to_thread
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from easycrm.core.db import reading


def _database_answers() -> bool:
    try:
        with reading() as session:
            session.connection().execute(text("SELECT 1"))
    except SQLAlchemyError:
        return False
    return True


async def healthz(_request: Request) -> Response:
    """`live` always, `ready` when the database answers; 503 when it does not."""
    ready = await anyio.to_thread.run_sync(_database_answers)
    return JSONResponse({"live": True, "ready": ready}, 200 if ready else 503)


routes = [Route("/healthz", healthz)]
