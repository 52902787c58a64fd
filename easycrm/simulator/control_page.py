"""The control page: what a person may do to the simulated providers, with buttons."""

from html import escape
from typing import Any
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from easycrm.simulator import actions, report
from easycrm.simulator.page_style import document
from easycrm.simulator.provider_pages import NAMES
from easycrm.simulator.world import World

Action = tuple[str, str, dict[str, Any]]
_MAIL, _SIGN_IN = r"^(gmail|graph)\.", r"^(oauth2\.|login\.[^/]+/[^/]+/oauth2/v2\.0/token)"
# Button: its text, the action of the control API, and what is sent with it.
_ON_PERSON: dict[str, Action] = {
    "deliver": ("Deliver mail", "deliver", {}),
    "revoke": ("Revoke grant", "grants/revoke", {}),
    "expire-access": ("Expire access token", "grants/expire-access", {}),
    "expire-refresh": ("Expire refresh token", "grants/expire-refresh", {}),
    "drop-send": ("Take sending away", "grants/drop-scope", {"scope": ".send"}),
    "drop-cursors": ("Drop cursors", "cursors/drop", {}),
    "add-contact": ("Add a contact", "contacts", {"count": 1}),
    "drop-contact-cursors": ("Drop contact cursors", "contacts/cursors/drop", {}),
}
_ON_WORLD: dict[str, Action] = {
    "deny": ("Deny the next consents", "consent", {"deny": True}),
    "unsend": ("Leave out the send permission", "consent", {"drop_scopes": [".send"]}),
    "no-refresh": ("Leave out the refresh token", "consent", {"omit_refresh_token": True}),
    "plain": ("Consent as clicked", "consent", {}),
    "throttle": ("Throttle mail: 429", "faults", {"match": _MAIL, "status": 429, "headers": {"Retry-After": "30"}}),
    "fail": ("Fail mail: 503", "faults", {"match": _MAIL, "status": 503}),
    "fail-token": ("Fail sign-in: 503", "faults", {"match": _SIGN_IN, "status": 503}),
    "delay": ("Delay everything: 3 s", "faults", {"match": "", "kind": "slow", "delay_ms": 3000}),
    "html": ("Answer with HTML", "faults", {"match": f"{_MAIL}|{_SIGN_IN}", "kind": "html"}),
    "cut": ("Cut connections", "faults", {"match": f"{_MAIL}|{_SIGN_IN}", "kind": "reset"}),
    "clear": ("All faults off", "faults/clear", {}),
    "reset": ("Begin anew", "reset", {}),
}


async def page(request: Request) -> Response:
    """People, their grants, and the buttons."""
    world: World = request.app.state.world
    done = request.query_params.get("done", "")
    told = f'<p role="status" class=told>Done: {escape(done)}</p>' if done else ""
    buttons = "".join(_button("world", name, text) for name, (text, _, _) in _ON_WORLD.items())
    state = report.state(world)
    people = "".join(_mailbox(person, state["grants"]) for person in state["people"])
    body = (
        f"<p class=who>Provider simulator</p><h1>What shall happen?</h1>{told}"
        f"<h2>To everybody</h2><form method=post class=row>{buttons}</form>{_wishes(world)}"
        f"<h2>To one mailbox</h2>{people}<h2>Last requests</h2><div class=scroll tabindex=0>{_recent(world)}</div>"
        '<p><a href="/control/api">The same by HTTP: the control API</a></p>'
    )
    return HTMLResponse(document("Provider simulator", body, wide=True))


def _button(kind: str, value: str, text: str, label: str = "") -> str:
    named = f' aria-label="{escape(label)}"' if label else ""
    return f'<button name="{kind}" value="{escape(value)}"{named}>{escape(text)}</button>'


def _wishes(world: World) -> str:
    """What is switched on at the moment."""
    faults = [f"{fault.kind} {fault.status if fault.kind == 'status' else ''} for {fault.match or 'everything'}"
              for fault in world.faults]  # fmt: skip
    consent = [f"the next consents: {', '.join(world.next_consent)}"] if world.next_consent else []
    listed = "".join(f"<li>{escape(one)}</li>" for one in faults + consent)
    return f"<p>Switched on:</p><ul>{listed}</ul>" if listed else "<p>Nothing is switched on: all goes well.</p>"


def _mailbox(person: dict[str, Any], grants: list[dict[str, Any]]) -> str:
    email = person["email"]
    held = [grant for grant in grants if grant["email"] == email]
    states = [
        f"{'live' if grant['live'] else 'ended'} grant, {grant['refresh_tokens']} refresh tokens" for grant in held
    ]
    about = [NAMES[person["provider"]], f"{person['messages']} messages", *(states or ["no grant"])]
    buttons = "".join(
        _button("person", f"{name} {email}", text, f"{text}: {email}") for name, (text, _, _) in _ON_PERSON.items()
    )
    return (
        f"<section class=mailbox><b>{escape(email)}</b><p>{' · '.join(about)}</p>"
        f"<form method=post class=row>{buttons}</form></section>"
    )


def _recent(world: World) -> str:
    rows = [
        f"<tr><td>{escape(entry['method'])}</td><td>{escape(entry['path'])}</td><td>{entry['status']}</td></tr>"
        for entry in reversed(world.counters["recent"][-15:])
    ]
    head = "<tr><th scope=col>Method</th><th scope=col>Address</th><th scope=col>Status</th></tr>"
    return f"<table>{head}{''.join(rows)}</table>" if rows else "<p>None yet.</p>"


async def act(request: Request) -> Response:
    """Do what the button says."""
    world: World = request.app.state.world
    sent = await request.form()
    if "world" in sent:
        text, action, body = _ON_WORLD[str(sent["world"])]
        actions.BY_NAME[action](world, dict(body))
    else:
        name, email = str(sent["person"]).split(" ", 1)
        text, action, body = _ON_PERSON[name]
        actions.BY_NAME[action](world, {**body, "email": email})
        text = f"{text}: {email}"
    world.changed = True
    return RedirectResponse("/control/?" + urlencode({"done": text}), 303)


routes = [Route("/", page), Route("/", act, methods=["POST"])]
