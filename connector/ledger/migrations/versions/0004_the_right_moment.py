"""The right moment: the day that ends a wait, sources that lack a consent column, and the brake on mails."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add what decides on the moment of an invitation."""
    op.add_column(
        "passports",
        sa.Column("next_until", sa.Text(), nullable=True, comment="the local day that ends a wait by itself"),
    )
    op.add_column(
        "passports",
        sa.Column(
            "consent_unknown",
            sa.Boolean(),
            nullable=False,
            server_default=sa.false(),
            comment="its source lacks a consent or opt-out column",
        ),
    )
    op.add_column(
        "files",
        sa.Column(
            "lacks_consent",
            sa.Boolean(),
            nullable=False,
            server_default=sa.false(),
            comment="a consent or opt-out column is gone from it",
        ),
    )
    op.create_table(
        "consent_gaps",
        sa.Column("garage", sa.Text(), nullable=False),
        sa.Column(
            "source", sa.Text(), nullable=False, comment="its exports lack a consent or opt-out column"
        ),
        sa.Column("since", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("garage", "source"),
    )
