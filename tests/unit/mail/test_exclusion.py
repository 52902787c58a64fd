"""Rules keep mail out: what comes, what is here already, and back again when a rule ends."""

import base64
import secrets
from collections.abc import Callable
from contextlib import aclosing

import pytest
from sqlalchemy import event
from sqlmodel import select

from easycrm.core import db, wording
from easycrm.core.db import reading, transaction
from easycrm.core.errors import InvalidInput, NotFound
from easycrm.mail import exclusion, sweep, sync
from easycrm.mail.connection import Connection
from easycrm.mail.exclusion import EVERYBODY, Kind
from easycrm.mail.exclusion_rule import ExclusionRule
from easycrm.notices.audit import AuditEvent
from easycrm.providers.registry import PROVIDERS
from tests.connected import Mailbox, prepare
from tests.excluded import assert_equal, carry_out, people_of
from tests.simulator_process import Simulator


def account(simulator: Simulator, provider: str) -> str:
    """A new mailbox at this provider, small enough for many tests."""
    email = f"box-{secrets.token_hex(4)}@example.org"
    simulator.post("people", provider=provider, email=email, name="Box", threads=14)
    return email


@pytest.fixture(params=["google", "microsoft"])
async def mailbox(request: pytest.FixtureRequest, simulator: Simulator, database: object) -> Mailbox:
    """A connected mailbox of each provider in turn, not imported yet."""
    del database
    made = prepare(simulator, request.param, account(simulator, request.param))
    await made.connect()
    return made


@pytest.fixture
async def imported(mailbox: Mailbox) -> Mailbox:
    """The same, imported."""
    await mailbox.sync()
    return mailbox


def own(mailbox: Mailbox, value: str, kind: Kind = Kind.DOMAIN) -> int:
    """Add a rule of the mailbox's owner; its id."""
    exclusion.add(mailbox.user_id, mailbox.user_id, kind, value)
    return exclusion.listed(mailbox.user_id)[-1].id


def domain_in(mailbox: Mailbox) -> str:
    """A domain with mail in this mailbox."""
    return next(
        address.partition("@")[2]
        for one in mailbox.wanted().values()
        for address in people_of(one)
        if not address.endswith("@example.org")
    )


async def test_mail_of_an_excluded_domain_is_not_imported(mailbox: Mailbox) -> None:
    domain = domain_in(mailbox)
    own(mailbox, domain)

    await mailbox.sync()

    assert len(mailbox.stored()) < len(mailbox.wanted())
    assert_equal(mailbox, [domain])


async def test_mail_that_is_here_goes_and_comes_back_with_the_end_of_the_rule(imported: Mailbox) -> None:
    domain = domain_in(imported)
    before = imported.stored()
    announced = exclusion.preview(imported.user_id, Kind.DOMAIN, domain).count

    rule_id = own(imported, domain)
    assert exclusion.listed(imported.user_id)[0].busy
    await carry_out(imported)

    assert_equal(imported, [domain])
    assert len(before) - len(imported.stored()) == announced > 0
    row = exclusion.listed(imported.user_id)[0]
    assert (row.kept_out, row.busy) == (announced, False)

    exclusion.remove(imported.user_id, imported.user_id, rule_id)
    assert exclusion.listed(imported.user_id) == []
    await carry_out(imported)

    assert_equal(imported)
    assert set(imported.stored()) == set(before)
    with reading() as session:
        assert session.exec(select(ExclusionRule)).all() == []


async def test_new_mail_and_subdomains_are_kept_out_and_one_address_is_not_the_next(imported: Mailbox) -> None:
    own(imported, "shop.example")
    own(imported, "ada@example.fr", Kind.ADDRESS)
    await carry_out(imported)
    senders = ("Ada <ADA@example.fr>", "x@news.Shop.example", "grace@example.fr", "x@bigshop.example")
    ids = [imported.simulator.post("deliver", email=imported.email, **{"from": one})["ids"][0] for one in senders]

    await imported.sync()

    assert_equal(imported, ["shop.example", "ada@example.fr"])
    stored = {one.sender_email for one in imported.stored().values()}
    assert {"grace@example.fr", "x@bigshop.example"} <= stored
    assert len(ids) == 4


async def test_every_header_counts_and_ones_own_address_never_does(imported: Mailbox) -> None:
    own(imported, imported.email, Kind.ADDRESS)
    own(imported, "b\u00fccher.example")
    await carry_out(imported)
    assert_equal(imported)
    for number, header in enumerate(("Cc", "Reply-To", "To")):
        raw = f"From: x@example.com\r\n{header}: y@xn--bcher-kva.example\r\nSubject: hidden {number}\r\n\r\nhi\r\n"
        imported.simulator.post(
            "deliver", email=imported.email, raw=base64.urlsafe_b64encode(raw.encode()).decode(), subject="hidden"
        )

    await imported.sync()

    assert not [one for one in imported.stored().values() if one.subject.startswith("hidden")]


async def test_a_rule_of_everybody_reaches_every_mailbox_and_ones_own_only_ones_own(
    imported: Mailbox, simulator: Simulator
) -> None:
    other = prepare(simulator, imported.provider, account(simulator, imported.provider))
    await other.connect()
    await other.sync()
    before = set(other.stored())
    domain = "example.jp"
    own(imported, domain)
    await carry_out(imported)
    await other.sync()
    assert_equal(imported, [domain])
    assert set(other.stored()) == before

    exclusion.add(EVERYBODY, imported.user_id, Kind.DOMAIN, domain)
    await carry_out(imported)
    await other.sync()
    assert_equal(other, [domain])
    with pytest.raises(NotFound):
        exclusion.remove(other.user_id, other.user_id, exclusion.listed(EVERYBODY)[0].id)

    exclusion.remove(EVERYBODY, imported.user_id, exclusion.listed(EVERYBODY)[0].id)
    await carry_out(imported)
    await other.sync()
    assert_equal(other)
    assert_equal(imported, [domain])


async def test_the_excluded_is_not_fetched_again(imported: Mailbox, monkeypatch: pytest.MonkeyPatch) -> None:
    domain = domain_in(imported)
    own(imported, domain)
    await carry_out(imported)
    imported.simulator.requests(reset=True)

    await imported.sync()

    assert imported.simulator.requests()["total"] == 1
    assert_equal(imported, [domain])


async def test_a_rule_added_in_the_middle_of_an_import(
    mailbox: Mailbox, simulator: Simulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    simulator.post("deliver", email=mailbox.email, count=60)
    monkeypatch.setattr(sync, "SLICE_MESSAGES", 10)
    await mailbox.sync(most_slices=1)
    assert 0 < len(mailbox.stored()) < len(mailbox.wanted())
    domain = domain_in(mailbox)

    rule_id = own(mailbox, domain)
    await mailbox.sync(most_slices=1)
    sweep.carry_out()
    await mailbox.sync()
    assert_equal(mailbox, [domain])
    assert mailbox.row().import_total == mailbox.row().import_done

    exclusion.remove(mailbox.user_id, mailbox.user_id, rule_id)
    await carry_out(mailbox)
    assert_equal(mailbox)


async def test_a_rule_ended_while_a_sync_reads_brings_everything_back(
    mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    domain = domain_in(mailbox)
    rule_id = own(mailbox, domain)
    await during_page(mailbox, monkeypatch, 2, lambda: end(mailbox, rule_id))

    await mailbox.sync()

    assert_equal(mailbox)


async def test_a_rule_added_while_a_sync_reads_leaves_nothing_behind(
    mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    domain = domain_in(mailbox)
    await during_page(mailbox, monkeypatch, 2, lambda: own(mailbox, domain) and sweep.carry_out())

    await mailbox.sync()

    assert_equal(mailbox, [domain])


def end(mailbox: Mailbox, rule_id: int) -> None:
    exclusion.remove(mailbox.user_id, mailbox.user_id, rule_id)
    sweep.carry_out()


async def during_page(
    mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch, number: int, act: Callable[[], object]
) -> None:
    """Sync, and `act` when page `number` has come and is not stored yet."""
    provider, pages = PROVIDERS[mailbox.provider], []

    async def changes(*args: object):
        async with aclosing(type(provider).changes(provider, *args)) as found:  # pyright: ignore
            async for page in found:
                pages.append(page)
                if len(pages) == number:
                    act()
                yield page

    with monkeypatch.context() as patch:
        patch.setattr(provider, "changes", changes)
        await mailbox.sync()
    assert len(pages) >= number


async def test_a_sweep_cut_short_is_finished_by_the_next(imported: Mailbox, monkeypatch: pytest.MonkeyPatch) -> None:
    domain = domain_in(imported)
    monkeypatch.setattr(sweep, "AT_ONCE", 5)
    rule_id = own(imported, domain)
    assert kill_everywhere() > 5
    await carry_out(imported)
    assert_equal(imported, [domain])

    exclusion.remove(imported.user_id, imported.user_id, rule_id)
    assert kill_everywhere() > 2
    await carry_out(imported)
    assert_equal(imported)


def kill_everywhere() -> int:
    """Let the worker die before its first statement that writes, then before the second, until it comes through."""
    for killed in range(100):
        if carried_out(before_dying=killed):
            return killed
    raise AssertionError


def carried_out(before_dying: int) -> bool:
    """Whether the worker came through with so many statements that write."""
    left = [before_dying]

    def die(_connection: object, _cursor: object, statement: str, *_more: object) -> None:
        left[0] -= statement.startswith(("INSERT", "UPDATE", "DELETE"))
        if left[0] < 0:
            raise KeyboardInterrupt

    event.listen(db.engine(), "before_cursor_execute", die)
    try:
        sweep.carry_out()
    except KeyboardInterrupt:
        return False
    finally:
        event.remove(db.engine(), "before_cursor_execute", die)
    return True


async def test_a_rule_that_is_ended_and_made_again_before_the_worker_comes(imported: Mailbox) -> None:
    domain = domain_in(imported)
    rule_id = own(imported, domain)
    await carry_out(imported)
    exclusion.remove(imported.user_id, imported.user_id, rule_id)
    assert exclusion.preview(imported.user_id, Kind.DOMAIN, domain).count == 0
    own(imported, domain)
    await carry_out(imported)
    assert_equal(imported, [domain])


async def test_what_two_rules_keep_out_stays_out_until_both_have_ended(imported: Mailbox) -> None:
    first = own(imported, "example.jp")
    await carry_out(imported)
    second = own(imported, "aiko@example.jp", Kind.ADDRESS)
    await carry_out(imported)

    exclusion.remove(imported.user_id, imported.user_id, first)
    await carry_out(imported)
    assert_equal(imported, ["aiko@example.jp"])

    exclusion.remove(imported.user_id, imported.user_id, second)
    await carry_out(imported)
    assert_equal(imported)


async def test_the_daily_comparison_forgets_what_the_provider_has_no_more(imported: Mailbox) -> None:
    domain = domain_in(imported)
    own(imported, domain)
    await carry_out(imported)
    gone = next(ident for ident, reason in imported.ledger().items() if reason)
    imported.simulator.post("message", email=imported.email, id=gone, action="delete")
    with transaction() as session:
        session.get_one(Connection, imported.connection_id).last_reconciled_at = None

    await imported.sync()

    assert gone not in imported.ledger()
    assert_equal(imported, [domain])


@pytest.mark.parametrize(
    ("kind", "entered", "stored"),
    [
        (Kind.DOMAIN, " @Example.COM. ", "example.com"),
        (Kind.DOMAIN, "https://shop.example/", "shop.example"),
        (Kind.DOMAIN, "B\u00fccher.example", "xn--bcher-kva.example"),
        (Kind.ADDRESS, "<Ada.L@Example.com>", "ada.l@example.com"),
        (Kind.ADDRESS, "mailto:ada@b\u00fccher.example", "ada@xn--bcher-kva.example"),
    ],
)
def test_what_is_entered_is_stored_in_one_form(database: object, kind: Kind, entered: str, stored: str) -> None:
    exclusion.add(1, 1, kind, entered)
    with reading() as session:
        assert list(session.exec(select(ExclusionRule.value))) == [stored]
        assert session.exec(select(AuditEvent.event, AuditEvent.subject)).all() == [("rule.added", stored)]
    with pytest.raises(InvalidInput, match=wording.rules.RULE_EXISTS):
        exclusion.add(1, 1, kind, stored)
    with pytest.raises(InvalidInput, match=wording.rules.RULE_EXISTS):
        exclusion.preview(1, kind, entered)
    exclusion.add(2, 2, kind, stored)


@pytest.mark.parametrize(
    ("kind", "entered", "told"),
    [
        (Kind.DOMAIN, "  ", wording.rules.RULE_EMPTY),
        (Kind.DOMAIN, "*.example.com", wording.rules.RULE_WILDCARD),
        (Kind.ADDRESS, "*@example.com", wording.rules.RULE_WILDCARD),
        (Kind.DOMAIN, "%", wording.rules.RULE_WILDCARD),
        (Kind.DOMAIN, "ada@example.com", wording.rules.RULE_NEEDS_DOMAIN_NOT_ADDRESS),
        (Kind.DOMAIN, "com", wording.rules.RULE_NEEDS_DOMAIN),
        (Kind.DOMAIN, "exa mple.com", wording.rules.RULE_NEEDS_DOMAIN),
        (Kind.DOMAIN, "example.com\x00", wording.rules.RULE_NEEDS_DOMAIN),
        (Kind.ADDRESS, "example.com", wording.rules.RULE_NEEDS_ADDRESS),
        (Kind.ADDRESS, "a@b@example.com", wording.rules.RULE_NEEDS_ADDRESS),
        (Kind.ADDRESS, "x" * 400 + "@example.com", wording.rules.RULE_NEEDS_ADDRESS),
    ],
)
def test_what_cannot_be_a_rule_is_refused_with_a_hint(database: object, kind: Kind, entered: str, told: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        exclusion.add(1, 1, kind, entered)
    assert (caught.value.user_message, caught.value.field) == (told, "value")


def test_threat_23_nobody_removes_or_sees_somebody_elses_rule(database: object) -> None:
    exclusion.add(1, 1, Kind.DOMAIN, "example.com")
    rule_id = exclusion.listed(1)[0].id
    for owner in (2, EVERYBODY):
        with pytest.raises(NotFound):
            exclusion.remove(owner, 2, rule_id)
        assert exclusion.listed(owner) == []
    assert len(exclusion.listed(1)) == 1
