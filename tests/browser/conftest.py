"""Fixtures of the browser tests: the product, people who are signed in, and mailboxes of their own."""

import os
import secrets
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, expect

from tests import cluster, services
from tests import product as products
from tests.product import Product

FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip
CLUSTER = os.environ.get("EASYCRM_TEST_INSTALLATION") == "cluster"
# A wait ends with what it waits for: patience costs nothing but where something fails, and machines are busy at times.
expect.set_options(timeout=30_000)
# The one file looks into the demo's own SQLite and files, the others into PostgreSQL, Redis and several processes.
collect_ignore = ["test_nothing_secret_is_left.py"] if CLUSTER else ["test_cluster.py", "test_cluster_outages.py"]
# Chromium reports each answer of 4xx and 5xx as a console error; tests that provoke one look at the page instead.
_EXPECTED = ("Failed to load resource",)
PROVIDERS = {"Google Workspace": "google", "Microsoft 365": "microsoft"}


# Of what runs on the demo: where state in Redis, https, a proxy or several workers could make a difference.
ON_CLUSTER = frozenset((
    "test_a_member_connects_a_mailbox_and_reads_it", "test_new_mail_arrives_without_reloading",
    "test_threat_04_a_callback_opened_in_another_browser_connects_nothing",
    "test_threat_06_a_callback_opened_three_times_connects_once", "test_threat_08_garbage_gets_a_clear_page",
    "test_an_ended_grant_is_told_everywhere_and_reconnect_mends_the_same_row",
    "test_threat_22_an_admin_handler_does_not_answer_a_member",
    "test_threat_24_a_post_from_a_foreign_origin_is_refused",
    "test_threat_24_a_websocket_from_a_foreign_origin_is_refused",
    "test_threat_24_signing_in_renews_the_session",
    "test_threat_24_the_next_user_in_the_same_tab_sees_nothing_of_the_previous_one",
    "test_another_host_name_is_redirected_before_sign_in",
))  # fmt: skip


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what is to run on the cluster too."""
    for item in items:
        if getattr(item, "originalname", "") in ON_CLUSTER:
            item.add_marker("cluster")


@pytest.fixture(scope="session")
def product(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    """One running product for all browser tests; each test uses people and mailboxes of its own.

    EASYCRM_TEST_INSTALLATION=cluster has it run on PostgreSQL and Redis, in several processes behind nginx.
    """
    data = tmp_path_factory.mktemp("product") / "data"
    if CLUSTER and not services.installed():
        pytest.skip(services.MISSING)
    with cluster.running(data) if CLUSTER else products.running(data) as running:
        yield running


@pytest.fixture(scope="session")
def browser_type_launch_args() -> dict[str, Any]:
    """The browser that ./test.sh found."""
    # The authority that signed the cluster's certificate was made for this run.
    flags = [*FLAGS, "--ignore-certificate-errors"] if CLUSTER else FLAGS
    return {"executable_path": os.environ.get("EASYCRM_TEST_BROWSER", "/usr/bin/chromium"), "args": flags}


@dataclass
class Person:
    """Somebody with an account of EasyCRM, in a browser of their own."""

    email: str
    password: str
    context: BrowserContext
    page: Page
    errors: list[str]


@pytest.fixture
def make_person(product: Product, browser: Browser) -> Iterator[Callable[..., Person]]:
    """A function that creates an account and signs it in; errors in anybody's console fail the test."""
    made: list[Person] = []

    def make(role: str = "member", **look: Any) -> Person:
        email, password = f"{role}-{secrets.token_hex(4)}@example.com", secrets.token_hex(8)
        product.create_user(email, password, role)
        context = browser.new_context(locale="en-GB", timezone_id="Europe/Berlin", **look)
        add_session(context, product, product.sign_in(email, password))
        person = Person(email, password, context, context.new_page(), [])
        watch(person.page, person.errors)
        made.append(person)
        return person

    yield make
    for person in made:
        person.context.close()
    assert [error for person in made for error in person.errors] == []


@pytest.fixture
def member(make_person: Callable[..., Person]) -> Person:
    """A member who is signed in."""
    return make_person()


@pytest.fixture
def admin(make_person: Callable[..., Person]) -> Person:
    """An admin who is signed in."""
    return make_person("admin")


@pytest.fixture
def make_mailbox(product: Product) -> Callable[[str], str]:
    """A function that creates an account at a provider (by its name) with some mail; its address."""

    def make(provider: str, threads: int = 12) -> str:
        address = f"box-{secrets.token_hex(4)}@example.net"
        product.simulator.post("people", provider=PROVIDERS[provider], email=address, name="Box", threads=threads)
        return address

    return make


def add_session(context: BrowserContext, product: Product, cookie: str) -> None:
    """Sign a browser context in."""
    session = {
        "name": product.cookie_name,
        "value": cookie,
        "url": product.url,
        "secure": product.url.startswith("https://"),
        "httpOnly": True,
        "sameSite": "Lax",
    }
    context.add_cookies([session])  # pyright: ignore


def watch(page: Page, errors: list[str]) -> None:
    """Collect what the page complains about."""

    def on_console(message: ConsoleMessage) -> None:
        if message.type == "error" and not message.text.startswith(_EXPECTED):
            errors.append(message.text)

    page.on("console", on_console)
    page.on("pageerror", lambda error: errors.append(str(error)))
