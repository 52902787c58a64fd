"""The audit log as a download, for admins: CSV for a spreadsheet, JSON lines for a program."""

import anyio.to_thread
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route

from easycrm.core.db import transaction
from easycrm.core.errors import NotFound
from easycrm.endpoints.guard import signed_in
from easycrm.mail import audit_filter
from easycrm.notices import audit, audit_log

_FORMS = {"csv": (audit_log.as_csv, "text/csv"), "jsonl": (audit_log.as_json_lines, "application/jsonl")}


async def download(request: Request) -> Response:
    """GET /admin/audit/export.{csv|jsonl}, with the page's own parameters."""
    person = await anyio.to_thread.run_sync(signed_in, request)
    if person is None:
        return PlainTextResponse("Please sign in", 401)
    form = _FORMS.get(str(request.path_params["form"]))
    if not person.is_admin or form is None:
        return PlainTextResponse(NotFound.default_message, 404)
    write, media_type = form
    wanted = await anyio.to_thread.run_sync(audit_filter.wanted, request.query_params)
    names = await anyio.to_thread.run_sync(audit_filter.names)
    await anyio.to_thread.run_sync(_record, person.user_id, request.url.query)
    headers = {
        "Content-Disposition": f'attachment; filename="easycrm-audit.{request.path_params["form"]}"',
        "Cache-Control": "private, no-store",
    }
    return StreamingResponse(write(wanted, names), media_type=media_type, headers=headers)


def _record(user_id: int, query: str) -> None:
    with transaction() as session:
        audit.record(session, "audit.exported", actor_id=user_id, detail=query)


routes = [Route("/admin/audit/export.{form}", download)]
