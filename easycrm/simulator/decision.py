"""What follows from a person's decision, whether it was made in a browser or through the control API."""

from easycrm.simulator import google_identity, microsoft_identity
from easycrm.simulator.world import Person, World


def refused(world: World, provider: str, query: dict[str, str]) -> tuple[str, str, str] | None:
    """Status, code and text of the provider's own error page, where the request itself is wrong."""
    module = google_identity if provider == "google" else microsoft_identity
    return module.refused(world, query)


def blocked(world: World, provider: str, query: dict[str, str], person: Person) -> tuple[str, str] | None:
    """Code and text of the provider's own refusal, where the account may not use the application."""
    return microsoft_identity.blocked(world, query, person) if provider == "microsoft" else None


def stands(world: World, provider: str, query: dict[str, str], person: Person) -> bool:
    """Whether this consent was given before, so that no page asks for it once more."""
    return provider == "google" and not world.next_consent and google_identity.stands(world, query, person)


def decide(world: World, provider: str, query: dict[str, str], email: str, *, allow: bool, scopes: set[str]) -> str:
    """The address the browser is sent to; the control API's wishes for the next consent come first."""
    wishes = world.next_consent
    allowed = allow and not wishes.get("deny")
    dropped = set(wishes.get("drop_scopes", []))
    kept = {scope for scope in scopes if not any(scope.lower().endswith(drop.lower()) for drop in dropped)}
    module = google_identity if provider == "google" else microsoft_identity
    world.changed = True
    return module.decide(world, query, email, allow=allowed, scopes=kept)
