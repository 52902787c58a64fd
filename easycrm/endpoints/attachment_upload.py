"""Files for a draft: each is the body of one POST, stored as it arrives."""

from urllib.parse import unquote

import anyio.to_thread
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from easycrm.core.errors import EasyCRMError, NotFound
from easycrm.endpoints.guard import signed_in
from easycrm.mail import draft_files


async def upload(request: Request) -> Response:
    """POST /mail/draft/{draft_id}/files, the file as the body, its name percent-encoded in X-File-Name.

    The header takes no part in the address, so that no log keeps the name. Answers id, name and size, or `error`.
    """
    person = await anyio.to_thread.run_sync(signed_in, request)
    if person is None:
        return JSONResponse({"error": "Please sign in"}, 401)
    name, media_type = unquote(request.headers.get("x-file-name", "")), request.headers.get("content-type", "")
    try:
        file = await draft_files.attach(
            person.user_id, int(request.path_params["draft_id"]), name, media_type, request.stream()
        )
    except NotFound as error:
        return JSONResponse({"error": error.user_message}, 404)
    except EasyCRMError as error:
        return JSONResponse({"error": error.user_message}, 400)
    except ClientDisconnect:
        return Response(status_code=400)
    return JSONResponse({"id": file.id, "name": file.file_name, "size": file.size})


routes = [Route("/mail/draft/{draft_id:int}/files", upload, methods=["POST"])]
