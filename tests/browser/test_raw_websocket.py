"""Every handler of every State, called over a bare websocket as an attacker would, not as the pages do."""

import inspect
import json
import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import reflex as rx
from playwright.sync_api import Browser, Page, expect

import easycrm.easycrm  # noqa: F401 (imports every page, and with it every State)
from tests.browser.conftest import Person
from tests.browser.letters import WORKER_MS, connected, until
from tests.product import Product

# Speaks Socket.IO over a websocket: opens the namespace, sends every call, and collects what comes back.
# Ends when each call has led somewhere and nothing more comes; where one never does, after a while.
CALL = """async ([calls, quiet]) => {
  const base = location.origin.replace(/^http/, "ws") + "/_event/?EIO=4&transport=websocket&token=";
  const socket = new WebSocket(base + crypto.randomUUID());
  const frames = [];
  let last = Date.now();
  await new Promise((resolve, reject) => {
    socket.onerror = () => reject(new Error("refused"));
    socket.onmessage = ({ data }) => {
      last = Date.now();
      if (data.startsWith("0")) socket.send("40/_event,");
      else if (data.startsWith("40/_event")) resolve();
      else frames.push(data);
    };
  });
  socket.onmessage = ({ data }) => { last = Date.now(); frames.push(data); };
  for (const call of calls) socket.send("42/_event," + JSON.stringify(["event", call]));
  const waiting = () => (frames.join().match(/"_redirect/g) ?? []).length < calls.length;
  while (Date.now() - last < (waiting() ? 30000 : quiet)) await new Promise(resolve => setTimeout(resolve, 50));
  socket.close();
  return frames;
}"""


def handlers(cls: type[rx.State] = rx.State) -> Iterator[tuple[str, Any]]:
    """Full name and function of every handler of ours."""
    for sub in cls.__subclasses__():
        for name, handler in sub.event_handlers.items():
            if sub.__module__.startswith("easycrm") and handler.fn.__module__.startswith("easycrm"):
                yield f"{sub.get_full_name()}.{name}", handler.fn
        yield from handlers(sub)


def call_of(name: str, function: Callable[..., Any]) -> dict[str, Any]:
    parameters = list(inspect.signature(function).parameters.values())[1:]
    payload = {one.name: {} if "dict" in str(one.annotation) else 1 for one in parameters}
    return {"name": name, "payload": payload, "router_data": {"pathname": "/mailbox", "asPath": "/mailbox"}}


def redirects(frames: list[str]) -> list[str]:
    """Where the answers send the caller."""
    found: list[str] = []
    for frame in frames:
        if not frame.startswith("42/_event,"):
            continue
        _, update = json.loads(frame.removeprefix("42/_event,"))
        events = (json.loads(update) if isinstance(update, str) else update).get("events") or []
        found += [event["payload"]["path"] for event in events if event["name"] == "_redirect"]
    return found


@pytest.fixture
def stranger(browser: Browser, product: Product) -> Iterator[Page]:
    """A page of ours in a browser without a session: its origin is right, its cookie is missing."""
    context = browser.new_context()
    page = context.new_page()
    page.goto(product.url + "/sign-in")
    yield page
    context.close()


def state_of(product: Product) -> list[Any]:
    tables = ("provider_setup", "connection", "token_set", "consent_attempt", "notice")
    return [product.rows(f"SELECT * FROM {table} ORDER BY 1") for table in tables]  # noqa: S608 (names from above)


def let_workers_rest(page: Page, product: Product) -> None:
    """Wait until the page's mailbox is read, and nobody's is or will be: what changes from now on, a caller did."""
    expect(page.get_by_role("link", name=re.compile("contacts? imported"))).to_be_visible(timeout=WORKER_MS)
    product.execute("UPDATE connection SET next_sync_at = '2099-01-01 00:00:00+00:00' WHERE next_sync_at IS NOT NULL")
    until(page, lambda: not product.rows("SELECT 1 FROM connection WHERE lease_until > CURRENT_TIMESTAMP"))


def test_threat_22_no_handler_answers_a_caller_without_a_session(
    product: Product, member: Person, make_mailbox: Callable[..., str], stranger: Page
) -> None:
    address = make_mailbox("Google Workspace", threads=2)
    connected(product, member.page, "Google Workspace", address)
    let_workers_rest(member.page, product)
    ours = dict(handlers())
    before = state_of(product)

    frames = stranger.evaluate(CALL, [[call_of(*one) for one in ours.items()], 1500])

    assert len(ours) >= 20
    sent = redirects(frames)
    assert len(sent) == len(ours)
    assert {path.partition("?")[0] for path in sent} == {"/sign-in"}
    assert address not in "".join(frames)
    assert state_of(product) == before


def test_threat_22_an_admin_handler_does_not_answer_a_member(product: Product, member: Person) -> None:
    member.page.goto(product.url + "/settings/email")
    ours = {name: function for name, function in handlers() if function.required_role == "admin"}
    before = product.rows("SELECT * FROM provider_setup ORDER BY 1")

    frames = member.page.evaluate(CALL, [[call_of(*one) for one in ours.items()], 1500])

    assert len(ours) >= 2
    assert redirects(frames) == ["/mailbox"] * len(ours)
    assert "demo.apps.googleusercontent.com" not in "".join(frames)
    assert product.rows("SELECT * FROM provider_setup ORDER BY 1") == before
