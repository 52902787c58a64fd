"""What the control API can do to somebody's contacts."""

import secrets
from dataclasses import asdict, replace
from typing import Any

from easycrm.simulator.address_book import Card
from easycrm.simulator.graph_contacts import contact_id
from easycrm.simulator.mailbox import gmail_id
from easycrm.simulator.people_api import resource_name
from easycrm.simulator.world import Person, World

Body = dict[str, Any]


def put(world: World, body: Body) -> Body:
    """Add a contact, change one, or add so many made-up ones."""
    person = world.people[body["email"]]
    given = {name: value for name, value in body.items() if name not in ("email", "id", "count")}
    if given.get("folder") and given["folder"] not in person.book.folders:
        raise ValueError(f"no folder {given['folder']}")
    if "id" in body:
        card = _found(person, body["id"])
        person.book.put(replace(card, **given))
        return {"ids": [body["id"]]}
    cards = [_made(given, number if "count" in body else None) for number in range(body.get("count", 1))]
    for card in cards:
        person.book.put(card)
    return {"ids": [told_id(person, card) for card in cards]}


def _made(given: Body, number: int | None) -> Card:
    ident = gmail_id(secrets.token_hex(8))
    if number is None:
        return Card(ident, **given)
    return Card(ident, f"Contact {number:05d}", [f"{ident}@example.com"], **given)


def delete(world: World, body: Body) -> None:
    """Delete a contact."""
    person = world.people[body["email"]]
    person.book.delete(_found(person, body["id"]).id)


def folder(world: World, body: Body) -> None:
    """Make a folder, or delete one with its contacts."""
    book, key = world.people[body["email"]].book, body["key"]
    if not body.get("delete"):
        book.folders[key] = body.get("name", key)
        return
    del book.folders[key]
    for ident in [card.id for card in book.cards.values() if card.folder == key]:
        book.delete(ident)


def drop_cursors(world: World, body: Body) -> None:
    """Sync tokens and delta links of one address book become too old."""
    world.people[body["email"]].book.drop_cursors()


def truth(world: World, email: str) -> Body:
    """Every contact of one person."""
    person = world.people[email]
    return {"contacts": [{**asdict(card), "id": told_id(person, card)} for card in person.book.cards.values()]}


def told_id(person: Person, card: Card) -> str:
    """A card's id as the person's provider tells it."""
    return resource_name(card.id) if person.provider == "google" else contact_id(card.id)


def _found(person: Person, ident: str) -> Card:
    return next(card for card in person.book.cards.values() if ident in (card.id, told_id(person, card)))
