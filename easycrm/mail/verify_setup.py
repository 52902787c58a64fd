"""Verify setup: what the provider says of the application, what the address allows, what connections have proved."""

import ipaddress
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

import orjson
from sqlmodel import Session, col, func, select

from easycrm.core import wording
from easycrm.core.db import reading
from easycrm.core.settings import settings
from easycrm.mail import provider_setup
from easycrm.mail.connection import Connection, Status
from easycrm.mail.imported import ContactImport
from easycrm.mail.provider_setup import ProviderSetup
from easycrm.notices import incident
from easycrm.providers.registry import provider as known
from easycrm.providers.setup_step import Step, failed, later, passed

PROVED = ("registered", "permissions", "api", "contacts")
"""Steps that only a person's consent can answer."""


@dataclass(frozen=True)
class Check:
    """A step as the admin reads it: `outcome` is passed, failed or later; the hint says what to click."""

    key: str
    name: str
    outcome: str
    hint: str


async def verify(provider: str) -> list[Check]:
    """Every step, in the order in which they depend on each other.

    Raises:
        Refused: client id or secret are not entered yet.
        ProviderMisconfigured: the stored secret cannot be opened.
    """
    config = provider_setup.config(provider, even_if_off=True)
    asked = await known(provider).verify(config)
    return [told(provider, step) for step in (*asked, redirect_step(), *_proved(provider))]


def told(provider: str, step: Step) -> Check:
    """A step in words."""
    hint = wording.setup.HINTS.get(step.code, "")
    if step.outcome == "later" and not hint:
        hint = wording.setup.KNOWN_AFTER_FIRST_CONNECTION
    return Check(step.key, wording.setup.step_name(step.key, known(provider).name), step.outcome, hint)


def redirect_step() -> Step:
    """Whether providers will take an address below EASYCRM_PUBLIC_URL at all; whether it is registered shows later."""
    address = urlsplit(settings().public_url)
    host = address.hostname or ""
    if host == "localhost":
        return passed("redirect")
    if address.scheme != "https":
        return failed("redirect", "redirect_http")
    return failed("redirect", "redirect_ip") if _is_ip(host) or "." not in host else passed("redirect")


def _is_ip(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def _proved(provider: str) -> list[Step]:
    """What a test with one's own mailbox, or connections of this very application, have shown."""
    with reading() as session:
        setup = session.get_one(ProviderSetup, provider)
        fault = incident.current(session, provider)
        worked, contacts = _first_success(session, setup), _contacts_read(session, setup)
    steps = {key: later(key) for key in PROVED}
    if setup.test_steps:
        steps |= {str(one["key"]): Step(**one) for one in orjson.loads(setup.test_steps)}
    if worked:
        steps |= {key: passed(key) for key in ("registered", "permissions", "api")}
    if contacts:
        steps["contacts"] = passed("contacts")
    if fault is not None and fault.part == "mail":
        steps["api"] = failed("api", fault.code)
    return list(steps.values())


def _first_success(session: Session, setup: ProviderSetup) -> datetime | None:
    return _newest(session, setup, select(func.max(Connection.last_success_at)))


def _contacts_read(session: Session, setup: ProviderSetup) -> datetime | None:
    read = select(func.max(ContactImport.last_success_at)).where(col(ContactImport.connection_id) == col(Connection.id))
    return _newest(session, setup, read)


def _newest(session: Session, setup: ProviderSetup, query: Any) -> datetime | None:
    """What the query finds among connections of the present application."""
    mine = query.where(Connection.provider == setup.provider, Connection.status == Status.CONNECTED)
    if setup.application_since:
        mine = mine.where(col(Connection.connected_at) >= setup.application_since)
    return session.connection().execute(mine).scalar()
