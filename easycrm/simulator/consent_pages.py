"""The pages a person sees at the provider: choose an account, consent, and the provider's own errors."""

from html import escape
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from easycrm.simulator import decision, oauth
from easycrm.simulator.page_style import document
from easycrm.simulator.world import Person, World

NAMES = {"google": "Google Workspace", "microsoft": "Microsoft 365"}
_WORDS = {
    "gmail.readonly": "Read your email messages", "gmail.send": "Send email on your behalf",
    "contacts.readonly": "See your contacts", "mail.read": "Read your mail", "mail.send": "Send mail as you",
    "contacts.read": "Read your contacts", "user.read": "Sign you in and read your profile",
}  # fmt: skip


def start(provider: str, query: dict[str, str]) -> str:
    """The address of the sign-in page for an authorize request."""
    return "/signin/account?" + urlencode({"provider": provider, "request": urlencode(query)})


def refusal(provider: str, status: str, code: str, detail: str) -> Response:
    """The provider's own error page: the browser is not sent back."""
    body = f"<h1>Access blocked: authorization error</h1><p>Error {escape(status)}: {escape(code)}</p><p>{escape(detail)}</p>"
    return HTMLResponse(document(f"Error – {NAMES[provider]} simulator", body), 400)


async def account(request: Request) -> Response:
    """Who is signing in?"""
    world: World = request.app.state.world
    provider, asked = request.query_params["provider"], request.query_params["request"]
    query = oauth.query_of(asked)
    people = [person for person in world.people.values() if person.provider == provider]
    hinted = query.get("login_hint", "")
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
    return f'<button class=account name=email value="{email}" aria-label="{email}"{mark}><b>{escape(person.name)}</b><span>{email}</span></button>'


async def consent(request: Request) -> Response:
    """May the application have what it asks for?"""
    world: World = request.app.state.world
    provider, asked, email = (request.query_params[name] for name in ("provider", "request", "email"))
    query = oauth.query_of(asked)
    person = world.people[email]
    blocked = decision.blocked(provider, query, person)
    if blocked:
        return refusal(provider, "400", *blocked)
    scopes = [scope for scope in query.get("scope", "").split() if _words(scope)]
    ticks = "".join(_tick(scope) if provider == "google" else f"<li>{escape(_words(scope))}</li>" for scope in scopes)
    body = (
        f"<p class=who>{NAMES[provider]} simulator · {escape(email)}</p><h1>EasyCRM wants access to your account</h1>"
        f'<form action="/signin/decide" method="post">{_hidden(provider, asked)}<input type=hidden name=email value="{escape(email)}">'
        f"<p>This will allow EasyCRM to:</p><ul class=scopes>{ticks}</ul><div class=actions>"
        "<button name=decision value=deny>Deny</button><button class=primary name=decision value=allow>Allow</button></div></form>"
    )
    return HTMLResponse(document(f"Consent – {NAMES[provider]} simulator", body))


def _words(scope: str) -> str:
    return _WORDS.get(scope.rsplit("/", 1)[-1].lower(), "")


def _tick(scope: str) -> str:
    return f'<li><label><input type=checkbox name=scope value="{escape(scope)}" checked> {escape(_words(scope))}</label></li>'


def _hidden(provider: str, asked: str) -> str:
    return f'<input type=hidden name=provider value="{escape(provider)}"><input type=hidden name=request value="{escape(asked)}">'


async def decide(request: Request) -> Response:
    """Back to the application, with a code or an error."""
    world: World = request.app.state.world
    sent = await request.form()
    provider, asked, email = (str(sent[name]) for name in ("provider", "request", "email"))
    query = oauth.query_of(asked)
    ticked = {str(value) for value in sent.getlist("scope")}
    untickable = {scope for scope in query.get("scope", "").split() if provider == "microsoft" or not _words(scope)}
    allow = sent.get("decision") == "allow"
    return RedirectResponse(
        decision.decide(world, provider, query, email, allow=allow, scopes=ticked | untickable), 303
    )


routes = [Route("/account", account), Route("/consent", consent), Route("/decide", decide, methods=["POST"])]
