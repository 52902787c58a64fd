"""What pages with lists cost at 100,000 messages and 1,000 contacts: mail, search, contacts, companies, health.

`rows(kind, messages)` yields a `Row` for each; `python -m tests.bench.lists [sqlite|postgresql] [N]` prints them.
"""

import random
import sys
from collections.abc import Callable, Iterator

from easycrm.mail import contact_list, contact_view, health, overview, reading, search, thread_list, views
from easycrm.mail.thread_filter import Filters, View
from tests.bench import asked, full, kept
from tests.bench.full import CONTACTS, FREQUENT, NOBODY, RARE, World
from tests.bench.row import Row
from tests.bench.world import database

MESSAGES = 100_000
SEARCHES = (
    "invoice ", "meeting ", "budget ", "rare7 ", "rare42 ", "nowhere ", '"project meeting" ', "from:ada invoice ",
    "subject:contract ", "travel -meeting ", "has:attachment report ", "to:grace budget account ", "invoic", "contra",
    "in", "in:inbox is:unread ", "is:starred meeting ",
)  # fmt: skip
Acts = dict[str, Callable[[], object]]


def rows(kind: str, messages: int = MESSAGES) -> Iterator[Row]:
    """A row for each list, with so many messages in the large mailbox."""
    with database(kind):
        world = full.prepare()
        full.fill(world, messages)
        asked.analyse()
        page, searching = (1, 1) if kind == "sqlite" else (5, 10)
        some = random.Random(6)
        user = world.big.user_id
        for what, act in _mail(world).items():
            yield asked.row(f"mailbox page of 50, {what}: {kind}", page, act)
        yield asked.row(f"search, any of these: {kind}", searching, lambda: search.page(user, some.choice(SEARCHES)))
        for text in SEARCHES:
            yield asked.row(f"search {text!r}: {kind}", None, lambda text=text: search.page(user, text), 20)
        for what, act in {**_beside(world), **_contacts(world)}.items():
            yield asked.row(f"{what}: {kind}", None, act, 20)


def _mail(world: World) -> Acts:
    user = world.big.user_id
    deep = thread_list.page(user).rows[-1].sort_key
    for _ in range(20):
        deep = thread_list.page(user, before=deep).rows[-1].sort_key
    wanted = {
        "unread": Filters(unread=True),
        "starred": Filters(starred=True),
        "a label of half the mail": Filters(folder=world.big_label),
        "that label and unread, which none is": Filters(folder=world.big_label, unread=True),
        "that label and starred": Filters(folder=world.big_label, starred=True),
        "a rare label and unread": Filters(folder=world.small_label, unread=True),
        "a frequent contact": Filters(contact=FREQUENT),
        "that contact and unread, which none is": Filters(contact=FREQUENT, unread=True),
        "that contact and starred": Filters(contact=FREQUENT, starred=True),
        "a rare contact": Filters(contact=RARE),
        "a contact without mail": Filters(contact=NOBODY),
        "archived, which none is": Filters(View.ARCHIVED),
    }
    return {
        "the newest": lambda: thread_list.page(user),
        "the 21st": lambda: thread_list.page(user, before=deep),
        **{what: lambda filters=filters: thread_list.page(user, filters) for what, filters in wanted.items()},
    }


def _beside(world: World) -> Acts:
    """What else the pages of mail ask for, and health."""
    user, thread = world.big.user_id, full.labelled_thread(world)
    return {
        "thread": lambda: reading.messages(user, thread),
        "mailboxes of a user": lambda: overview.mailboxes(user),
        "folders to choose from": lambda: views.folders(user),
        "count of unread threads": lambda: views.unread(user),
        "health: counts": health.counts,
        "health: troubled": health.troubled,
        "health: imports": health.importing,
        "health: incidents": health.incidents,
        "health: last 24 hours": health.hours,
        "health: runs of a mailbox": lambda: health.runs(1),
    }


def _contacts(world: World) -> Acts:
    user, some = world.big.user_id, random.Random(7)
    deep = contact_view.contact_timeline(user, FREQUENT).next_before
    for _ in range(40):
        deep = contact_view.contact_timeline(user, FREQUENT, before=deep).next_before
    return {
        "contact": lambda: contact_view.contact(some.randint(1, CONTACTS)),
        "timeline of any contact": lambda: contact_view.contact_timeline(user, some.randint(NOBODY, CONTACTS)),
        "timeline of a frequent contact": lambda: contact_view.contact_timeline(user, FREQUENT),
        "the same, 40 pages on": lambda: contact_view.contact_timeline(user, FREQUENT, before=deep),
        "timeline of a company": lambda: contact_view.company_timeline(user, some.randint(1, full.COMPANIES)),
        "page of contacts, the first": lambda: contact_list.contacts(user),
        "page of contacts, any": lambda: contact_list.contacts(user, after=(f"person {some.randint(0, 900):04}", 0)),
        "search of contacts": lambda: contact_list.contacts(user, text=f"person 0{some.randint(0, 9)}"),
        "search of contacts by address": lambda: contact_list.contacts(user, text=f"p{some.randint(1, CONTACTS)}@"),
        "company": lambda: contact_view.company(user, some.randint(1, full.COMPANIES)),
        "page of companies": lambda: contact_list.companies(),
        "search of companies": lambda: contact_list.companies(text="org 1"),
    }


def main() -> None:
    """Measure and print; arguments: a database, and how many messages."""
    for row in rows((sys.argv[1:] or ["sqlite"])[0], int((sys.argv[2:] or [MESSAGES])[0])):
        print(kept.line(row), flush=True)


if __name__ == "__main__":
    main()
