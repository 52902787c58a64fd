"""Puts the plain HTTP endpoints together, and the front door before everything."""

from importlib import import_module
from typing import Any

from starlette.applications import Starlette
from starlette.routing import BaseRoute
from starlette.types import ASGIApp

from easycrm.endpoints.front_door import FrontDoor

_MODULES = (
    "sign_in",
    "access_link",
    "personal_export",
    "audit_export",
    "health",
    "metrics",
    "message_frame",
    "from_mailbox",
    "mail_export",
    "attachment_upload",
    "draft",
)


def routes() -> list[BaseRoute]:
    """Every endpoint."""
    return [route for name in _MODULES for route in _of(import_module(f"easycrm.endpoints.{name}"))]


def _of(module: Any) -> list[BaseRoute]:
    return list(module.routes)


def around(app: ASGIApp) -> ASGIApp:
    """The application behind the front door, with the endpoints before the pages."""
    outer = Starlette(routes=routes())
    outer.router.default = app
    return FrontDoor(outer)
