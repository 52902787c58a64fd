"""Whether this process lives and can do its work, for whoever watches or chooses among several."""

from collections.abc import Callable

import anyio.to_thread
from sqlalchemy.exc import SQLAlchemyError
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from easycrm import worker
from easycrm.core import revision
from easycrm.notices import liveness


def _answers(check: Callable[[], bool]) -> bool:
    try:
        return check()
    except SQLAlchemyError:
        return False


def _revision() -> str | None:
    try:
        return revision.found()
    except SQLAlchemyError:
        return None


def _fits(there: str) -> bool:
    """A newer form is that of a version that is being started beside this one, which goes on until its turn comes."""
    return there == revision.wanted() or (bool(there) and not revision.known(there))


def pages_can_be_had() -> bool:
    """Whether what every page needs answers: the database, and the queue's Redis, which keeps pages' states too."""
    return _revision() is not None and worker.queue().answers()


def _state() -> dict[str, bool]:
    """`ready` is about pages alone: while no worker lives they still show what is here."""
    there = _revision()
    database = there is not None
    parts = {
        "database": database,
        "migrations": database and _fits(there or ""),
        "queue": worker.queue().answers(),
    }
    alive = database and _answers(lambda: any(one.alive for one in liveness.workers()))
    return {"live": True, "ready": all(parts.values()), **parts, "worker": alive}


async def healthz(_request: Request) -> Response:
    """Everything at a glance; 503 unless this process can serve pages: database, its migrations, and the queue."""
    state = await anyio.to_thread.run_sync(_state)
    return JSONResponse(state, 200 if state["ready"] else 503)


async def live(_request: Request) -> Response:
    """200 for as long as the process answers at all."""
    return JSONResponse({"live": True})


async def with_worker(_request: Request) -> Response:
    """As healthz, and 503 while no worker was heard of for 45 seconds."""
    state = await anyio.to_thread.run_sync(_state)
    return JSONResponse(state, 200 if state["ready"] and state["worker"] else 503)


routes = [Route("/healthz", healthz), Route("/healthz/live", live), Route("/healthz/worker", with_worker)]
