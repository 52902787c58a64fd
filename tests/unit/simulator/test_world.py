"""The simulated world and what is kept of it."""

import pickle
from pathlib import Path

import pytest

from easycrm.simulator import phrases
from easycrm.simulator.world import World
from tests.unit.simulator.conftest import granted

ADA, KATHERINE = "ada@example.com", "katherine@example.net"


def test_people_of_both_providers_and_of_two_tenants_are_there_from_the_start(world: World) -> None:
    by_provider = {
        name: [one for one in world.people.values() if one.provider == name] for name in ("google", "microsoft")
    }

    assert all(len(people) >= 3 for people in by_provider.values())
    assert len({person.tenant_id for person in by_provider["microsoft"]}) == 2
    assert not world.people["nomailbox@example.net"].has_mailbox
    subjects = [person.subject for person in world.people.values()]
    assert len(set(subjects)) == len(subjects)


def test_everybody_in_the_demo_knows_the_people_who_write(world: World) -> None:
    writers = {address for _, address in phrases.PEOPLE}
    for person in world.people.values():
        if person.has_mailbox:
            known = {card.emails[0] for card in person.book.cards.values() if card.emails}
            assert len(person.book.cards) >= 36
            assert writers <= known
            assert any(not card.name.isascii() for card in person.book.cards.values())
            assert any(len(card.emails) > 1 for card in person.book.cards.values())


def test_an_address_is_given_once(world: World) -> None:
    with pytest.raises(ValueError, match="another account"):
        world.add_person("google", ADA, "Another Ada")
    with pytest.raises(ValueError, match="yahoo"):
        world.add_person("yahoo", "new@example.com", "New")


def test_ending_a_grant_ends_all_of_its_tokens_and_no_others(world: World) -> None:
    ended, access, refresh = granted(world, ADA, "read")
    _, other_access, other_refresh = granted(world, KATHERINE, "read")

    world.end_grant(ended)

    assert (ended.live, ended.consented, ended.refresh_tokens) == (False, False, [])
    assert set(world.access_tokens) == {other_access}
    assert set(world.refresh_tokens) == {other_refresh}
    assert world.dead_tokens == {refresh: "revoked"}
    assert access not in world.access_tokens


def test_tenants_are_known_by_id_and_by_domain(world: World) -> None:
    tenants, katherine = world.tenants(), world.people[KATHERINE]

    assert tenants["example.net"] == tenants[katherine.tenant_id] == katherine.tenant_id
    assert tenants["example.org"] == world.people["barbara@example.org"].tenant_id
    assert "example.com" not in tenants


def test_a_kept_world_goes_on_with_grants_mail_and_key_and_with_nothing_under_way(world: World, tmp_path: Path) -> None:
    _, access, refresh = granted(world, ADA, "read")
    world.in_flight[ADA] = 3
    world.save(tmp_path / "state")

    kept = pickle.loads((tmp_path / "state").read_bytes())  # noqa: S301 (what this test wrote)

    assert kept.access_tokens[access].grant is kept.refresh_tokens[refresh]
    assert list(kept.people[ADA].mailbox.items) == list(world.people[ADA].mailbox.items)
    assert kept.key.published() == world.key.published()
    assert kept.in_flight == {}
    assert [file.name for file in tmp_path.iterdir()] == ["state"]


def test_a_world_that_moves_is_called_back_at_the_new_address(world: World) -> None:
    world.serve_at("http://localhost:9999")
    world.serve_at("http://localhost:4000")

    uris = {uri for client in world.clients.values() for uri in client.redirect_uris}
    assert uris == {f"http://localhost:4000/settings/email/callback/{name}" for name in ("google", "microsoft")}


def test_time_can_be_moved(world: World) -> None:
    before = world.now()
    world.clock_offset = 3600

    assert 3600 <= world.now() - before < 3660
