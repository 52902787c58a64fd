"""Security headers, for every answer."""

import base64
import hashlib
import re
from functools import lru_cache
from pathlib import Path
from urllib.parse import urlsplit

from easycrm.core.settings import settings

_INLINE = re.compile(r"<script(?![^>]*\bsrc=)[^>]*>(.*?)</script>", re.DOTALL)
BUILT = Path(__file__).parents[2] / ".web" / "build" / "client"


def common(path: str) -> dict[str, str]:
    """Headers by name for an answer to `path`."""
    found = {
        "Content-Security-Policy": policy(),
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": "DENY",
        "Referrer-Policy": "no-referrer" if path.startswith("/settings/email/callback/") else "same-origin",
        "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
        "Cross-Origin-Opener-Policy": "same-origin",
    }
    if settings().secure:
        found["Strict-Transport-Security"] = "max-age=31536000"
    return found


@lru_cache(maxsize=1)
def policy() -> str:
    """The content security policy; the hashes are those of the inline scripts of the built pages."""
    address = urlsplit(settings().public_url)
    socket = f"{'wss' if address.scheme == 'https' else 'ws'}://{address.netloc}"
    scripts = " ".join(["'self'", *sorted(_hashes())])
    return "; ".join((
        "default-src 'none'", f"script-src {scripts}", "style-src 'self' 'unsafe-inline'", "font-src 'self'",
        "img-src 'self' data:", f"connect-src 'self' {socket}", "frame-src 'self'", "frame-ancestors 'none'",
        "form-action 'self'", "base-uri 'none'", "manifest-src 'self'",
    ))  # fmt: skip


def _hashes() -> set[str]:
    bodies = {script for page in BUILT.glob("**/*.html") for script in _INLINE.findall(page.read_text())}
    return {f"'sha256-{base64.b64encode(hashlib.sha256(body.encode()).digest()).decode()}'" for body in bodies}
