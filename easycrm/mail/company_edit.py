"""Companies are made, changed and archived by any member of the team."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from sqlmodel import Session, col, or_, select

from easycrm.core import wording
from easycrm.core.clock import now
from easycrm.core.db import transaction
from easycrm.core.errors import InvalidInput, NotFound, Refused
from easycrm.mail.company import Company
from easycrm.mail.exclusion_rule import Kind, value_of
from easycrm.mail.message_rows import clean
from easycrm.notices import audit

LONGEST_NOTES = 20_000
_LONGEST = 200


@dataclass(frozen=True)
class CompanyFields:
    """What a person can type."""

    name: str
    domain: str = ""
    website: str = ""
    notes: str = ""


def create(user_id: int, fields: CompanyFields) -> int:
    """Make a company; its id.

    Raises:
        InvalidInput: something cannot be used, or there is such a company already.
    """
    checked = _checked(fields)
    with transaction() as session:
        _refuse_twin(session, checked, 0)
        company = Company(**_columns(checked), created_by=user_id)
        session.add(company)
        session.flush()
        audit.record(session, "company.created", actor_id=user_id, subject=company.name)
        return company.id or 0


def edit(user_id: int, company_id: int, version: int, fields: CompanyFields) -> None:
    """Change a company.

    Args:
        version: the one that was being edited.

    Raises:
        NotFound: there is no such company.
        Refused: somebody else changed it meanwhile; nothing was changed.
        InvalidInput: as for `create`.
    """
    checked = _checked(fields)
    with transaction() as session:
        company = locked(session, company_id)
        if company.version != version:
            raise Refused(wording.contacts.CHANGED_MEANWHILE)
        _refuse_twin(session, checked, company_id)
        company.sqlmodel_update({**_columns(checked), "version": version + 1})
        audit.record(session, "company.edited", actor_id=user_id, subject=company.name)


def archive(user_id: int, company_id: int, *, archived: bool) -> None:
    """Put a company away, or back; its people stay as they are.

    Raises:
        NotFound: there is no such company.
        InvalidInput: there is another of its name by now.
    """
    with transaction() as session:
        company = locked(session, company_id)
        if (company.archived_at is not None) == archived:
            return
        if not archived:
            _refuse_twin(session, CompanyFields(company.name, company.domain), company_id)
        company.archived_at = now() if archived else None
        company.version += 1
        told = "company.archived" if archived else "company.restored"
        audit.record(session, told, actor_id=user_id, subject=company.name)


def named(session: Session, user_id: int, name: str) -> int | None:
    """The team's company of this name, made if there is none; None without a name."""
    name = line(name, "company")
    if not name:
        return None
    found = session.exec(_living(Company.sort_name == sorted_name(name)).limit(1)).first()
    if found is not None:
        return found.id
    company = Company(name=name, sort_name=sorted_name(name), created_by=user_id)
    session.add(company)
    session.flush()
    return company.id


def locked(session: Session, company_id: int) -> Company:
    """The row, for this transaction.

    Raises:
        NotFound: there is no such company.
    """
    found = session.get(Company, company_id, with_for_update=True)
    if found is None:
        raise NotFound
    return found


def sorted_name(name: str) -> str:
    """A name as lists order it and as it is searched."""
    return name.casefold()[:_LONGEST]


def line(text: str, field: str, most: int = _LONGEST) -> str:
    """What was typed into a field of one line.

    Raises:
        InvalidInput: it is too long.
    """
    found = " ".join(clean(text).split())
    if len(found) > most:
        raise InvalidInput(wording.contacts.FIELD_TOO_LONG, field=field)
    return found


def notes(text: str) -> str:
    """What was typed into a field of several lines.

    Raises:
        InvalidInput: it is too long.
    """
    if len(text) > LONGEST_NOTES:
        raise InvalidInput(wording.contacts.FIELD_TOO_LONG, field="notes")
    return clean(text).strip()


def _checked(fields: CompanyFields) -> CompanyFields:
    name, domain = line(fields.name, "name"), fields.domain.strip()
    if not name:
        raise InvalidInput(wording.contacts.COMPANY_NEEDS_NAME, field="name")
    return CompanyFields(
        name,
        value_of(Kind.DOMAIN, domain, field="domain") if domain else "",
        _website(fields.website.strip()),
        notes(fields.notes),
    )


def _website(text: str) -> str:
    """An address that a browser may safely be led to."""
    if not text:
        return ""
    written = text if "://" in text else f"https://{text}"
    try:
        parts = urlsplit(written)
        usable = parts.scheme in ("http", "https") and "." in (parts.hostname or "") and not parts.username
    except ValueError:
        usable = False
    if not usable or not written.isprintable() or " " in written or len(written) > 300:
        raise InvalidInput(wording.contacts.NOT_A_WEBSITE, field="website")
    return written


def _columns(fields: CompanyFields) -> dict[str, Any]:
    return {**vars(fields), "sort_name": sorted_name(fields.name)}


def _refuse_twin(session: Session, fields: CompanyFields, but: int) -> None:
    same = Company.sort_name == sorted_name(fields.name)
    if fields.domain:
        same = or_(same, Company.domain == fields.domain)
    twin = session.exec(_living(same).where(Company.id != but).limit(1)).first()
    if twin is not None:
        field = "name" if twin.sort_name == sorted_name(fields.name) else "domain"
        raise InvalidInput(wording.contacts.company_exists(twin.name), field=field)


def _living(condition: Any):
    return select(Company).where(condition, col(Company.archived_at).is_(None)).order_by(col(Company.id))
