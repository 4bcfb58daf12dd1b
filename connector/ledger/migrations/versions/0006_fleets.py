"""Fleets and what is missing: the accounts that iGarage has, and what a source's exports name no more."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add what is to be known of fleets."""
    op.add_column(
        "garages",
        sa.Column(
            "fleet_accounts",
            sa.Text(),
            nullable=True,
            comment="JSON: the ids that iGarage has; none where it never said",
        ),
    )
