"""Whatever the order of rules, folder choices, arrivals and syncs, what is stored is truth minus rules."""

import random
import secrets

import pytest

from easycrm.mail import exclusion, sweep, sync
from easycrm.mail.exclusion import EVERYBODY, Kind
from tests.connected import Mailbox, prepare
from tests.excluded import assert_equal, carry_out, choose
from tests.simulator_process import Simulator

RULES = ("example.jp", "example.org", "mara@example.org", "example.net", "example.info", "news@example.info")
PLACES = ("inbox", "archive", "Label_1", "trash", "spam")


class Story:
    """A random sequence of what people, provider and worker do to one mailbox."""

    def __init__(self, mailbox: Mailbox, seed: int) -> None:
        self.mailbox = mailbox
        self.random = random.Random(seed)
        self.rules: dict[tuple[int, str], None] = {}
        self.folders: set[str] = set()

    async def step(self) -> None:
        await self.random.choice([self.rule, self.folder, self.arrive, self.move, self.slice, self.apply])()

    async def rule(self) -> None:
        owner, value = self.random.choice((EVERYBODY, self.mailbox.user_id)), self.random.choice(RULES)
        if (owner, value) in self.rules:
            shown = next(row for row in exclusion.listed(owner) if row.value == value)
            exclusion.remove(owner, self.mailbox.user_id, shown.id)
            del self.rules[owner, value]
        else:
            exclusion.add(owner, self.mailbox.user_id, Kind.ADDRESS if "@" in value else Kind.DOMAIN, value)
            self.rules[owner, value] = None

    async def folder(self) -> None:
        name = self.random.choice(
            ("Customers", "Inbox", "Archive" if self.mailbox.provider == "microsoft" else "Travel")
        )
        try:
            choose(self.mailbox, **{name: name in self.folders})
        except KeyError:
            return  # the first sync, which lists the folders, is still to come
        self.folders ^= {name}

    async def arrive(self) -> None:
        self.mailbox.simulator.post(
            "deliver",
            email=self.mailbox.email,
            folder=self.random.choice(PLACES),
            labels=self.random.choice(([], ["Label_2"])),
            **{"from": self.random.choice(("mara@example.org", "x@sub.example.jp", "y@example.fr"))},
        )

    async def move(self) -> None:
        ident = self.random.choice([one["id"] for one in self.mailbox.simulator.truth(self.mailbox.email)])
        place = self.random.choice(PLACES)
        self.mailbox.simulator.post("message", email=self.mailbox.email, id=ident, action="move", folder=place)

    async def slice(self) -> None:
        self.mailbox.make_due()
        await sync.sync_mailbox(self.mailbox.connection_id)

    async def apply(self) -> None:
        sweep.carry_out()

    async def settle(self) -> None:
        """Let everything come to its end, and compare."""
        await carry_out(self.mailbox)
        assert_equal(self.mailbox, [value for _, value in self.rules], self.folders)


@pytest.mark.parametrize("provider", ["google", "microsoft"])
async def test_what_is_stored_is_truth_minus_rules_after_any_story(
    provider: str, simulator: Simulator, database: object, full: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sync, "SLICE_MESSAGES", 10)
    monkeypatch.setattr(sweep, "AT_ONCE", 9)
    seed = secrets.randbits(32)
    print("seed", seed)
    email = f"box-{secrets.token_hex(4)}@example.org"
    simulator.post("people", provider=provider, email=email, name="Box", threads=25)
    mailbox = prepare(simulator, provider, email)
    await mailbox.connect()
    story = Story(mailbox, seed)
    for _ in range(60 if full else 6):
        for _ in range(8):
            await story.step()
        await story.settle()
