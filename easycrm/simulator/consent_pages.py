"""The pages a person sees at the provider: choose an account, and consent."""

from html import escape

from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from easycrm.simulator import decision, oauth
from easycrm.simulator.page_style import document
from easycrm.simulator.provider_pages import NAMES, refusal, start
from easycrm.simulator.world import Person, World

_WORDS = {
    "gmail.readonly": "Read your email messages", "gmail.send": "Send email on your behalf",
    "contacts.readonly": "See your contacts", "mail.read": "Read your mail", "mail.send": "Send mail as you",
    "contacts.read": "Read your contacts", "user.read": "Sign you in and read your profile",
}  # fmt: skip


async def account(request: Request) -> Response:
    """Who is signing in?"""
    world: World = request.app.state.world
    provider, asked = request.query_params["provider"], request.query_params["request"]
    people = [person for person in world.people.values() if person.provider == provider]
    hinted = oauth.query_of(asked).get("login_hint", "")
    people.sort(key=lambda person: person.email != hinted)
    buttons = "".join(_account_button(person, hinted) for person in people)
    body = (
        f"<p class=who>{NAMES[provider]} simulator</p><h1>Choose an account</h1><p>to continue to EasyCRM</p>"
        f'<form action="/signin/consent" method="get">{_hidden(provider, asked)}<div class=list>{buttons}</div></form>'
    )
    return HTMLResponse(document(f"Sign in – {NAMES[provider]} simulator", body))


def _account_button(person: Person, hinted: str) -> str:
    mark = " autofocus" if person.email == hinted else ""
    email = escape(person.email)
    return (
        f'<button class=account name=email value="{email}" aria-label="{email}"{mark}>'
        f"<b>{escape(person.name)}</b><span>{email}</span></button>"
    )


async def consent(request: Request) -> Response:
    """May the application have what it asks for?"""
    world: World = request.app.state.world
    provider, asked, email = (request.query_params[name] for name in ("provider", "request", "email"))
    query = oauth.query_of(asked)
    person = world.people[email]
    if blocked := decision.blocked(world, provider, query, person):
        return refusal(provider, "400", *blocked)
    if decision.stands(world, provider, query, person):
        return RedirectResponse(decision.decide(world, provider, query, email, allow=True, scopes=_asked(query)), 303)
    return HTMLResponse(document(f"Consent – {NAMES[provider]} simulator", _consent_form(provider, asked, email)))


def _consent_form(provider: str, asked: str, email: str) -> str:
    query = oauth.query_of(asked)
    wanted = [scope for scope in query.get("scope", "").split() if _words(scope)]
    boxes = "".join(_tick(scope) if provider == "google" else f"<li>{_words(scope)}</li>" for scope in wanted)
    return (
        f"<p class=who>{NAMES[provider]} simulator · {escape(email)}</p><h1>EasyCRM wants access to your account</h1>"
        f'<form action="/signin/decide" method="post">{_hidden(provider, asked)}{_field("email", email)}'
        f"<p>This will allow EasyCRM to:</p><ul class=scopes>{boxes}</ul><div class=actions>"
        "<button name=decision value=deny>Deny</button>"
        "<button class=primary name=decision value=allow>Allow</button></div></form>"
        f'<p><a href="{escape(start(provider, query))}">Use another account</a></p>'
    )


def _asked(query: dict[str, str]) -> set[str]:
    return set(query.get("scope", "").split())


def _words(scope: str) -> str:
    return _WORDS.get(scope.rsplit("/", 1)[-1].lower(), "")


def _tick(scope: str) -> str:
    box = f'<input type=checkbox name=scope value="{escape(scope)}" checked>'
    return f"<li><label>{box} {_words(scope)}</label></li>"


def _hidden(provider: str, asked: str) -> str:
    return _field("provider", provider) + _field("request", asked)


def _field(name: str, value: str) -> str:
    return f'<input type=hidden name={name} value="{escape(value)}">'


async def decide(request: Request) -> Response:
    """Back to the application, with a code or an error."""
    world: World = request.app.state.world
    sent = await request.form()
    provider, asked, email = (str(sent[name]) for name in ("provider", "request", "email"))
    query = oauth.query_of(asked)
    ticked = {str(value) for value in sent.getlist("scope")}
    untickable = {scope for scope in _asked(query) if provider == "microsoft" or not _words(scope)}
    allow = sent.get("decision") == "allow"
    scopes = (ticked & _asked(query)) | untickable
    return RedirectResponse(decision.decide(world, provider, query, email, allow=allow, scopes=scopes), 303)


routes = [Route("/account", account), Route("/consent", consent), Route("/decide", decide, methods=["POST"])]
