"""Our own domains, and whether timelines hide what we write to each other."""

import pytest
from sqlalchemy import Engine
from sqlmodel import select

from easycrm.core import wording
from easycrm.core.db import reading, transaction
from easycrm.core.errors import InvalidInput
from easycrm.mail import internal_mail
from easycrm.mail.connection import Connection, Status
from easycrm.mail.exclusion import hides_internal, internal_domains
from easycrm.notices.audit import AuditEvent
from easycrm.people.user import User


@pytest.fixture
def mailboxes(database: Engine) -> None:
    with transaction() as session:
        session.add(User(email="ada@example.com", password_hash="unused"))
        session.flush()
        for number, address in enumerate(
            ("ada@Example.com", "x@b\u00fccher.example", "ada@gmail.com", "old@example.net")
        ):
            status = Status.NOT_CONNECTED if address.startswith("old") else Status.CONNECTED
            session.add(Connection(user_id=1, provider="google", subject=str(number), address=address, status=status))


def domains() -> set[str]:
    with reading() as session:
        return set(internal_domains(session))


def hidden() -> bool:
    with reading() as session:
        return hides_internal(session)


def test_the_domains_of_mailboxes_are_our_own_but_not_those_of_public_mail(mailboxes: None) -> None:
    assert domains() == {"example.com", "xn--bcher-kva.example", "example.net"}


def test_internal_mail_is_hidden_unless_an_admin_says_otherwise(mailboxes: None) -> None:
    assert hidden()
    internal_mail.save(1, hide=False, domains="")
    assert not hidden()
    internal_mail.save(1, hide=True, domains="")
    assert hidden()


def test_an_admin_lists_further_domains(mailboxes: None) -> None:
    internal_mail.save(1, hide=True, domains="@Sub.Example.org, stra\u00dfe.example; sub.example.org")

    assert domains() > {"sub.example.org", "xn--strae-oqa.example"}
    assert internal_mail.settings_for_admin() == (
        True, "sub.example.org, stra\u00dfe.example", ["b\u00fccher.example", "example.com", "example.net"]
    )  # fmt: skip

    internal_mail.save(1, hide=True, domains="")
    assert domains() == {"example.com", "xn--bcher-kva.example", "example.net"}


def test_changes_are_audited_and_nothing_else_is(mailboxes: None) -> None:
    internal_mail.save(1, hide=True, domains="")
    internal_mail.save(1, hide=False, domains="example.org")
    with reading() as session:
        query = select(AuditEvent.detail).where(AuditEvent.event == "internal_mail.changed")
        assert list(session.exec(query)) == ["shown; listed: example.org"]


@pytest.mark.parametrize("entered", ["nodomain", "*.example.org", "a@example.org", "example..org", "ex ample"])
def test_what_is_no_domain_is_refused(mailboxes: None, entered: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        internal_mail.save(1, hide=True, domains=entered)
    assert caught.value.field == "domains"
    assert caught.value.user_message in (
        wording.rules.RULE_WILDCARD, wording.rules.RULE_NEEDS_DOMAIN, wording.rules.RULE_NEEDS_DOMAIN_NOT_ADDRESS
    )  # fmt: skip
