"""The simulator's command line: python -m easycrm.simulator --port 8025."""

import argparse
import asyncio
import contextlib
import pickle
import signal
import sys
from collections.abc import Generator
from pathlib import Path

import uvicorn

from easycrm.simulator.app import build
from easycrm.simulator.world import FORM, World

SAVE_SECONDS = 2


def main() -> None:
    """Serve until told to stop."""
    options = _options()
    base = options.redirect_uri_base
    world = _load(options.state_file, base) or World(base, options.seed, options.eml_dir)
    if options.latency:
        world.settings.request_ms, world.settings.sub_request_ms = 40, 20
    asyncio.run(_serve(world, options))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m easycrm.simulator", description=__doc__)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8025)
    parser.add_argument("--state-file", type=Path, help="keep the world here across restarts")
    parser.add_argument("--redirect-uri-base", default="http://localhost:3000", help="where the application runs")
    parser.add_argument("--eml-dir", type=Path, help="load a folder of .eml files as a mailbox of either provider")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--latency", action="store_true", help="answer as slowly as the real ones: 40 ms a request")
    return parser.parse_args()


def _load(path: Path | None, redirect_base: str) -> World | None:
    """The world of an earlier run; None where there is none, or none that this version can go on with."""
    if path is None or not path.exists():
        return None
    try:
        found = pickle.loads(path.read_bytes())  # noqa: S301 (our own file, in our own data directory)
    except Exception:  # a damaged pickle can raise anything, and the demo then simply begins anew
        return None
    if not isinstance(found, World) or getattr(found, "form", 0) != FORM:
        return None
    found.serve_at(redirect_base)
    return found


class _Server(uvicorn.Server):
    """Leaves signals to us: uvicorn's own handling ends the process before the world is saved."""

    @contextlib.contextmanager
    def capture_signals(self) -> Generator[None]:
        """Stop serving when told so."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, self._stop)
        yield

    def _stop(self) -> None:
        self.should_exit = True


async def _serve(world: World, options: argparse.Namespace) -> None:
    config = uvicorn.Config(
        build(world), host=options.host, port=options.port, log_level="critical", timeout_graceful_shutdown=1
    )
    server = _Server(config)
    saving = asyncio.create_task(_keep_saving(world, options.state_file))
    announcing = asyncio.create_task(_announce(server, options))
    await server.serve()
    saving.cancel()
    announcing.cancel()
    if options.state_file:
        world.save(options.state_file)


async def _announce(server: uvicorn.Server, options: argparse.Namespace) -> None:
    while not server.started:  # noqa: ASYNC110 (uvicorn has no event for it)
        await asyncio.sleep(0.02)
    port = server.servers[0].sockets[0].getsockname()[1]
    sys.stdout.write(f"simulator ready on http://{options.host}:{port}\n")
    sys.stdout.flush()


async def _keep_saving(world: World, path: Path | None) -> None:
    while path is not None:
        await asyncio.sleep(SAVE_SECONDS)
        if world.changed:
            world.changed = False
            world.save(path)


if __name__ == "__main__":
    main()
