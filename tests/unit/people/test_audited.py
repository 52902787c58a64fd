"""Everything that people and admins do with accounts and sessions is in the audit log, with who did it to whom."""

from collections.abc import Callable

import pytest
from sqlalchemy import Engine
from sqlmodel import col, select

from easycrm.core.db import reading
from easycrm.core.errors import EasyCRMError
from easycrm.mail import erasure, leaving
from easycrm.notices.audit import AuditEvent
from easycrm.people import access_links, accounts, devices, directory, own_account, sessions, setup_link

PASSWORD, NEW = "correct horse battery", "battery horse correct"


def sign_in(password: str = PASSWORD) -> str:
    return sessions.sign_in("ada@example.com", password, client="192.0.2.1")


def session_id(cookie: str) -> int:
    found = sessions.resolve(cookie)
    assert found is not None
    return found.session_id


def refused(act: Callable[[], object]) -> None:
    with pytest.raises(EasyCRMError):
        act()


def test_each_act_leaves_its_line_and_none_is_left_out(database: Engine) -> None:
    del database
    setup_link.use(setup_link.issue().partition("token=")[2], email="grace@example.com", password=PASSWORD)
    grace = accounts.list_all()[0].id
    ada = accounts.create(email="ada@example.com", password=PASSWORD)
    link = access_links.invite(grace, "alan@example.com", "admin")
    access_links.use(link.partition("token=")[2], name="Alan", password=PASSWORD)
    alan = next(one.id for one in accounts.list_all() if one.email == "alan@example.com")
    access_links.invite(grace, "linus@example.com", "member")
    access_links.withdraw(grace, access_links.pending()[0].id)

    refused(lambda: sign_in("wrong"))
    first, second, _third = sign_in(), sign_in(), sign_in()
    sessions.sign_out(first)
    devices.sign_out(ada, session_id(second))
    devices.sign_out_others(ada, session_id(sign_in()))
    own_account.change_password(ada, PASSWORD, NEW, session_id=0)
    reset = access_links.reset(grace, ada)
    access_links.use(reset.partition("token=")[2], name="", password=PASSWORD)

    directory.change_role(grace, ada, "admin")
    leaving.deactivate(grace, ada)
    refused(sign_in)
    directory.reactivate(grace, ada)
    erasure.ask(grace, alan)

    with reading() as session:
        lines = session.exec(select(AuditEvent).order_by(col(AuditEvent.id))).all()
    who = {grace: "grace", ada: "ada", alan: "alan", None: "-"}
    assert [f"{who[one.actor_id]} {one.event} {one.subject.partition('@')[0]}".strip() for one in lines] == [
        "grace user.created grace",
        "ada user.created ada",
        "grace invitation.created alan",
        "alan user.created alan",
        "alan session.signed_in alan",
        "grace invitation.created linus",
        "grace invitation.withdrawn linus",
        "- session.sign_in_failed ada",
        *["ada session.signed_in ada"] * 3,
        "ada session.signed_out",
        "ada session.revoked",
        "ada session.signed_in ada",
        "ada session.revoked",
        "ada password.changed ada",
        "grace password.reset_link ada",
        "ada password.reset ada",
        "ada session.signed_in ada",
        "grace user.role_changed ada",
        "grace user.deactivated ada",
        "- session.sign_in_failed ada",
        "grace user.reactivated ada",
        "grace user.deactivated alan",
        "grace user.erasure_asked alan",
    ]
    assert PASSWORD not in str(lines)
    assert NEW not in str(lines)
