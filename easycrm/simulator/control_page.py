"""The control page: what a person may do to the simulated providers, with buttons."""

from html import escape
from typing import Any

from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from easycrm.simulator import actions
from easycrm.simulator.page_style import document
from easycrm.simulator.world import World

_ON_PERSON = {
    "deliver": "Deliver mail", "grants/revoke": "Revoke grant", "grants/expire-access": "Expire access token",
    "grants/expire-refresh": "Expire refresh token", "cursors/drop": "Drop cursors",
}  # fmt: skip
_ON_WORLD: dict[str, tuple[str, str, dict[str, Any]]] = {
    "deny": ("Deny the next consents", "consent", {"deny": True}),
    "unsend": ("Leave out the send permission", "consent", {"drop_scopes": ["gmail.send", "mail.send"]}),
    "plain": ("Consent as clicked", "consent", {}),
    "throttle": ("Throttle: 429", "faults", {"match": "gmail|graph", "status": 429, "headers": {"Retry-After": "30"}}),
    "fail": ("Fail: 503", "faults", {"match": "gmail|graph|oauth2|login", "status": 503}),
    "delay": ("Delay: 3 s", "faults", {"match": "gmail|graph|oauth2|login", "kind": "slow", "delay_ms": 3000}),
    "clear": ("All faults off", "faults/clear", {}),
    "reset": ("Begin anew", "reset", {}),
}


async def page(request: Request) -> Response:
    """People, their grants, and the buttons."""
    world: World = request.app.state.world
    done = request.query_params.get("done", "")
    told = f'<p role="status">Done: {escape(done)}</p>' if done else ""
    buttons = "".join(_button(name, text) for name, (text, _, _) in _ON_WORLD.items())
    people = "".join(_person(person) for person in actions.state(world)["people"])
    grants = "".join(
        f"<tr><td>{escape(grant['email'])}</td><td>{'live' if grant['live'] else 'ended'}</td><td>{grant['refresh_tokens']}</td></tr>"
        for grant in actions.state(world)["grants"]
    )
    recent = "".join(
        f"<tr><td>{escape(entry['method'])}</td><td>{escape(entry['path'])}</td><td>{entry['status']}</td></tr>"
        for entry in reversed(world.counters["recent"][-15:])
    )
    body = (
        f"<p class=who>Provider simulator</p><h1>What shall happen?</h1>{told}"
        f"<h2>To everybody</h2><form method=post class=row>{buttons}</form><p>{len(world.faults)} faults are on.</p>"
        f"<h2>To one mailbox</h2><div class=scroll><table><tr><th>Mailbox</th><th>Messages</th><th></th></tr>{people}</table></div>"
        f"<h2>Grants</h2><table><tr><th>Mailbox</th><th>State</th><th>Refresh tokens</th></tr>{grants}</table>"
        f"<h2>Last requests</h2><div class=scroll><table>{recent}</table></div>"
    )
    return HTMLResponse(document("Provider simulator", body, wide=True))


def _button(name: str, text: str) -> str:
    return f'<button name="world" value="{name}">{escape(text)}</button>'


def _person(person: dict[str, Any]) -> str:
    email = escape(person["email"])
    buttons = "".join(
        f'<button name="person" value="{name} {email}" aria-label="{text}: {email}">{text}</button>'
        for name, text in _ON_PERSON.items()
    )
    return (
        f"<tr><td>{email}</td><td>{person['messages']}</td><td><form method=post class=row>{buttons}</form></td></tr>"
    )


async def act(request: Request) -> Response:
    """Do what the button says."""
    world: World = request.app.state.world
    sent = await request.form()
    if "world" in sent:
        text, action, body = _ON_WORLD[str(sent["world"])]
        actions.BY_NAME[action](world, dict(body))
    else:
        action, email = str(sent["person"]).split(" ", 1)
        text = f"{_ON_PERSON[action]}, {email}"
        actions.BY_NAME[action](world, {"email": email})
    return RedirectResponse(f"/control?done={text}", 303)


routes = [Route("/", page), Route("/", act, methods=["POST"])]
