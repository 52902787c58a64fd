"""A simulated address book: the cards, where they lie, and the log of what happened to them."""

import random
from dataclasses import dataclass, field

from easycrm.simulator import phrases
from easycrm.simulator.mailbox import gmail_id

_FIRST = ("Ana", "Bruno", "Clara", "Deniz", "Emeka", "Freya", "Giulia", "Hana", "Ivan", "Jana", "Kofi", "Lena", "Mehdi",
          "Nadia", "Óscar", "Petra", "Rania", "Sven", "Thandi", "Wei")  # fmt: skip
_LAST = ("Almeida", "Becker", "Costa", "Dahl", "Eriksen", "Fischer", "García", "Hansen", "Ito", "Jensen", "Kowalska",
         "Larsen", "Moreau", "Novák", "Okafor", "Peña", "Quist", "Richter", "Şahin", "Tóth")  # fmt: skip
_NAMED = (("王 小明", "wang.xiaoming"), ("Ольга Смирнова", "olga"), ("ليلى حسن", "layla"), ("김민준", "minjun.kim"),
          ("Νίκος Παππάς", "nikos"), ("אורי לוי", "uri.levi"))  # fmt: skip
_TITLES = ("Buyer", "Head of Operations", "Accountant", "Einkäuferin", "Directeur technique", "営業部長", "")
_DOMAINS = ("example.com", "example.org", "example.net")
DEMO_CARDS = 40


@dataclass
class Card:
    """One contact. `folder` is a key of `AddressBook.folders`, empty for the one that every account has."""

    id: str
    name: str = ""
    emails: list[str] = field(default_factory=list[str])
    phones: list[str] = field(default_factory=list[str])
    company: str = ""
    title: str = ""
    folder: str = ""


@dataclass(frozen=True)
class CardChange:
    """One entry of the log: which card, and where it lay before and after (None: nowhere)."""

    seq: int
    id: str
    before: str | None
    after: str | None


class AddressBook:
    """Cards by id, with a log whose numbers only rise."""

    def __init__(self) -> None:
        self.cards: dict[str, Card] = {}
        self.folders: dict[str, str] = {}
        self.log: list[CardChange] = []
        self.seq = 1
        self.oldest_seq = 0

    def put(self, card: Card) -> None:
        """Add a card, or write over the one of the same id."""
        before = self.cards.get(card.id)
        self.cards[card.id] = card
        self._record(card.id, before.folder if before else None, card.folder)

    def delete(self, ident: str) -> None:
        """Delete for good."""
        self._record(ident, self.cards.pop(ident).folder, None)

    def drop_cursors(self) -> None:
        """Forget the log: every cursor handed out so far is too old."""
        self.seq += 1
        self.oldest_seq = self.seq
        self.log.clear()

    def touched(self, seq: int, upto: int) -> dict[str, list[CardChange]]:
        """What happened after `seq`, up to and with `upto`, by card."""
        found: dict[str, list[CardChange]] = {}
        for change in self.log:
            if seq < change.seq <= upto:
                found.setdefault(change.id, []).append(change)
        return found

    def _record(self, ident: str, before: str | None, after: str | None) -> None:
        self.seq += 1
        self.log.append(CardChange(self.seq, ident, before, after))


def generate(*, email: str, seed: int, cards: int) -> AddressBook:
    """An address book of so many cards: first the people of the generated mail, then others."""
    rng, book = random.Random(f"cards/{seed}"), AddressBook()
    for number in range(cards):
        card = Card(gmail_id(f"{email}/card/{number}"))
        if number < len(phrases.PEOPLE):
            card.name, address = phrases.PEOPLE[number]
        elif number < len(phrases.PEOPLE) + len(_NAMED):
            card.name, local = _NAMED[number - len(phrases.PEOPLE)]
            address = f"{local}@{rng.choice(_DOMAINS)}"
        else:
            first, last = rng.choice(_FIRST), rng.choice(_LAST)
            card.name, address = f"{first} {last}", f"contact-{number}@{rng.choice(_DOMAINS)}"
        _fill(card, rng, address, number)
        book.cards[card.id] = card
    return book


def _fill(card: Card, rng: random.Random, address: str, number: int) -> None:
    local, _, domain = address.partition("@")
    card.emails = [address] if number < len(phrases.PEOPLE) or rng.random() < 0.94 else []
    if rng.random() < 0.3:
        card.emails.append(f"{local}.private@{rng.choice(_DOMAINS)}")
    card.phones = [f"+49 30 901820 {number:03d}"] * (rng.random() < 0.6) + [f"+1 555 01{number % 100:02d}"] * (
        rng.random() < 0.3
    )
    card.company = domain if rng.random() < 0.7 else ""
    card.title = rng.choice(_TITLES)
