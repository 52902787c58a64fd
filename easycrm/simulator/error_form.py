"""Error bodies in the form of the API that answers."""

import datetime
import uuid
from typing import Any

Body = dict[str, Any]
_GOOGLE_STATUS = {
    400: "INVALID_ARGUMENT", 401: "UNAUTHENTICATED", 403: "PERMISSION_DENIED", 404: "NOT_FOUND",
    429: "RESOURCE_EXHAUSTED", 500: "INTERNAL", 503: "UNAVAILABLE",
}  # fmt: skip
_GOOGLE_REASON = {
    400: "badRequest", 401: "authError", 403: "rateLimitExceeded", 404: "notFound", 429: "rateLimitExceeded",
}  # fmt: skip
_GRAPH_CODE = {
    401: "InvalidAuthenticationToken", 403: "ErrorAccessDenied", 404: "ErrorItemNotFound", 429: "TooManyRequests",
    503: "serviceNotAvailable",
}  # fmt: skip


def google(status: int, reason: str, message: str) -> Body:
    """As Google's APIs write it."""
    detail = {"message": message, "domain": "global", "reason": reason}
    name = _GOOGLE_STATUS.get(status, "INTERNAL")
    return {"error": {"code": status, "message": message, "errors": [detail], "status": name}}


def modern_google(status: int, reason: str, message: str) -> Body:
    """As Google's newer APIs write it: the reason in an ErrorInfo, if there is one."""
    name = "FAILED_PRECONDITION" if reason == "EXPIRED_SYNC_TOKEN" else _GOOGLE_STATUS.get(status, "INTERNAL")
    error: Body = {"code": status, "message": message, "status": name}
    if reason:
        kind = "type.googleapis.com/google.rpc.ErrorInfo"
        error["details"] = [{"@type": kind, "reason": reason, "domain": "googleapis.com"}]
    return {"error": error}


def graph(code: str, message: str) -> Body:
    """As Microsoft Graph writes it."""
    ident = str(uuid.uuid4())
    date = datetime.datetime.now(datetime.UTC).strftime("%Y-%m-%dT%H:%M:%S")
    inner = {"date": date, "request-id": ident, "client-request-id": ident}
    return {"error": {"code": code, "message": message, "innerError": inner}}


def of_host(host: str, status: int) -> Body:
    """What this host says with this status when nothing more is known; sign-in hosts say nothing."""
    if host in ("gmail.googleapis.com", "people.googleapis.com"):
        return google(status, _GOOGLE_REASON.get(status, "backendError"), "The request could not be served.")
    if host == "graph.microsoft.com":
        return graph(_GRAPH_CODE.get(status, "UnknownError"), "The request could not be served.")
    return {}
