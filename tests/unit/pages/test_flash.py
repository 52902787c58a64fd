"""Messages in the corner end with the page they were told on."""

from datetime import timedelta

import time_machine

from easycrm.core.clock import now
from easycrm.pages.flash import FlashState, tell
from easycrm.pages.shell import ShellState
from tests.unit.pages.conftest import Tab


async def test_a_message_told_on_the_way_to_a_page_is_seen_there(ada: Tab) -> None:
    await tell(ada.state(ShellState), "Connected")
    await ada.call(ShellState.load)
    assert ada.state(FlashState).text == "Connected"


async def test_a_message_does_not_come_back_with_a_later_page(ada: Tab) -> None:
    await tell(ada.state(ShellState), "Connected")
    with time_machine.travel(now() + timedelta(minutes=1)):
        await ada.call(ShellState.load)
    assert ada.state(FlashState).text == ""


async def test_the_same_message_twice_is_two_messages(ada: Tab) -> None:
    await tell(ada.state(ShellState), "Saved")
    first = ada.state(FlashState).number
    await tell(ada.state(ShellState), "Saved")
    assert ada.state(FlashState).number == first + 1
