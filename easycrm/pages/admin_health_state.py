"""What Administration → Health knows and does."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

import reflex as rx

from easycrm import worker
from easycrm.core import wording
from easycrm.core.errors import EasyCRMError
from easycrm.mail import health, reconnect_request
from easycrm.notices import liveness
from easycrm.pages.flash import tell
from easycrm.pages.session import me, require
from easycrm.queue import FAULTS


@dataclass(frozen=True)
class CountItem:
    """One provider's mailboxes by status."""

    name: str
    connected: int
    waiting: int
    disconnected: int
    late: int


@dataclass(frozen=True)
class TroubleItem:
    """A mailbox that needs somebody."""

    id: int
    address: str
    owner: str
    provider: str
    status: str
    problem: str
    turn: str
    since: str


@dataclass(frozen=True)
class ImportItem:
    """An import under way."""

    address: str
    owner: str
    done: int
    total: int
    percent: int


@dataclass(frozen=True)
class IncidentItem:
    """A provider's fault."""

    provider: str
    code: str
    explanation: str
    opened_at: str
    resolved_at: str
    people: int


@dataclass(frozen=True)
class WorkerItem:
    """A worker process."""

    name: str
    started_at: str
    seen_at: str
    alive: bool


@dataclass(frozen=True)
class RunItem:
    """One run of a mailbox."""

    kind: str
    at: str
    stored: int
    removed: int
    skipped: int
    error: str


class AdminHealthState(rx.State):
    """The page's rows, and the mailbox whose history is open."""

    loaded: bool = False
    counts: list[CountItem] = []
    connected: int = 0
    waiting: int = 0
    late: int = 0
    queue: str = ""
    workers: list[WorkerItem] = []
    alive: int = 0
    incidents: list[IncidentItem] = []
    troubled: list[TroubleItem] = []
    imports: list[ImportItem] = []
    first_hour: str = ""
    stored: list[int] = []
    failed: list[int] = []
    any_failed: bool = False
    history_of: str = ""
    history: list[RunItem] = []
    asking: list[int] = []

    @rx.event
    @require("admin")
    def load(self) -> None:
        """Fill the page."""
        self.history_of, self.history, self.asking = "", [], []
        fill(self)
        self.loaded = True

    @rx.event
    @require("admin")
    def refresh(self) -> None:
        """Look again."""
        fill(self)

    @rx.event
    @require("admin")
    def show_history(self, connection_id: int, address: str) -> None:
        """Open the run history of a mailbox."""
        self.history_of = address
        self.history = [
            RunItem(run.kind, _iso(run.finished_at), run.stored, run.removed, run.skipped, run.error)
            for run in health.runs(connection_id)
        ]

    @rx.event
    @require("admin")
    def close_history(self) -> None:
        """Close it."""
        self.history_of = ""

    @rx.event
    @require("admin")
    def ask_all(self) -> None:
        """Ask first, before every owner on the list is asked to reconnect."""
        self.asking = [item.id for item in self.troubled]

    @rx.event
    @require("admin")
    def ask_one(self, connection_id: int) -> None:
        """The same for one mailbox."""
        self.asking = [connection_id]

    @rx.event
    @require("admin")
    def ask_nobody(self) -> None:
        """Answer the question with no."""
        self.asking = []

    @rx.event
    @require("admin")
    async def confirm_asking(self) -> None:
        """Ask the owners to reconnect."""
        ids, self.asking = self.asking, []
        try:
            count = reconnect_request.ask(me().user_id, ids)
        except EasyCRMError as error:
            await tell(self, error.user_message, "bad")
            return
        await tell(self, wording.health.asked(count))
        fill(self)


def fill(state: AdminHealthState) -> None:
    """Copy everything into the state."""
    counts = health.counts()
    state.counts = [CountItem(one.name, one.connected, one.waiting, one.disconnected, one.late) for one in counts]
    state.connected = sum(one.connected for one in counts)
    state.waiting = sum(one.waiting for one in counts)
    state.late = sum(one.late for one in counts)
    state.queue = _queue()
    workers = liveness.workers()
    state.alive = sum(one.alive for one in workers)
    state.workers = [
        WorkerItem(f"{one.host} · {one.pid}", _iso(one.started_at), _iso(one.seen_at), one.alive) for one in workers
    ]
    state.incidents = [
        IncidentItem(
            one.provider_name, one.code, one.explanation, _iso(one.opened_at), _iso(one.resolved_at), one.people
        )
        for one in health.incidents()
    ]
    state.troubled = [
        TroubleItem(
            one.connection_id, one.address, one.owner, one.provider_name, one.status_text, one.problem, one.turn,
            _iso(one.since),
        )
        for one in health.troubled()
    ]  # fmt: skip
    state.imports = list(_imports(health.importing()))
    hours = health.hours()
    state.first_hour, state.stored, state.failed = _iso(hours.first), list(hours.stored), list(hours.failed)
    state.any_failed = any(hours.failed)


def _imports(found: Iterable[health.Importing]) -> Iterable[ImportItem]:
    for one in found:
        total = one.total or 0
        yield ImportItem(one.address, one.owner, one.done, total, min(100, one.done * 100 // total) if total else 0)


def _queue() -> str:
    try:
        waiting, delayed = worker.queue().depth()
    except FAULTS:
        return wording.health.QUEUE_AWAY
    return wording.health.queue_depth(waiting, delayed)


def _iso(moment: datetime | None) -> str:
    return moment.isoformat() if moment else ""
