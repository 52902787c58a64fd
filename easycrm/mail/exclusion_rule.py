"""The rules by which mail is left out, and what may stand in one."""

import re
from datetime import datetime
from enum import StrEnum

from email_validator import EmailNotValidError, validate_email
from sqlalchemy import Column, Index
from sqlmodel import Field

from easycrm.core import wording
from easycrm.core.clock import now
from easycrm.core.db import Table, UtcDateTime
from easycrm.core.errors import InvalidInput

EVERYBODY = 0
_SCHEME = re.compile(r"^(?:https?://|mailto:)", re.IGNORECASE)


class Kind(StrEnum):
    """What a rule is about."""

    ADDRESS = "address"
    DOMAIN = "domain"
    OWN_DOMAIN = "own"
    """A domain of ours, beside those of the connected mailboxes; it leaves nothing out by itself."""
    SHOW_INTERNAL = "internal"
    """There is one, without a value, while mail between our own domains is shown in contact timelines."""


class RuleState(StrEnum):
    """How far a rule has come; all but an ending one keep mail out."""

    NEW = "new"
    IN_FORCE = "in force"
    ENDING = "ending"


class ExclusionRule(Table, table=True):
    """One rule: everybody's (`owner_id` 0, written by admins) or one user's."""

    __table_args__ = (Index("ix_exclusion_rule_identity", "owner_id", "kind", "value", unique=True),)
    id: int | None = Field(default=None, primary_key=True)
    owner_id: int = Field(description="0: everybody; else a user's id")
    kind: str = Field(max_length=10)
    value: str = Field(default="", max_length=320, description="lower case, the domain in ASCII (punycode)")
    state: str = Field(default=RuleState.NEW, max_length=10)
    created_by: int
    created_at: datetime = Field(default_factory=now, sa_column=Column(UtcDateTime, nullable=False))


def value_of(kind: Kind, entered: str, *, field: str = "value") -> str:
    """What a person entered, as it is stored and compared.

    Raises:
        InvalidInput: it is no address, or no domain; the sentence says what to enter instead.
    """
    text = _SCHEME.sub("", entered.strip()).rstrip(".").strip("<>")
    if not text:
        raise InvalidInput(wording.rules.RULE_EMPTY, field=field)
    if "*" in text or "%" in text:
        raise InvalidInput(wording.rules.RULE_WILDCARD, field=field)
    return _address(text, field) if kind is Kind.ADDRESS else _domain(text.removeprefix("@"), field)


def shown(value: str) -> str:
    """A stored value as people read it: a domain of other letters than ASCII in its own."""
    if "xn--" not in value:
        return value
    local, at, domain = value.rpartition("@")
    try:
        return local + at + validate_email(f"x@{domain}", check_deliverability=False).domain
    except EmailNotValidError:
        return value


def ascii_domain(domain: str) -> str:
    """A domain in the form that rules have: lower case, punycode."""
    if domain.isascii():
        return domain.lower()
    try:
        return validate_email(f"x@{domain}", check_deliverability=False).ascii_domain
    except EmailNotValidError:
        return domain.lower()


def _address(text: str, field: str) -> str:
    if "@" not in text:
        raise InvalidInput(wording.rules.RULE_NEEDS_ADDRESS, field=field)
    try:
        found = validate_email(text, check_deliverability=False)
    except EmailNotValidError as error:
        raise InvalidInput(wording.rules.RULE_NEEDS_ADDRESS, field=field) from error
    return f"{found.local_part.lower()}@{found.ascii_domain}"


def _domain(text: str, field: str) -> str:
    if "@" in text:
        raise InvalidInput(wording.rules.RULE_NEEDS_DOMAIN_NOT_ADDRESS, field=field)
    try:
        return validate_email(f"x@{text.removesuffix('/')}", check_deliverability=False).ascii_domain
    except EmailNotValidError as error:
        raise InvalidInput(wording.rules.RULE_NEEDS_DOMAIN, field=field) from error
