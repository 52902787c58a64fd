"""The demo: the product beside a simulator of both providers, with two people who can sign in."""

import json
import os
import secrets
import sys
from dataclasses import dataclass
from pathlib import Path

from easycrm import serve
from easycrm.core import sealed
from easycrm.core.settings import settings
from easycrm.processes import Child

ADMIN, MEMBER = "admin@example.com", "member@example.com"
_WORDS = ("amber", "birch", "cedar", "delta", "ember", "fjord", "grove", "heron", "inlet", "juniper", "krill", "lagoon",
          "maple", "north", "ocean", "pebble", "quartz", "river", "slate", "tundra")  # fmt: skip
_ALLOWANCE = 1_000_000
# The simulator's registered applications; it prints the same ones on its control page.
_APPLICATIONS = {
    "google": ("easycrm-demo.apps.googleusercontent.com", "demo-google-secret"),
    "microsoft": ("8f1e6a5c-0000-4000-8000-00000000c0de", "demo-microsoft-secret"),
}


@dataclass(frozen=True)
class SignIns:
    """The two passwords, made once and kept in the data directory."""

    admin: str
    member: str


def configure() -> int:
    """Set what the demo decides for itself in the environment; the simulator's port."""
    data = Path(os.environ.setdefault("EASYCRM_DATA_DIR", str(Path.cwd() / ".data" / "demo")))
    data.mkdir(parents=True, exist_ok=True)
    port = os.environ.setdefault("EASYCRM_PORT", "3000")
    simulator_port = int(os.environ.get("EASYCRM_SIMULATOR_PORT", "8025"))
    os.environ.setdefault("EASYCRM_PUBLIC_URL", f"http://localhost:{port}")
    os.environ["EASYCRM_ENV"] = "development"
    os.environ["EASYCRM_SIMULATOR_URL"] = f"http://127.0.0.1:{simulator_port}"
    # A real new project may fetch five messages a second; nobody would watch that for long.
    os.environ.setdefault("EASYCRM_GMAIL_UNITS_PER_MINUTE", str(_ALLOWANCE))
    os.environ.setdefault("EASYCRM_GMAIL_PROJECT_UNITS_PER_MINUTE", str(10 * _ALLOWANCE))
    if not os.environ.get("EASYCRM_KEYS"):
        os.environ["EASYCRM_KEY_FILE"] = str(_key_file(data))
    return simulator_port


def _key_file(data: Path) -> Path:
    path = data / "keys"
    if not path.exists():
        _write_private(path, sealed.new_key("demo"))
    return path


def _write_private(path: Path, text: str) -> None:
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        file.write(text)


def simulator(port: int) -> Child:
    """The simulator's process; it keeps its world in the data directory."""
    state = settings().data_dir / "simulator.state"
    words = ["--port", str(port), "--state-file", str(state), "--redirect-uri-base", settings().public_url]
    health = f"http://127.0.0.1:{port}/control"
    return Child("simulator", [sys.executable, "-m", "easycrm.simulator", *words], health=health)


def seed() -> SignIns:
    """Create both people and configure both providers, where that is still to be done."""
    from easycrm.mail import provider_setup
    from easycrm.people import accounts

    path = settings().data_dir / "sign-ins.json"
    # Written first and filled up afterwards: a start that was cut short is completed by the next one.
    if not path.exists():
        _write_private(path, json.dumps(vars(SignIns(_password(), _password()))))
    made = SignIns(**json.loads(path.read_text()))
    known = {account.email: account.id for account in accounts.list_all()}
    if MEMBER not in known:
        accounts.create(email=MEMBER, name="Member", role="member", password=made.member)
    admin = known.get(ADMIN) or accounts.create(email=ADMIN, name="Admin", role="admin", password=made.admin)
    untouched = {row.provider for row in provider_setup.overview() if not row.client_id}
    for provider in untouched & set(_APPLICATIONS):
        client_id, secret = _APPLICATIONS[provider]
        provider_setup.save(actor_id=admin, provider=provider, client_id=client_id, client_secret=secret, enabled=True)
    return made


def _password() -> str:
    return "-".join(secrets.choice(_WORDS) for _ in range(4))


def greeting(sign_ins: SignIns, simulator_port: int) -> str:
    """What is printed when everything runs."""
    return f"""
  EasyCRM is ready:  {settings().public_url}

    member   {MEMBER}   {sign_ins.member}
    admin    {ADMIN}    {sign_ins.admin}

  Providers are simulated; make things go wrong at  http://127.0.0.1:{simulator_port}/control
  Stop with Ctrl-C.
"""


def run(say: serve.Say) -> None:
    """Everything, until told to stop."""
    port = configure()
    serve.check_port("EASYCRM_PORT", settings().host, settings().port)
    serve.check_port("EASYCRM_SIMULATOR_PORT", "127.0.0.1", port)
    serve.prepare(say)
    say("Starting …")
    sign_ins = seed()
    serve.run([simulator(port), *serve.web_and_worker()], lambda: say(greeting(sign_ins, port)))
