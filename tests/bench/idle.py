"""Many mailboxes that have nothing new: what a look costs, and how many a process manages."""

from collections.abc import Iterator
from dataclasses import dataclass
from statistics import median

from easycrm.mail import looking, token_vault
from tests.bench.mailboxes import heavy, import_all, make_all_due, multiply, on_loop
from tests.bench.row import Row, at_most
from tests.bench.world import database, measured
from tests.connected import Mailbox
from tests.simulator_process import Simulator

AT_ONE_MAILBOX = 1000
"""Requests at a time that the simulator takes from the one account that all the rows share."""


@dataclass(frozen=True)
class Idle:
    """What a round of looks over so many mailboxes cost."""

    mailboxes: int
    requests: int
    units: float
    cpu: float
    wall: float


def run(simulator: Simulator, kind: str, provider: str, mailboxes: int, rounds: int) -> list[Idle]:
    """Look at so many mailboxes, all due, round after round."""
    done: list[Idle] = []
    with database(kind, simulator):
        mailbox = heavy(simulator, provider, 20)
        on_loop(mailbox.connect())
        on_loop(import_all(mailbox))
        on_loop(_multiplied(mailbox, mailboxes - 1))
        simulator.post("settings", gmail_concurrency=AT_ONE_MAILBOX, graph_concurrency=AT_ONE_MAILBOX)
        for _ in range(rounds):
            make_all_due()
            simulator.requests(reset=True)
            quiet = 0
            with measured() as cost:
                while True:
                    looked = on_loop(looking.look())
                    quiet += looked.quiet
                    if not looked.whole:
                        break
            told = simulator.requests(reset=True)
            assert quiet == mailboxes, (quiet, mailboxes)
            done.append(Idle(mailboxes, told["total"], sum(told["units"].values()), cost.cpu, cost.wall))
    return done


async def _multiplied(mailbox: Mailbox, count: int) -> None:
    access = token_vault.access(mailbox.connection_id, mailbox.row().generation)
    multiply(mailbox, count, await access.token())


def rows(simulator: Simulator, kinds: tuple[str, ...], mailboxes: int, rounds: int) -> Iterator[Row]:
    """The rows of the table that are about looks that find nothing."""
    for kind in kinds:
        for provider in ("google", "microsoft"):
            done = run(simulator, kind, provider, mailboxes, rounds + 1)[1:]  # the first one warms up
            if kind == kinds[0]:
                one = done[-1]
                note = f"{one.units / one.mailboxes:g} units" if provider == "google" else "one $batch of its folders"
                yield at_most(f"{provider}: requests of a look", 1, one.requests / one.mailboxes, "requests", note)
            cpu = [one.cpu / one.mailboxes * 1000 for one in done]
            yield Row(
                f"{provider}: CPU of a look that finds nothing, {kind}", "≤ 1", median(cpu), "ms", median(cpu) <= 1,
                "database included", min(cpu), max(cpu),
            )  # fmt: skip
            rate, whole = [one.mailboxes / one.wall for one in done], [one.mailboxes / one.cpu for one in done]
            yield Row(
                f"{provider}: looks per second and process, {kind}", "≥ 700", median(rate), "looks/s",
                median(rate) >= 700, f"{median(whole):.0f} per second of processor time", min(rate), max(rate),
            )  # fmt: skip
