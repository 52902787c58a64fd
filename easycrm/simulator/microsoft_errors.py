"""What Entra says when it refuses, by number.

Source: https://learn.microsoft.com/entra/identity-platform/reference-error-codes
"""

import datetime
import uuid
from typing import Any

from easycrm.simulator.world import ApiError

# Number: status, error, text; where the same words go on in life, they are left out.
_ERRORS: dict[int, tuple[int, str, str]] = {
    50059: (400, "invalid_request", "No tenant-identifying information found in the request."),
    50076: (400, "interaction_required", "You must use multi-factor authentication to access the resource."),
    50173: (400, "invalid_grant", "The provided grant has expired due to it being revoked."),
    54005: (400, "invalid_grant", "OAuth2 Authorization code was already redeemed."),
    65001: (400, "invalid_grant", "The user or administrator has not consented to use the application."),
    70003: (400, "unsupported_grant_type", "The app requested an unsupported grant type."),
    70008: (400, "invalid_grant", "The provided authorization code or refresh token has expired due to inactivity."),
    90002: (400, "invalid_tenant", "Tenant not found. Check to make sure you have the correct tenant ID."),
    500112: (400, "invalid_client", "The reply address does not match that of the authorization request."),
    501481: (400, "invalid_grant", "The Code_Verifier does not match the code_challenge of the request."),
    700016: (400, "unauthorized_client", "Application was not found in the directory."),
    700082: (400, "invalid_grant", "The refresh token has expired due to inactivity."),
    7000112: (400, "unauthorized_client", "Application is disabled."),
    7000215: (401, "invalid_client", "Invalid client secret provided."),
    7000218: (401, "invalid_client", "The request body must contain 'client_assertion' or 'client_secret'."),
    7000222: (401, "invalid_client", "The provided client secret keys are expired."),
    9002313: (400, "invalid_grant", "Invalid request. Request is malformed or invalid."),
}
_SUBERRORS = {50076: "basic_action", 65001: "consent_required"}


def refusal(number: int) -> ApiError:
    """An error answer of the token endpoint."""
    status, error, text = _ERRORS[number]
    trace, correlation = str(uuid.uuid4()), str(uuid.uuid4())
    stamp = datetime.datetime.now(datetime.UTC).strftime("%Y-%m-%d %H:%M:%SZ")
    lines = [f"AADSTS{number}: {text}", f"Trace ID: {trace}", f"Correlation ID: {correlation}", f"Timestamp: {stamp}"]
    body: dict[str, Any] = {
        "error": error, "error_description": "\r\n".join(lines), "error_codes": [number], "timestamp": stamp,
        "trace_id": trace, "correlation_id": correlation,
        "error_uri": f"https://login.microsoftonline.com/error?code={number}",
    }  # fmt: skip
    if number in _SUBERRORS:
        body["suberror"] = _SUBERRORS[number]
    return ApiError(status, body)
