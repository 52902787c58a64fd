"""The team's companies: the table."""

from datetime import datetime

from sqlalchemy import Column, Index
from sqlmodel import Field

from easycrm.core.clock import now
from easycrm.core.db import Table, UtcDateTime


class Company(Table, table=True):
    """A company that the team has to do with; `version` rises with each edit."""

    __table_args__ = (Index("ix_company_order", "sort_name", "id"), Index("ix_company_domain", "domain"))
    id: int | None = Field(default=None, primary_key=True)
    name: str = Field(max_length=200)
    sort_name: str = Field(description="the name as lists order it and as it is searched", max_length=200)
    domain: str = Field(default="", max_length=255, description="lower case, in ASCII")
    website: str = Field(default="", max_length=300)
    notes: str = ""
    version: int = 1
    created_by: int
    created_at: datetime = Field(default_factory=now, sa_column=Column(UtcDateTime, nullable=False))
    archived_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime))
