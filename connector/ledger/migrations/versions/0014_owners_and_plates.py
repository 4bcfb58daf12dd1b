"""Owners and plates: who was invited goes on with a record whose plate another record took the same night."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add what a staged row takes over, and by which name iGarage knows an owner."""
    op.add_column(
        "staged",
        sa.Column(
            "inherits",
            sa.Text(),
            nullable=True,
            comment="JSON: who was invited for the plate that its record had, which another has taken",
        ),
    )
    op.add_column(
        "passports",
        sa.Column(
            "delivered_name",
            sa.Text(),
            nullable=True,
            comment="the last name that iGarage is known to hold",
        ),
    )
