"""What can be seen without leaving the machine: settings, keys, database, queue, workers, built pages."""

import shutil
from collections.abc import Iterator

from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from easycrm import build, worker
from easycrm.core import key_canary, revision, sealed
from easycrm.core.db import engine
from easycrm.core.errors import Misconfigured
from easycrm.core.settings import settings
from easycrm.core.wording import operating
from easycrm.doctor.finding import Finding, ok, problem, warning
from easycrm.mail import provider_setup
from easycrm.notices import liveness
from easycrm.people import accounts
from easycrm.queue import FAULTS

OLDEST_POSTGRESQL = 150000
FEW_GIGABYTES, TOO_FEW_GIGABYTES = 2.0, 0.2
_GIGABYTE = 1024**3


def readable_settings() -> Iterator[Finding]:
    """Whether the environment makes sense, and what it leaves open."""
    try:
        found = settings()
    except Misconfigured as error:
        yield problem("settings", error.user_message, operating.FIX_SETTING)
        return
    yield ok("settings", f"{found.env}, for {found.public_url}")
    local = found.public_url.startswith(("http://localhost", "http://127.0.0.1"))
    if not found.secure and not local:
        yield warning("settings", operating.PLAIN_HTTP, operating.FIX_PLAIN_HTTP)
    if found.secure and not found.trusted_proxies:
        yield warning("settings", operating.NO_TRUSTED_PROXY, operating.FIX_TRUSTED_PROXY)
    if found.redis_url and found.sqlite:
        yield warning("settings", operating.HALF_DISTRIBUTED, operating.FIX_HALF)


def keys() -> Iterator[Finding]:
    """Whether there are keys, and nobody else can read them."""
    sealed.ring()
    path = settings().key_file
    if path is not None and path.stat().st_mode & 0o077:
        yield warning("keys", f"{operating.KEY_FILE_OPEN}: {path}", operating.FIX_KEY_FILE)


def disk() -> Iterator[Finding]:
    """Room where the data lies."""
    place = settings().data_dir.absolute()
    while not place.exists():
        place = place.parent
    free = shutil.disk_usage(place).free / _GIGABYTE
    level = problem if free < TOO_FEW_GIGABYTES else warning
    yield (
        ok("disk", operating.room_left(free))
        if free >= FEW_GIGABYTES
        else level("disk", operating.room_left(free), operating.FIX_DISK)
    )


def database() -> Iterator[Finding]:
    """Whether it answers, has the right form, and fits the keys."""
    try:
        there = revision.found()
    except SQLAlchemyError as error:
        cause = type(getattr(error, "orig", None) or error).__name__
        yield problem("database", operating.database_away(cause), operating.fix_database(is_file=settings().sqlite))
        return
    yield from _program()
    yield from _form(there)
    if not key_canary.planted():
        yield ok("keys", operating.KEYS_VALID)
        return
    try:
        key_canary.check()
        yield ok("keys", operating.KEYS_FIT)
    except Misconfigured as error:
        yield problem("keys", error.user_message, operating.FIX_KEYS)


def _program() -> Iterator[Finding]:
    if settings().sqlite:
        return
    with engine().connect() as connection:
        number = int(connection.execute(text("SHOW server_version_num")).scalar_one())
        name = str(connection.execute(text("SHOW server_version")).scalar_one())
    if number < OLDEST_POSTGRESQL:
        yield problem("database", operating.old_database(name))


def _form(there: str) -> Iterator[Finding]:
    wrong = revision.misfit(there)
    yield problem("database", *wrong) if wrong else ok("database", operating.MIGRATED)


def _set_up() -> bool:
    """Without the right form nothing else can be read; that was said already."""
    try:
        return revision.found() == revision.wanted()
    except SQLAlchemyError:
        return False


def people_and_providers() -> Iterator[Finding]:
    """Whether anybody can begin."""
    if not _set_up():
        return
    if not any(one.role == "admin" and one.active for one in accounts.list_all()):
        yield warning("people", operating.NO_ADMIN, operating.FIX_ADMIN)
    if not provider_setup.offered():
        yield warning("providers", operating.NO_PROVIDER, operating.FIX_PROVIDER)


def queue() -> Iterator[Finding]:
    """Whether tasks can be handed over; what signs them is in the database."""
    if not _set_up():
        return
    try:
        waiting, delayed = worker.queue().depth()
        yield ok("queue", f"{waiting} tasks wait, {delayed} are for later")
    except FAULTS as error:
        yield problem("queue", f"The queue does not answer ({type(error).__name__})", operating.FIX_QUEUE)


def workers() -> Iterator[Finding]:
    """Whether somebody works."""
    if not _set_up():
        return
    alive = sum(one.alive for one in liveness.workers())
    yield (
        ok("workers", operating.workers_alive(alive))
        if alive
        else problem("workers", operating.NO_WORKER, operating.FIX_WORKER)
    )


def pages() -> Iterator[Finding]:
    """Whether what browsers get belongs to this version."""
    yield (
        ok("pages", operating.PAGES_BUILT)
        if build.is_fresh()
        else problem("pages", operating.PAGES_OLD, operating.FIX_PAGES)
    )
