"""The browser of the programs that look at pages by themselves; tests get theirs from Playwright's fixtures."""

import contextlib
import os
from collections.abc import Generator

from playwright.sync_api import Browser, sync_playwright

from tests.browser.conftest import FLAGS


@contextlib.contextmanager
def running() -> Generator[Browser]:
    """Chromium, for the time of the block: the one that EASYCRM_TEST_BROWSER names, or Debian's."""
    path = os.environ.get("EASYCRM_TEST_BROWSER", "/usr/bin/chromium")
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=path, args=FLAGS)
        yield browser
        browser.close()
