"""What follows from a person's decision, whether it was made in a browser or through the control API."""

from easycrm.simulator.world import Person, World


def blocked(provider: str, query: dict[str, str], person: Person) -> tuple[str, str] | None:
    """Code and text of the provider's own refusal, where the account may not use the application."""
    from easycrm.simulator import microsoft_identity

    if provider == "microsoft" and not microsoft_identity.admits(query.get("tenant", ""), person):
        return "AADSTS50020", "The account does not exist in this tenant and cannot access the application."
    return None


def decide(world: World, provider: str, query: dict[str, str], email: str, *, allow: bool, scopes: set[str]) -> str:
    """The address the browser is sent to; the control API's wishes for the next consent come first."""
    from easycrm.simulator import google_identity, microsoft_identity

    wishes = world.next_consent
    allowed = allow and not wishes.get("deny")
    dropped = set(wishes.get("drop_scopes", []))
    kept = {scope for scope in scopes if not any(scope.lower().endswith(drop.lower()) for drop in dropped)}
    module = google_identity if provider == "google" else microsoft_identity
    world.changed = True
    return module.decide(world, query, email, allow=allowed, scopes=kept)
