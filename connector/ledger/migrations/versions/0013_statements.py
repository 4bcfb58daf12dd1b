"""The nightly statement: what the last one came to."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table of statements."""
    op.create_table(
        "statements",
        sa.Column("garage", sa.Text(), primary_key=True),
        sa.Column(
            "stated_for",
            sa.Text(),
            nullable=False,
            comment="the local date of the last run it was made for",
        ),
        sa.Column("at", sa.BigInteger(), nullable=True, comment="since when the next one looks"),
        sa.Column("read_rows", sa.BigInteger(), nullable=True),
        sa.Column("at_igarage", sa.BigInteger(), nullable=True),
        sa.Column("asked", sa.BigInteger(), nullable=True),
        sa.Column("differences", sa.BigInteger(), nullable=True),
    )
