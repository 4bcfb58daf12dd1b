"""Fleets and what is missing: the accounts that iGarage has, and what a source's exports name no more."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


UNNAMED = sa.text("unnamed_since IS NOT NULL")
MISSING = sa.text("missing_since IS NOT NULL")


def upgrade() -> None:
    """Add what is to be known of fleets, and of plates that are missing."""
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
