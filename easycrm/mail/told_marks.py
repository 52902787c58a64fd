"""What the provider says of a message's marks: it counts only when it changes, so that a mark made here stays."""

from typing import Any

from sqlalchemy import case
from sqlmodel import col

from easycrm.mail.message import Message
from easycrm.mail.place import Place
from easycrm.mail.upsert import Insert

_PAIRS = (("unread", "provider_unread"), ("starred", "provider_starred"), ("place", "provider_place"))


def values(*, unread: bool, starred: bool, place: Place) -> dict[str, Any]:
    """Both sides of each mark of a message that is new here."""
    both = {"unread": unread, "starred": starred, "place": str(place)}
    return both | {told: both[own] for own, told in _PAIRS}


def on_conflict(statement: Insert) -> dict[str, Any]:
    """What an upsert sets for a message that is here already."""
    found: dict[str, Any] = {}
    for own, told in _PAIRS:
        new = statement.excluded[told]
        found[told] = new
        found[own] = case((new != col(getattr(Message, told)), new), else_=col(getattr(Message, own)))
    return found


def follow(message: Message, *, unread: bool, starred: bool, place: Place) -> bool:
    """Take over what has changed at the provider; whether anything has."""
    told = values(unread=unread, starred=starred, place=place)
    changed = False
    for own, name in _PAIRS:
        if getattr(message, name) != told[name]:
            setattr(message, name, told[name])
            setattr(message, own, told[name])
            changed = True
    return changed
