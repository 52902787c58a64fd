"""Contacts and companies; participants by their base address; which mailboxes create contacts."""

import idna
import sqlalchemy as sa
import sqlmodel.sql.sqltypes

import easycrm.core.db
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

WITHOUT_TAG = """
    UPDATE participant SET
      connection_id = (SELECT connection_id FROM message WHERE message.id = participant.message_id),
      sort_key = (SELECT sort_key FROM message WHERE message.id = participant.message_id),
      base_email = CASE
        WHEN {at} > {plus} AND {plus} > 1 THEN lower(substr(email, 1, {plus} - 1) || substr(email, {at}))
        ELSE lower(email)
      END
    WHERE message_id IN (SELECT id FROM message)
"""


def upgrade() -> None:
    text = sqlmodel.sql.sqltypes.AutoString
    moment = easycrm.core.db.UtcDateTime(timezone=True)
    op.create_table(
        "company",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", text(length=200), nullable=False),
        sa.Column("sort_name", text(length=200), nullable=False),
        sa.Column("domain", text(length=255), nullable=False),
        sa.Column("website", text(length=300), nullable=False),
        sa.Column("notes", text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_by", sa.Integer(), nullable=False),
        sa.Column("created_at", moment, nullable=False),
        sa.Column("archived_at", moment, nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_company_order", "company", ["sort_name", "id"])
    op.create_index("ix_company_domain", "company", ["domain"])
    op.create_table(
        "contact",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", text(length=200), nullable=False),
        sa.Column("sort_name", text(length=200), nullable=False),
        sa.Column("title", text(length=200), nullable=False),
        sa.Column("company_id", sa.Integer(), nullable=True),
        sa.Column("phone", text(length=100), nullable=False),
        sa.Column("notes", text(), nullable=False),
        sa.Column("source", text(length=20), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_by", sa.Integer(), nullable=False),
        sa.Column("created_at", moment, nullable=False),
        sa.Column("archived_at", moment, nullable=True),
        sa.ForeignKeyConstraint(["company_id"], ["company.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_contact_order", "contact", ["sort_name", "id"])
    op.create_index("ix_contact_company_id", "contact", ["company_id"])
    op.create_table(
        "contact_address",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("contact_id", sa.Integer(), nullable=False),
        sa.Column("email", text(length=320), nullable=False),
        sa.Column("base_email", text(length=320), nullable=False),
        sa.Column("living", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["contact_id"], ["contact.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    living = {"sqlite_where": sa.text("living"), "postgresql_where": sa.text("living")}
    op.create_index("ix_contact_address_living", "contact_address", ["base_email"], unique=True, **living)
    op.create_index("ix_contact_address_base_email", "contact_address", ["base_email"])
    op.create_index("ix_contact_address_contact_id", "contact_address", ["contact_id"])
    with op.batch_alter_table("connection", schema=None) as batch_op:
        batch_op.add_column(sa.Column("creates_contacts", sa.Boolean(), nullable=False, server_default=sa.false()))
    with op.batch_alter_table("message", schema=None) as batch_op:
        batch_op.drop_index("ix_message_rfc_id")
        batch_op.create_index("ix_message_rfc_id", ["message_id_header", "connection_id"])
    _participants()


def _participants() -> None:
    bytewise = sa.String(320).with_variant(sa.String(320, collation="C"), "postgresql")
    with op.batch_alter_table("participant", schema=None) as batch_op:
        batch_op.add_column(sa.Column("base_email", bytewise, nullable=False, server_default=""))
        batch_op.add_column(sa.Column("connection_id", sa.Integer(), nullable=False, server_default="0"))
        batch_op.add_column(sa.Column("sort_key", sa.BigInteger(), nullable=False, server_default="0"))
    bind = op.get_bind()
    find = "strpos" if bind.dialect.name == "postgresql" else "instr"
    bind.execute(sa.text(WITHOUT_TAG.format(at=f"{find}(email, '@')", plus=f"{find}(email, '+')")))
    _in_ascii(bind)
    op.create_index(
        "ix_participant_timeline", "participant", ["base_email", "sort_key", "connection_id", "message_id"]
    )


def _in_ascii(bind: sa.Connection) -> None:
    """Write domains of other letters than ASCII in punycode."""
    other = "base_email ~ '[^ -~]'" if bind.dialect.name == "postgresql" else "base_email GLOB '*[^ -~]*'"
    for (email,) in bind.execute(sa.text(f"SELECT DISTINCT base_email FROM participant WHERE {other}")).all():
        local, at, domain = email.lower().partition("@")
        try:
            base = local + at + idna.encode(domain, uts46=True).decode()
        except idna.IDNAError:
            base = local + at + domain
        bind.execute(sa.text("UPDATE participant SET base_email = :base WHERE base_email = :was"),
                     {"base": base, "was": email})


def downgrade() -> None:
    with op.batch_alter_table("participant", schema=None) as batch_op:
        batch_op.drop_index("ix_participant_timeline")
        batch_op.drop_column("sort_key")
        batch_op.drop_column("connection_id")
        batch_op.drop_column("base_email")
    with op.batch_alter_table("message", schema=None) as batch_op:
        batch_op.drop_index("ix_message_rfc_id")
        batch_op.create_index("ix_message_rfc_id", ["connection_id", "message_id_header"])
    with op.batch_alter_table("connection", schema=None) as batch_op:
        batch_op.drop_column("creates_contacts")
    for table in ("contact_address", "contact", "company"):
        op.drop_table(table)
