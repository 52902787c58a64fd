"""What people use today, against the same simulator in the same run, unmodified but for where their requests go."""

import tempfile
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import Any

import httplib2
import requests
from googleapiclient.discovery import build
from O365 import Account, MSGraphProtocol
from O365.utils.token import MemoryTokenBackend
from sqlmodel import Field, Session, SQLModel, create_engine

from easycrm.mail import token_vault
from tests.bench import imports
from tests.bench.mailboxes import heavy, on_loop
from tests.bench.row import Row
from tests.bench.world import Cost, database, measured
from tests.connected import Mailbox
from tests.simulator_process import Simulator

BATCH = 25
Peer = Callable[[Simulator, str, int], None]


class StoredByPeer(SQLModel, table=True):
    """A message as somebody would store it who uses O365 with SQLModel."""

    id: int | None = Field(default=None, primary_key=True)
    object_id: str = Field(index=True, unique=True)
    conversation_id: str = Field(index=True)
    subject: str
    sender: str = Field(index=True)
    recipients: str
    received: str = Field(index=True)
    body: str
    is_read: bool


class _Http(httplib2.Http):
    def __init__(self, url: str, token: str) -> None:
        super().__init__(timeout=60)
        self._url, self._token = url, token

    def request(self, uri: str, method: str = "GET", body: Any = None, headers: Any = None, **more: Any) -> Any:
        there = f"{self._url}/{uri.removeprefix('https://')}"
        return super().request(
            there, method, body, {**(headers or {}), "Authorization": f"Bearer {self._token}"}, **more
        )


class _Requests(requests.Session):
    def __init__(self, url: str) -> None:
        super().__init__()
        self.trust_env = False
        self._url = url

    def request(self, method: str, url: str, *args: Any, **more: Any) -> requests.Response:  # pyright: ignore
        return super().request(method, f"{self._url}/{url.removeprefix('https://')}", *args, **more)


def google_client(simulator: Simulator, token: str, messages: int) -> None:
    """google-api-python-client: list, then batches of 25 one after the other, nothing stored."""
    http = _Http(simulator.url, token)
    users = build("gmail", "v1", http=http, static_discovery=True, cache_discovery=False).users()
    listing, got = users.messages().list(userId="me", maxResults=500), list[Any]()
    while listing is not None:
        found = listing.execute()
        ids = [one["id"] for one in found.get("messages", [])]
        for start in range(0, len(ids), BATCH):
            batch = build_batch(http, lambda _ident, body, _error: got.append(body["id"]))
            for ident in ids[start : start + BATCH]:
                batch.add(users.messages().get(userId="me", id=ident, format="full"))
            batch.execute()
        listing = users.messages().list_next(listing, found)
    http.close()
    assert len(got) == messages


def build_batch(http: _Http, callback: Callable[..., None]) -> Any:
    """A batch request of the library's."""
    service = build("gmail", "v1", http=http, static_discovery=True, cache_discovery=False)
    return service.new_batch_http_request(callback=callback)


def _inbox(simulator: Simulator, token: str, messages: int) -> Any:
    account = Account(
        ("id", "secret"),
        protocol=MSGraphProtocol(timezone="UTC"),
        token_backend=MemoryTokenBackend(),
        tenant_id="common",
    )
    session = _Requests(simulator.url)
    session.headers["Authorization"] = f"Bearer {token}"
    account.con.session = session
    return account.mailbox().inbox_folder().get_messages(limit=messages, batch=250)


def o365(simulator: Simulator, token: str, messages: int) -> None:
    """O365: every message of the inbox, 250 a page, nothing stored."""
    assert sum(1 for one in _inbox(simulator, token, messages) if one.body is not None) == messages


def o365_stored(simulator: Simulator, token: str, messages: int) -> None:
    """The same, each page stored through SQLModel."""
    with tempfile.TemporaryDirectory() as folder:
        engine = create_engine(f"sqlite:///{Path(folder) / 'peer.db'}")
        SQLModel.metadata.tables["storedbypeer"].create(engine)
        with Session(engine) as session:
            for number, one in enumerate(_inbox(simulator, token, messages), 1):
                session.add(
                    StoredByPeer(
                        object_id=one.object_id, conversation_id=one.conversation_id, subject=one.subject,
                        sender=one.sender.address, recipients=" ".join(to.address for to in one.to),
                        received=str(one.received), body=one.body, is_read=one.is_read,
                    )
                )  # fmt: skip
                if number % 250 == 0:
                    session.commit()
            session.commit()
        engine.dispose()


PEERS: dict[str, tuple[str, Peer, float]] = {
    "google-api-python-client's batch loop, which does not store": ("google", google_client, 0),
    "O365, which does not store": ("microsoft", o365, 1.3),
    "O365 with SQLModel storing": ("microsoft", o365_stored, 0),
}


def rows(simulator: Simulator, messages: int, rounds: int) -> list[Row]:
    """Messages a second of ours, stored and searchable, as a multiple of each peer's; in pairs of runs."""
    found: list[Row] = []
    for name, (provider, peer, goal) in PEERS.items():
        faster, cheaper = list[float](), list[float]()
        for _ in range(rounds):
            ours = imports.run(simulator, "sqlite", provider, messages)
            theirs = _cost(simulator, provider, peer, messages)
            faster.append(theirs.wall / ours.wall)
            cheaper.append(theirs.cpu / ours.cpu)
        middle = median(faster)
        note = f"{median(cheaper):.1f}× less processor time ({min(cheaper):.1f} to {max(cheaper):.1f})"
        found.append(
            Row(f"faster than {name}", f"≥ {goal}" if goal else "", middle, "×", middle >= goal if goal else None,
                note, min(faster), max(faster))
        )  # fmt: skip
    return found


def _cost(simulator: Simulator, provider: str, peer: Peer, messages: int) -> Cost:
    with database("sqlite", simulator):
        mailbox = heavy(simulator, provider, messages)
        on_loop(mailbox.connect())
        token = on_loop(_token(mailbox))
        with measured() as cost:
            peer(simulator, token, messages)
    return cost


async def _token(mailbox: Mailbox) -> str:
    return await token_vault.access(mailbox.connection_id, mailbox.row().generation).token()
