"""Handlers are remote procedures: every one of them refuses whoever may not call it."""

import inspect
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import reflex as rx

import easycrm.easycrm  # noqa: F401 (imports every page, and with it every State)
from easycrm.core.errors import NotFound
from easycrm.mail import exclusion, trusted_sender
from easycrm.pages.bell import BellState
from easycrm.pages.email_state import EmailState
from easycrm.pages.flash import FlashState
from easycrm.pages.folders import FoldersState
from easycrm.pages.own_rules import OwnRulesState
from easycrm.pages.shell import ShellState
from easycrm.pages.trusted_senders import TrustedSendersState
from tests.unit.pages.conftest import Tab, address_of, user_of


def handlers() -> Iterator[Any]:
    for cls in states(rx.State):
        yield from (handler for handler in cls.event_handlers.values() if handler.fn.__module__.startswith("easycrm"))


def states(cls: type[rx.State]) -> Iterator[type[rx.State]]:
    for sub in cls.__subclasses__():
        if sub.__module__.startswith("easycrm") and not sub._mixin:
            yield sub
        yield from states(sub)


def name_of(handler: Any) -> str:
    return f"{handler.fn.__module__.rpartition('.')[2]}.{handler.fn.__name__}"


def arguments(handler: Any) -> list[Any]:
    """Something for each parameter; a caller from outside can send anything."""
    parameters = list(inspect.signature(handler.fn).parameters.values())[1:]
    return [{} if "dict" in str(parameter.annotation) else 1 for parameter in parameters]


ALL = list(handlers())


def test_there_are_handlers_to_check() -> None:
    assert len(ALL) >= 20


def test_no_state_has_setters_made_by_itself() -> None:
    assert not [name for cls in states(rx.State) for name in cls.event_handlers if name.startswith("set_")]


@pytest.mark.parametrize("handler", ALL, ids=name_of)
async def test_threat_22_no_handler_runs_without_a_session(database: object, handler: Any) -> None:
    events = await Tab().call(handler, *arguments(handler))
    assert [address_of(event).partition("?")[0] for event in events] == ["/sign-in"]


@pytest.mark.parametrize("handler", [one for one in ALL if ".admin_" in one.fn.__module__], ids=name_of)
async def test_threat_22_admin_handlers_do_not_run_for_members(ada: Tab, handler: Any) -> None:
    events = await ada.call(handler, *arguments(handler))
    assert [address_of(event) for event in events] == ["/mailbox"]


async def test_threat_23_notices_and_mailboxes_of_others_are_not_found(
    ada: Tab, sign_in: Callable[..., Tab], outage: int, notice: int
) -> None:
    mallory = sign_in("mallory")
    await mallory.call(EmailState.ask_disconnect, outage, "ada@example.com")
    assert mallory.state(EmailState).asked_about == 0
    mallory.state(EmailState).asked_about = outage
    await mallory.call(EmailState.confirm_disconnect)
    with pytest.raises(NotFound):
        await mallory.call(BellState.read, notice)

    await ada.call(ShellState.load)
    assert [one.connection_id for one in ada.state(ShellState).outages] == [outage]
    assert [(item.id, item.unread) for item in ada.state(BellState).items] == [(notice, True)]


async def test_threat_23_rules_and_folders_of_others_are_not_found(
    ada: Tab, sign_in: Callable[..., Tab], outage: int
) -> None:
    exclusion.add(user_of(ada), user_of(ada), exclusion.Kind.DOMAIN, "example.org")
    rule_id = exclusion.listed(user_of(ada))[0].id
    mallory = sign_in("mallory")
    await mallory.call(OwnRulesState.load)
    assert mallory.state(OwnRulesState).rules == []
    await mallory.call(OwnRulesState.ask_end, rule_id, "example.org")
    await mallory.call(OwnRulesState.confirm_end)
    assert [row.id for row in exclusion.listed(user_of(ada))] == [rule_id]
    await mallory.call(FoldersState.show, outage, "ada@example.com", "google")
    assert mallory.state(FoldersState).open_for == 0
    mallory.state(FoldersState).open_for = outage
    await mallory.call(FoldersState.save, {})
    assert mallory.state(FoldersState).wrong == NotFound.default_message


async def test_threat_23_trusted_senders_of_others_are_not_found(ada: Tab, sign_in: Callable[..., Tab]) -> None:
    email, mallory = "grace@example.org", sign_in("mallory")
    trusted_sender.trust_again(user_of(ada), email)
    await mallory.call(TrustedSendersState.load)
    for act in (TrustedSendersState.remove, TrustedSendersState.trust_again):
        await mallory.call(act, email)
        assert mallory.state(FlashState).text == NotFound.default_message
    assert (trusted_sender.listed(user_of(ada)), trusted_sender.listed(user_of(mallory))) == ([email], [])

    await ada.call(TrustedSendersState.load)
    await ada.call(TrustedSendersState.remove, email)
    assert trusted_sender.listed(user_of(ada)) == []
    await ada.call(TrustedSendersState.trust_again, email)
    assert trusted_sender.listed(user_of(ada)) == [email]


async def test_threat_24_the_next_user_of_a_tab_sees_nothing_of_the_previous_one(
    ada: Tab, sign_in: Callable[..., Tab], outage: int
) -> None:
    await ada.call(ShellState.load)
    ada.cookie = sign_in("mallory").cookie
    ada.go("/settings/email")
    await ada.call(EmailState.load)
    assert ada.state(ShellState).email == ""
    assert ada.state(ShellState).outages == []
