"""What the world looks like at this moment, for tests and for the control page."""

from typing import Any

from easycrm.simulator.world import World

Body = dict[str, Any]


def state(world: World) -> Body:
    """People and grants, without tokens."""
    people = [
        {"email": person.email, "name": person.name, "provider": person.provider, "subject": person.subject,
         "tenant_id": person.tenant_id, "messages": len(person.mailbox.items)}
        for person in world.people.values()
    ]  # fmt: skip
    grants = [
        {"provider": grant.provider, "email": world.by_subject(grant.subject).email, "client_id": grant.client_id,
         "scopes": sorted(grant.scopes), "live": grant.live, "refresh_tokens": len(grant.refresh_tokens)}
        for grant in world.grants.values()
    ]  # fmt: skip
    return {"people": people, "grants": grants, "settings": vars(world.settings), "faults": len(world.faults)}


def truth(world: World, email: str) -> Body:
    """Every message of one mailbox; ids as the provider's API gives them (Graph: immutable)."""
    person = world.people[email]
    prefix, suffix = ("", "") if person.provider == "google" else ("AAkALgAAAAAAHYQDEapmEc2byACqAC-EWg0A", "AAA=")
    return {"messages": [
        {"id": prefix + item.id + suffix, "thread_id": item.thread_id, "folder": item.folder,
         "labels": sorted(item.labels), "received_at": item.received_ms / 1000, "unread": item.unread,
         "starred": item.starred, "subject": item.subject, "from": item.sender, "to": item.recipient}
        for item in person.mailbox.newest_first()
    ]}  # fmt: skip
