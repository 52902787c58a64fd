"""Threat 23, as a matrix: whatever is called with whatever id of another person's, nothing of theirs shows or changes.

Every handler of every State and every endpoint is found by looking at the application, so a new one is in the matrix at
once; a new kind of thing that a person can own is missed until it stands in tests/belongings.py, and a test says so.
"""

import inspect
import io
import json
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_type_hints

import httpx
import pytest
from sqlalchemy import Engine
from starlette.applications import Starlette
from starlette.routing import Route

import easycrm.easycrm as application
from easycrm.core.db import reading, transaction
from easycrm.core.errors import EasyCRMError
from easycrm.endpoints.app import around, routes
from easycrm.mail import provider_setup
from easycrm.pages.refresh import refresh
from easycrm.pages.shell import ShellState
from easycrm.people import passwords, sessions
from easycrm.people.user import User
from easycrm.providers.registry import PROVIDERS
from easycrm.tables import metadata
from tests.belongings import ABOUT, MAIL, SHARED, Belongings, own_everything
from tests.fake_provider import FakeProvider
from tests.unit.pages.conftest import Tab
from tests.unit.pages.test_handlers import ALL, name_of

REPOSITORY = Path(__file__).parents[2]
IN_ADDRESSES = ("connection", "thread", "message", "draft message", "imported contact")
NAMED = (
    *IN_ADDRESSES, "disconnected", "lost connection", "attachment", "queued message", "failed message",
    "unknown message", "file of a draft", "rule", "notice", "user",
)  # fmt: skip
"""Kinds whose ids handlers take; with --full those that none takes yet are tried as well."""
ORIGIN = {"Origin": "http://localhost:3000", "Content-Type": "application/json"}
KEYS = sorted(
    {
        key
        for path in (REPOSITORY / "easycrm" / "pages").rglob("*.py")
        for key in re.findall(r"""(?:query|query_parameters|parameters)(?:\.get\(|\[)["'](\w+)["']""", path.read_text())
    }
    - {"before", "after", "new", "q"}
)
"""What pages read of their addresses, but for what pages through a list or is no id."""

PASSWORD_HASH = passwords.hashed("a password of Mallory's")
both_roles = pytest.mark.parametrize("role", ["member", "admin"])
pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)


@pytest.fixture
def owned(database: Engine, monkeypatch: pytest.MonkeyPatch) -> Belongings:
    """Ada has one of everything; the providers are in memory."""
    del database
    for fake in (FakeProvider(), FakeProvider("microsoft", "Microsoft 365", revokes=False)):
        monkeypatch.setitem(PROVIDERS, fake.key, fake)
        provider_setup.save(actor_id=0, provider=fake.key, client_id="client", client_secret="secret", enabled=True)
    with transaction() as session:
        ada = User(id=501, email="owner@example.com", name="Ada", password_hash="unused")
        session.add(ada)
        session.flush()
        return own_everything(session, 501)


def stranger(number: int, role: str) -> Tab:
    """Somebody else, new each time: some handlers sign out or delete whoever calls them."""
    with transaction() as session:
        user = User(email=f"mallory{number}@example.net", name="Mallory", role=role, password_hash=PASSWORD_HASH)
        session.add(user)
        session.flush()
        return Tab(sessions.start(session, user.id or 0), token=f"tab-{number}")


class Form(dict[str, Any]):
    """A form in which every field holds the same id."""

    def __init__(self, ident: int) -> None:
        super().__init__(value=str(ident))
        self.ident = str(ident)

    def get(self, key: str, default: Any = None) -> Any:
        return self.ident

    def __getitem__(self, key: str) -> Any:
        return self.ident

    def __contains__(self, key: object) -> bool:
        return True


def arguments(handler: Any, ident: int) -> list[Any]:
    """The id, in the form that each parameter takes."""
    hints = get_type_hints(inspect.unwrap(handler.fn))
    found: list[Any] = []
    for parameter in list(inspect.signature(handler.fn).parameters.values())[1:]:
        hint = str(hints.get(parameter.name, int))
        if parameter.name == "provider":
            found.append("google")
        elif "dict" in hint:
            found.append(Form(ident))
        elif "list" in hint:
            found.append([ident])
        elif "bool" in hint:
            found.append(True)
        else:
            found.append(str(ident) if "str" in hint else ident)
    return found


def _query(ident: int, kind: str = "") -> str:
    """An address's parameters, all with this id; where no id stands in an address, the list of what is one's own."""
    keys = [] if kind == "imported contact" else [f"{key}={ident}" for key in KEYS if key != "tab"]
    return "&".join([*keys, "tab=imported"])


def takes_an_id(handler: Any) -> bool:
    """Whether an id can come to the handler otherwise than from the address."""
    state = Tab().root.get_substate(handler.state_full_name.split(".")[1:])
    kept = [getattr(state, name) for name in state.base_vars] + [*(state._backend_vars or {}).values()]
    return bool(arguments(handler, 0)) or any(type(value) is int for value in kept)


def kinds(owned: Belongings, handler: Any, full: bool) -> dict[str, int]:
    """The ids that a handler is called with: all of them, or in a short run those that it might mean."""
    if full:
        return owned.ids
    meant = NAMED if takes_an_id(handler) else IN_ADDRESSES
    return {kind: owned.ids[kind] for kind in meant}


def remember(tab: Tab, handler: Any, ident: int) -> None:
    """Put the id into everything that the handler's state may remember from earlier steps, such as a question asked."""
    state = tab.root.get_substate(handler.state_full_name.split(".")[1:])
    kept = {name: getattr(state, name) for name in state.base_vars} | (state._backend_vars or {})
    for name in (name for name, value in kept.items() if type(value) is int):
        setattr(state, name, ident)


def rows() -> set[str]:
    """Everything in the database but what is shared, as text."""
    found: set[str] = set()
    with reading() as session:
        for table in metadata.sorted_tables:
            if table.name not in SHARED:
                found |= {f"{table.name} {tuple(row)}" for row in session.connection().execute(table.select())}
    return found


def seen(tab: Tab, events: list[Any], marks: tuple[str, ...]) -> list[str]:
    """Which of the marks stand in what the tab holds now, or was told to do."""
    text = json.dumps(tab.root.dict(), default=str) + " ".join(map(str, events))
    return [mark for mark in marks if mark in text]


async def call(tab: Tab, handler: Any, kind: str, ident: int) -> tuple[list[Any], str]:
    """The events, and what went wrong that should not."""
    path = "/" + handler.fn.__module__.rpartition(".")[2]
    tab.go(f"{path}?{_query(ident, kind)}")
    remember(tab, handler, ident)
    try:
        return await tab.call(handler, *arguments(handler, ident)), ""
    except EasyCRMError:
        return [], ""
    except Exception as error:
        return [], f"raises {type(error).__name__}: {error}"


@both_roles
async def test_threat_23_no_handler_shows_or_changes_what_is_somebody_elses(
    owned: Belongings, role: str, full: bool
) -> None:
    before = rows()
    leaks: list[str] = []
    for number, handler in enumerate(ALL):
        tab = stranger(number, role)
        administers = ".admin_" in handler.fn.__module__ and role == "admin"
        marks = (MAIL,) if administers else (MAIL, ABOUT)
        for kind, ident in kinds(owned, handler, full).items():
            events, wrong = await call(tab, handler, kind, ident)
            what = f"{name_of(handler)} with the id of Ada's {kind}, called by another {role}"
            leaks += [f"{what}, shows {mark}" for mark in seen(tab, events, marks)]
            leaks += [f"{what}, {wrong}"] if wrong else []
        if not administers and (gone := before - rows()):
            leaks.append(f"{name_of(handler)}, called by another {role} with ids of Ada's, changes {sorted(gone)[:3]}")
            before = before & rows()
    assert leaks == [], "another person's belongings leak: scope the use case to its owner, so that it raises NotFound"


@both_roles
async def test_threat_23_no_page_that_is_refreshed_shows_what_is_somebody_elses(owned: Belongings, role: str) -> None:
    tab = stranger(0, role)
    user = sessions.resolve(tab.cookie)
    assert user is not None
    for path in sorted(application.app._unevaluated_pages):
        for kind in IN_ADDRESSES:
            tab.go(f"/{path}?{_query(owned.ids[kind], kind)}")
            await refresh(tab.state(ShellState), user.user_id)
            marks = (MAIL,) if path.startswith("admin") else (MAIL, ABOUT)
            assert seen(tab, [], marks) == [], f"/{path}, refreshed with the id of Ada's {kind}, shows what is hers"


def endpoints() -> Iterator[tuple[str, str]]:
    """Method and path of every endpoint."""
    for route in routes():
        assert isinstance(route, Route), f"{route} is no Route: teach tests/unit/test_two_users.py to call it"
        yield from ((method, route.path) for method in sorted((route.methods or set()) - {"HEAD"}))


@both_roles
async def test_threat_23_no_endpoint_shows_or_changes_what_is_somebody_elses(owned: Belongings, role: str) -> None:
    cookie = stranger(0, role).cookie
    before, leaks = rows(), list[str]()
    transport = httpx.ASGITransport(around(Starlette()))
    async with httpx.AsyncClient(transport=transport, base_url="http://localhost:3000", headers=ORIGIN) as browser:
        for (method, path), (kind, ident) in ((one, two) for one in endpoints() for two in owned.ids.items()):
            if path.startswith("/auth/"):
                continue  # signs in or out whoever calls; it takes no id
            concrete = re.sub(r"\{\w+(?::int)?\}", str(ident), path)
            query = {key: str(ident) for key in (*KEYS, "q", "id", "draft_id", "message_id")}
            answer = await browser.request(
                method, concrete, params=query, content=_body(ident),
                headers={"Cookie": f"{sessions.cookie_name()}={cookie}", "X-File-Name": "x"},
            )  # fmt: skip
            what = f"{method} {concrete} with the id of Ada's {kind}, called by another {role}"
            administers = path.startswith("/admin/") and role == "admin"
            text = _readable(answer)
            leaks += [f"{what}, shows {mark}" for mark in ((MAIL,) if administers else (MAIL, ABOUT)) if mark in text]
            if "{" in path and answer.status_code not in (404, 405) and not (administers and kind == "user"):
                leaks.append(f"{what}, answers {answer.status_code} instead of 404")
    assert leaks == [], "another person's belongings leak: scope the use case to its owner, so that it raises NotFound"
    assert before - rows() == set()


def _readable(answer: httpx.Response) -> str:
    """Headers and content as text, archives opened."""
    found = f"{answer.headers} {answer.text}"
    if answer.content.startswith(b"PK"):
        archive = zipfile.ZipFile(io.BytesIO(answer.content))
        found += " ".join(archive.read(name).decode(errors="replace") for name in archive.namelist())
    return found


def _body(ident: int) -> bytes:
    """A draft as the writing page sends it."""
    fields = {"connection_id": ident, "to": "", "cc": "", "bcc": "", "subject": "", "html": ""}
    return json.dumps({"version": 1, "fields": fields}).encode()


def test_every_kind_of_thing_that_a_person_can_own_is_in_the_matrix(owned: Belongings) -> None:
    with reading() as session:
        for table in metadata.sorted_tables:
            if table.name in SHARED:
                continue
            found = session.connection().execute(table.select().limit(1)).first()
            assert found is not None, (
                f"the table {table.name} is new: give Ada a row of it in tests/belongings.py, with a mark in its texts "
                "and its id under a name, or say in SHARED there why it is nobody's in particular"
            )


async def test_the_marks_show_where_the_owner_looks(owned: Belongings) -> None:
    """Without this the matrix might look for what is nowhere to be seen."""
    shown: set[str] = set()
    for handler in ALL:
        if handler.fn.__name__ != "load" or ".admin_" in handler.fn.__module__:
            continue
        for kind, ident in kinds(owned, handler, full=False).items():
            tab = Tab(owned.cookie)
            events, wrong = await call(tab, handler, kind, ident)
            assert wrong == "", name_of(handler)
            if seen(tab, events, (MAIL, ABOUT)):
                shown.add(name_of(handler))
    pages = ("mailbox_state", "thread_state", "email_state", "own_rules", "outbox_state", "shell", "contacts_state")
    assert shown >= {f"{page}.load" for page in pages}


async def test_contacts_are_the_teams_and_so_anybodys_to_change(owned: Belongings) -> None:
    """The one exception, on purpose: but the mail with them shows no more than its owner lets it."""
    from easycrm.pages.contact_state import ContactState
    from easycrm.pages.timeline_state import TimelineState

    tab = stranger(0, "member")
    tab.go(f"/contacts?contact={owned.contact_id}")
    await tab.call(ContactState.load)
    await tab.call(TimelineState.load)
    assert tab.state(ContactState).name == "Shared person"
    (entry,) = tab.state(TimelineState).entries
    assert (entry.who, entry.hidden, entry.snippet, entry.href, entry.message_id) == (
        "Shared person to Ada", True, "", "", 0
    )  # fmt: skip
    assert seen(tab, [], (MAIL, ABOUT)) == []
