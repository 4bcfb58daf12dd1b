"""Always on: the probes of a pause, leave for a held file, and passports of which a rescued ledger is not sure."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add what a service needs that never stops."""
    op.add_column(
        "garages",
        sa.Column(
            "probes", sa.BigInteger(), nullable=False, server_default="0", comment="in vain, in this pause"
        ),
    )
    op.add_column(
        "garages", sa.Column("probe_at", sa.BigInteger(), nullable=True, comment="the next one of this pause")
    )
    op.add_column(
        "garages",
        sa.Column(
            "unread",
            sa.Boolean(),
            nullable=False,
            server_default=sa.false(),
            comment="rescued: exports not read since",
        ),
    )
    op.create_table(
        "leaves",
        sa.Column("garage", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False, comment="the finding that a person gave leave for"),
        sa.Column("given_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("garage", "source", "reason"),
    )
    op.add_column(
        "passports",
        sa.Column(
            "unsure",
            sa.Boolean(),
            nullable=False,
            server_default=sa.false(),
            comment="rescued: iGarage is to be asked",
        ),
    )
