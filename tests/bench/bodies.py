"""Messages as Gmail and Graph answer with them, made by the simulator's code without its server."""

import json
import time
from collections.abc import Iterator
from functools import partial
from typing import Any

from easycrm.simulator import gmail_message, graph_message
from easycrm.simulator.address_book import AddressBook
from easycrm.simulator.corpus import fast, generate
from easycrm.simulator.mailbox import Item
from easycrm.simulator.world import Person

NOW = time.time()


def gmail(messages: int, *, seed: int = 1, days: int = 29) -> Iterator[bytes]:
    """Gmail's JSON of so many messages, newest first."""
    for item in _items(messages, seed, days):
        yield _json(gmail_message.render(item, "full", 1, set()))


def graph(messages: int, *, seed: int = 1, days: int = 29) -> Iterator[bytes]:
    """Graph's JSON of so many messages, newest first."""
    mailbox = partial(fast, email="box@example.org", seed=seed, messages=0, now=NOW)
    subject = "00000000-0000-4000-8000-000000000001"
    person = Person("box@example.org", "Box", "microsoft", subject, mailbox, AddressBook, "tenant")
    call = graph_message.Caller(None, person, {}, "")  # pyright: ignore[reportArgumentType] (rendering asks no world)
    for item in _items(messages, seed, days):
        body = graph_message.render(call, item)
        body.pop("internetMessageHeaders", None)
        yield _json(body)


def _items(messages: int, seed: int, days: int) -> list[Item]:
    """Conversations of one message and more, as `generate` makes them, spread over the last `days`."""
    threads = max(1, messages // 2)
    made = generate(email="box@example.org", seed=seed, threads=threads, now=NOW).newest_first()
    while len(made) < messages:
        seed += 1
        made += generate(email="box@example.org", seed=seed, threads=threads, now=NOW).newest_first()
    chosen = sorted(made[:messages], key=lambda item: -item.received_ms)
    for position, item in enumerate(chosen):
        item.received_ms = int((NOW - position * days * 86_400 / messages) * 1000) - 1000
    return chosen


def _json(body: dict[str, Any]) -> bytes:
    return json.dumps(body).encode()
