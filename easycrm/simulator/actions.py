"""What the control API and the control page can do to the world."""

import base64
import json
import secrets
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from easycrm.simulator import contact_actions, corpus, decision, oauth
from easycrm.simulator.faults import Fault
from easycrm.simulator.grants import Client, Grant
from easycrm.simulator.mailbox import Item, gmail_id
from easycrm.simulator.world import Person, World

Body = dict[str, Any]


def add_person(world: World, body: Body) -> Body:
    """Create an account."""
    eml = Path(body["eml_dir"]) if body.get("eml_dir") else None
    person = world.add_person(
        body["provider"], body["email"], body.get("name", body["email"]), threads=body.get("threads", 0),
        messages=body.get("messages", 0), tenant=body.get("tenant_id", ""), eml_dir=eml,
        has_mailbox=body.get("has_mailbox", True), contacts=body.get("contacts", 0),
        weighty=body.get("weighty", 0), per_thread=body.get("per_thread", 1),
    )  # fmt: skip
    return {"subject": person.subject, "messages": len(person.mailbox.items)}


def deliver(world: World, body: Body) -> Body:
    """Put new mail into a mailbox."""
    person = world.people[body["email"]]
    return {"ids": [_deliver_one(world, person, body, number).id for number in range(body.get("count", 1))]}


def _deliver_one(world: World, person: Person, body: Body, number: int) -> Item:
    when = body.get("received_at", world.now() + number / 1000)
    ident = gmail_id(secrets.token_hex(8))
    subject = body.get("subject", f"New mail {secrets.token_hex(3)}")
    sender = body.get("from", "Mara Lindqvist <mara@example.org>")
    raw = base64.urlsafe_b64decode(body["raw"]) if body.get("raw") else corpus.compose(
        sender=sender, to=person.email, subject=subject, text=body.get("text", "It just arrived."),
        html=body.get("html", ""), when=when, message_id=body.get("message_id", f"<{ident}@mail.example.org>"),
    )  # fmt: skip
    item = Item(
        ident, body.get("thread_id", ident), int(when * 1000), subject, sender, person.email, raw,
        folder=body.get("folder", "inbox"), labels=set(body.get("labels", [])), unread=body.get("unread", True),
    )  # fmt: skip
    return person.mailbox.add(item)


def change_message(world: World, body: Body) -> None:
    """Read, label, move, trash or delete one message."""
    box, ident, action = (
        world.people[body["email"]].mailbox,
        body["id"][-20:-4] if body["id"].startswith("AA") else body["id"],
        body["action"],
    )
    if action in ("read", "unread"):
        box.mark(ident, unread=action == "unread")
    elif action in ("star", "unstar"):
        box.star(ident, starred=action == "star")
    elif action in ("label", "unlabel"):
        box.label(ident, body["label"], present=action == "label")
    elif action in ("move", "trash"):
        box.move(ident, "trash" if action == "trash" else body["folder"])
    elif action == "delete":
        box.delete(ident)
    else:
        raise ValueError(f"unknown action {action}")


def add_folder(world: World, body: Body) -> None:
    """Create a folder (Graph) or label (Gmail), or give it another name."""
    world.people[body["email"]].mailbox.user_folders[body["id"]] = body["name"]


def rename(world: World, body: Body) -> None:
    """Give somebody another address; the subject stays."""
    if body["new_email"] in world.people:
        raise ValueError(f"{body['new_email']} is somebody's already")
    person = world.people.pop(body["email"])
    person.email = body["new_email"]
    world.people[person.email] = person


def _grants(world: World, body: Body) -> list[Grant]:
    subject = world.people[body["email"]].subject
    return [grant for grant in world.grants.values() if grant.subject == subject]


def revoke(world: World, body: Body) -> None:
    """The person (or an admin) takes the consent back."""
    for grant in _grants(world, body):
        world.end_grant(grant)


def expire_access(world: World, body: Body) -> None:
    """Access tokens are too old from now on."""
    for token in world.access_tokens.values():
        if token.grant in _grants(world, body):
            token.expires_at = 0


def expire_refresh(world: World, body: Body) -> None:
    """Refresh tokens die, as after months of disuse; the consent itself stands."""
    expire_access(world, body)
    for grant in _grants(world, body):
        for value in list(grant.refresh_tokens):
            world.end_refresh_token(value, "expired")


def demand_mfa(world: World, body: Body) -> None:
    """The next refreshes are answered by interaction_required (Microsoft), until the person comes back."""
    expire_access(world, body)
    for grant in _grants(world, body):
        grant.demands_mfa = True


def drop_scope(world: World, body: Body) -> None:
    """One scope is taken away; living access tokens lose it too."""
    for grant in _grants(world, body):
        grant.scopes = {scope for scope in grant.scopes if not scope.lower().endswith(body["scope"].lower())}
        for token in world.access_tokens.values():
            if token.grant is grant:
                token.scopes = set(grant.scopes)


def approve(world: World, body: Body) -> Body:
    """Consent without a browser: where the provider would send it.

    Raises:
        ValueError: the provider would show an error page instead.
    """
    parts = urlsplit(str(body["authorize_url"]))
    query, path = oauth.query_of(parts.query), parts.netloc + parts.path
    provider = "microsoft" if "login.microsoftonline.com" in path else "google"
    if provider == "microsoft":
        query["tenant"] = path.split("login.microsoftonline.com/")[1].split("/")[0]
    person = world.people[body["email"]]
    if person.provider != provider:
        raise ValueError(f"{person.email} has no account there")
    if shown := decision.refused(world, provider, query) or decision.blocked(world, provider, query, person):
        raise ValueError(" ".join(shown))
    scopes = set(body.get("scopes") or query.get("scope", "").split())
    return {
        "redirect": decision.decide(world, provider, query, person.email, allow=body.get("allow", True), scopes=scopes)
    }


def set_consent(world: World, body: Body) -> None:
    """What happens at the next consents."""
    world.next_consent = body


def set_id_token(world: World, body: Body) -> None:
    """How id_tokens are bent."""
    world.next_id_token = body


def add_fault(world: World, body: Body) -> None:
    """Switch a fault on; a `body` that is no string is sent as JSON."""
    text = body.get("body", "")
    wanted: Body = {**body, "body": text if isinstance(text, str) else json.dumps(text)}
    world.faults.append(Fault(**wanted))


def clear_faults(world: World, _body: Body) -> None:
    """Switch all faults off."""
    world.faults.clear()


def change_settings(world: World, body: Body) -> Body:
    """Change what can be turned."""
    _set(world.settings, body)
    return vars(world.settings)


def change_client(world: World, body: Body) -> None:
    """Register a client or change a registered one."""
    client = world.clients.get(body["client_id"]) or Client(body["provider"], body["client_id"], "", [])
    _set(client, body)
    world.clients[client.client_id] = client


def _set(held: object, body: Body) -> None:
    """Take over every field of `body`, or none."""
    if unknown := set(body) - set(vars(held)):
        raise ValueError(f"unknown: {', '.join(sorted(unknown))}")
    for name, value in body.items():
        setattr(held, name, value)


def set_clock(world: World, body: Body) -> None:
    """Let this world live earlier or later."""
    world.clock_offset = float(body["offset_seconds"])


def drop_cursors(world: World, body: Body) -> None:
    """History ids and delta links of one mailbox become too old."""
    world.people[body["email"]].mailbox.drop_cursors()


def reset(world: World, _body: Body) -> None:
    """Begin anew; the signing key stays, as published keys would."""
    world.__init__(world.redirect_base, world.seed, world.eml_dir, world.key)  # pyright: ignore[reportUnknownMemberType]


BY_NAME: dict[str, Callable[[World, Body], Body | None]] = {
    "people": add_person,
    "deliver": deliver,
    "message": change_message,
    "folder": add_folder,
    "rename": rename,
    "grants/revoke": revoke,
    "grants/expire-access": expire_access,
    "grants/expire-refresh": expire_refresh,
    "grants/drop-scope": drop_scope,
    "grants/demand-mfa": demand_mfa,
    "consent": set_consent,
    "id-token": set_id_token,
    "approve": approve,
    "faults": add_fault,
    "faults/clear": clear_faults,
    "settings": change_settings,
    "clients": change_client,
    "clock": set_clock,
    "cursors/drop": drop_cursors,
    "contacts": contact_actions.put,
    "contacts/delete": contact_actions.delete,
    "contacts/folder": contact_actions.folder,
    "contacts/cursors/drop": contact_actions.drop_cursors,
    "reset": reset,
}
