"""Runs EasyCRM: builds, migrates, starts web and worker (and whatever the demo adds), ends them cleanly."""

import errno
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from types import FrameType

from easycrm import build, migrate
from easycrm.core import key_canary
from easycrm.core.errors import Misconfigured
from easycrm.core.settings import settings
from easycrm.processes import Child

READY_SECONDS = 60
# A slice of a mailbox takes a few seconds; what is cut off after this is taken up by the next worker.
TASKS_END_WITHIN_SECONDS = 30
Say = Callable[[str], None]


def command(*words: str) -> list[str]:
    """This interpreter, this package, these words."""
    return [sys.executable, "-m", "easycrm", *words]


def prepare(say: Say) -> None:
    """Everything that must be right before a process starts; of several that prepare at a time, one does the work.

    Raises:
        Misconfigured: keys wrong, or the frontend cannot be built.
    """
    signal.signal(signal.SIGTERM, _unwind)
    say("Building the pages (only after a change) …")
    try:
        build.build()
    except subprocess.CalledProcessError as error:
        raise Misconfigured("The pages could not be built; the reason stands above") from error
    say("Bringing the database up to date …")
    migrate.upgrade()
    key_canary.check()


def _unwind(number: int, _frame: FrameType | None) -> None:
    sys.exit(128 + number)  # an exception, so that a build that runs ends with us


def check_port(variable: str, host: str, port: int) -> None:
    """Refuse a port that somebody else uses.

    Raises:
        Misconfigured: naming the variable to change.
    """
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            why = "is in use" if error.errno == errno.EADDRINUSE else f"of {host} cannot be used ({error.strerror})"
            raise Misconfigured(f"{variable}: port {port} {why}. Set {variable} to another one") from error


def run(children: list[Child], ready: Callable[[], None]) -> None:
    """Start the children, call `ready` when they answer, watch them until told to stop, end the last one first."""
    stop = _Stop()
    try:
        for child in children:
            child.start()
        _wait_until_ready(children, stop)
        if not stop.asked:
            ready()
        while not stop.asked:
            for child in children:
                child.watch()
            time.sleep(0.2)
    finally:
        for child in reversed(children):
            child.end()


def web_and_worker() -> list[Child]:
    """The two processes every installation has."""
    health = f"http://{settings().host}:{settings().port}/healthz"
    worker = Child("worker", command("worker"), patience_seconds=TASKS_END_WITHIN_SECONDS)
    return [worker, Child("web", command("web"), health=health)]


class _Stop:
    """Remembers that Ctrl-C or SIGTERM came."""

    def __init__(self) -> None:
        self.asked = False
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._ask)

    def _ask(self, _number: int, _frame: FrameType | None) -> None:
        self.asked = True


def _wait_until_ready(children: list[Child], stop: _Stop) -> None:
    until = time.monotonic() + READY_SECONDS
    for child in children:
        while child.health and not stop.asked and not _answers(child.health):
            if not child.alive or time.monotonic() > until:
                raise Misconfigured(f"The {child.name} process did not start; the reason stands above")
            time.sleep(0.1)


def _answers(address: str) -> bool:
    try:
        with urllib.request.urlopen(address, timeout=2) as answer:  # noqa: S310 (our own processes)
            return answer.status == 200
    except (urllib.error.URLError, TimeoutError, ConnectionError):
        return False


def web() -> None:
    """The web process itself: Reflex's production server with the built pages mounted."""
    from reflex import constants
    from reflex.config import environment
    from reflex.utils.exec import run_backend_prod

    from easycrm.core import log

    log.configure()
    # More processes are more `web` commands, each on a port of its own: with Redis, Reflex would start five here.
    os.environ["GRANIAN_WORKERS"] = "1"
    environment.REFLEX_ENV_MODE.set(constants.Env.PROD)
    environment.REFLEX_SKIP_COMPILE.set(True)
    run_backend_prod(settings().host, settings().port, constants.LogLevel.WARNING, mount_frontend_compiled_app=True)
