"""What a tab forgets when it is loaded: Reflex first shows whatever its state held before."""

from typing import Any

import reflex as rx
from reflex.middleware.middleware import Middleware

from easycrm.pages.address import number
from easycrm.pages.compose_state import ComposeState
from easycrm.pages.thread_state import ThreadState


class FreshTab(Middleware):
    """Takes off the page what is not true any more, before the first picture of it is sent."""

    async def preprocess(self, app: rx.App, state: Any, event: Any) -> None:
        """Look at the first event of a page that was loaded; a connection that came back keeps its thread."""
        del app
        if event.name.rpartition(".")[2] not in ("hydrate", "hydrate_and_load"):
            return
        thread = await state.get_state(ThreadState)
        if thread.open_id != number(state.router.url.query_parameters.get("thread")):
            thread.loaded = False
        # The letter is as it was when it was opened, without what was written since.
        (await state.get_state(ComposeState)).loaded = False
