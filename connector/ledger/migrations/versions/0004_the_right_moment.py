"""The right moment: the local day on which a wait ends by itself."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add what a passport that waits for its day needs."""
    op.add_column(
        "passports",
        sa.Column("next_until", sa.Text(), nullable=True, comment="the local day that ends a wait by itself"),
    )
