"""Fleets, what is missing, and what was told: accounts of iGarage, plates in no export, addresses told of."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


UNNAMED = sa.text("unnamed_since IS NOT NULL")
MISSING = sa.text("missing_since IS NOT NULL")


def upgrade() -> None:
    """Add what is to be known of fleets, of plates that are missing, and of what the garage's systems were told."""
    op.add_column(
        "garages",
        sa.Column(
            "fleet_accounts",
            sa.Text(),
            nullable=True,
            comment="JSON: the ids that iGarage has; none where it never said",
        ),
    )
    op.add_column(
        "rows",
        sa.Column(
            "unnamed_since",
            sa.BigInteger(),
            nullable=True,
            comment="the source's last file does not name it; of a selection, it was read",
        ),
    )
    op.create_index(
        "rows_unnamed", "rows", ["garage", "source"], sqlite_where=UNNAMED, postgresql_where=UNNAMED
    )
    op.create_index(
        "passports_missing", "passports", ["garage"], sqlite_where=MISSING, postgresql_where=MISSING
    )
    op.create_table(
        "told",
        sa.Column("garage", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False, comment="as compared"),
        sa.Column(
            "since", sa.BigInteger(), nullable=False, comment="of the verdict that was, or is to be told"
        ),
        sa.Column(
            "told_at", sa.BigInteger(), nullable=True, comment="when the source's own system heard of it"
        ),
        sa.Column("failures", sa.BigInteger(), nullable=False, comment="tries in vain"),
        sa.Column("due_at", sa.BigInteger(), nullable=False, comment="not before this again"),
        sa.PrimaryKeyConstraint("garage", "source", "address"),
    )
    op.add_column(
        "files",
        sa.Column(
            "consents",
            sa.Text(),
            nullable=True,
            comment="JSON, without a header: how many records had which, what is gone",
        ),
    )
