"""What Gmail's calls cost in quota units, and how many units there are: one list for new projects, one for old ones."""

import re
from dataclasses import dataclass, replace

from easycrm.core.settings import settings


@dataclass(frozen=True)
class Prices:
    """A price list; allowances are units a minute, for one mailbox and for the whole project."""

    per_minute: int
    project_per_minute: int
    message: int
    thread: int
    attachment: int
    profile: int = 1
    labels: int = 1
    history: int = 2
    messages: int = 5
    threads: int = 10
    send: int = 100


# Source: https://developers.google.com/workspace/gmail/api/reference/quota
NEW = Prices(per_minute=6_000, project_per_minute=1_200_000, message=20, thread=40, attachment=20)
OLD = Prices(per_minute=15_000, project_per_minute=1_200_000, message=5, thread=10, attachment=5)
_ATTACHMENT = re.compile(r"/messages/[^/]+/attachments/")


def prices() -> Prices:
    """The list that the settings choose, with the allowances that they raise."""
    chosen = settings()
    listed = NEW if chosen.gmail_prices == "new" else OLD
    return replace(
        listed,
        per_minute=chosen.gmail_units_per_minute or listed.per_minute,
        project_per_minute=chosen.gmail_project_units_per_minute or listed.project_per_minute,
    )


def price(path: str) -> int:
    """Units of a GET of `path`, below users/me, with or without its query."""
    listed, place = prices(), path.partition("?")[0]
    if _ATTACHMENT.match(place):
        return listed.attachment
    for start, single in (("/messages/", listed.message), ("/threads/", listed.thread)):
        if place.startswith(start):
            return single
    collection = {"/profile": listed.profile, "/labels": listed.labels, "/history": listed.history}
    return collection.get(place, listed.threads if place == "/threads" else listed.messages)
