"""Whether this process lives and can do its work, for whoever watches or chooses among several."""

from collections.abc import Callable
from typing import TypeVar

import anyio.to_thread
from sqlalchemy.exc import SQLAlchemyError
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from easycrm import worker
from easycrm.core import revision
from easycrm.notices import liveness

_Answer = TypeVar("_Answer")


def _asked(ask: Callable[[], _Answer]) -> _Answer | None:
    """What the database says; None while it is away."""
    try:
        return ask()
    except SQLAlchemyError:
        return None


def _queue_answers() -> bool:
    # A process opens its queue with a secret of the database's.
    return bool(_asked(lambda: worker.queue().answers()))


def _fits(there: str) -> bool:
    """A newer form is that of a version that is being started beside this one, which goes on until its turn comes."""
    return there == revision.wanted() or (bool(there) and not revision.known(there))


def pages_can_be_had() -> bool:
    """Whether what every page needs answers: the database, and the queue's Redis, which keeps pages' states too."""
    return _asked(revision.found) is not None and _queue_answers()


def _state() -> dict[str, bool]:
    """`ready` is about pages alone: while no worker lives they still show what is here."""
    there = _asked(revision.found)
    database = there is not None
    parts = {
        "database": database,
        "migrations": database and _fits(there or ""),
        "queue": _queue_answers(),
    }
    alive = database and bool(_asked(lambda: any(one.alive for one in liveness.workers())))
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
