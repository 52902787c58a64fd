"""Builds the frontend once, and again only when something it is made of has changed."""

import fcntl
import gzip
import hashlib
import json
import os
import re
import signal
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
CLIENT = ROOT / ".web" / "build" / "client"
PACKAGES = ROOT / "reflex.lock" / "package.json"
LOCK = ROOT / ".web.lock"
STAMP = ROOT / ".web" / "easycrm.fingerprint"
_SOURCES = ("easycrm", "assets", "rxconfig.py", "requirements.txt", "reflex.lock")
_WITHOUT = ("simulator", "__pycache__")
_BAKED = "http://localhost:3000"


def build() -> bool:
    """Build if needed; whether it was. Who comes while somebody else builds waits for that.

    Raises:
        subprocess.CalledProcessError: the build failed; its output went to standard error.
    """
    if is_fresh():
        return False
    with LOCK.open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if is_fresh():
            return False
        _build()
        return True


def is_fresh() -> bool:
    """Whether the built pages are those of the sources as they are now."""
    return STAMP.exists() and CLIENT.exists() and STAMP.read_text() == fingerprint()


def _build() -> None:
    STAMP.unlink(missing_ok=True)
    # Of before: sources that change while it runs are not in it.
    sources = fingerprint()
    packages = PACKAGES.read_text()
    # The address is a fixed one here: `_serve_from_anywhere` takes it out again.
    fixed = {
        "EASYCRM_PUBLIC_URL": _BAKED,
        "EASYCRM_PORT": "3000",
        "EASYCRM_ENV": "production",
        "EASYCRM_SIMULATOR_URL": "",
    }
    _export({**os.environ, **fixed})
    _serve_from_anywhere()
    if json.loads(PACKAGES.read_text()) == json.loads(packages):
        PACKAGES.write_text(packages)  # Reflex writes the same list in one line
    STAMP.write_text(sources)


def _export(environment: dict[str, str]) -> None:
    command = [sys.executable, "-m", "reflex", "export", "--frontend-only", "--no-zip"]
    process = subprocess.Popen(  # noqa: S603 (own interpreter)
        command,
        cwd=ROOT,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    try:
        output, _ = process.communicate()
    except BaseException:
        os.killpg(process.pid, signal.SIGKILL)  # its bundler too: who stops the start stops the build
        process.wait()
        raise
    if process.returncode != 0:
        sys.stderr.write(output)
        raise subprocess.CalledProcessError(process.returncode, command)


def fingerprint() -> str:
    """A digest of everything the frontend is made of."""
    digest = hashlib.sha256()
    for name in _SOURCES:
        path = ROOT / name
        for file in sorted(path.rglob("*")) if path.is_dir() else [path]:
            inside = file.relative_to(ROOT)
            if file.is_file() and not set(inside.parts) & set(_WITHOUT):
                digest.update(str(inside).encode() + b"\0" + file.read_bytes())
    return digest.hexdigest()


def _serve_from_anywhere() -> None:
    """Let one build serve any host and port: the address in it becomes the page's own."""
    for script in (CLIENT / "assets").glob("reflex-env-*.js"):
        text = script.read_text()
        text = text.replace("`http://localhost:3000/", "`${location.origin}/")
        _rewrite(script, text.replace("`ws://localhost:3000/", "`${location.origin.replace(/^http/,'ws')}/"))
    # At https://localhost Reflex would take the port out of it.
    for script in (CLIENT / "assets").glob("state-*.js"):
        _rewrite(script, re.sub(r",\w+\.port=``\)", ")", script.read_text()))


def _rewrite(script: Path, text: str) -> None:
    script.write_text(text)
    packed = script.with_suffix(".js.gz")
    if packed.exists():
        packed.write_bytes(gzip.compress(text.encode()))
