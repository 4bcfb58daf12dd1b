"""Polls: where each polled source is, and the poll that is under way."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the cursors of polled sources, and the keys of rejected rows."""
    op.create_table(
        "polls",
        sa.Column("garage", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column(
            "recipe",
            sa.LargeBinary(),
            nullable=False,
            comment="what it is read by; another one begins anew",
        ),
        sa.Column("cursor", sa.Text(), nullable=True, comment="the plugin's own"),
        sa.Column("mark", sa.BigInteger(), nullable=True, comment="the newest change that was taken"),
        sa.Column(
            "asked_since", sa.Text(), nullable=True, comment="the day from which a person had it read again"
        ),
        sa.Column("file", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column(
            "next",
            sa.Text(),
            nullable=True,
            comment="the cursor of its next page, or once ended of the next poll",
        ),
        sa.Column("since", sa.BigInteger(), nullable=True, comment="what all its pages are asked with"),
        sa.Column("newest", sa.BigInteger(), nullable=True),
        sa.Column(
            "staged",
            sa.BigInteger(),
            nullable=False,
            server_default="0",
            comment="rows of its pages so far",
        ),
        sa.Column(
            "ended",
            sa.Boolean(),
            nullable=False,
            server_default=sa.false(),
            comment="its last page is staged",
        ),
        sa.PrimaryKeyConstraint("garage", "source"),
    )
    op.add_column(
        "rejected_rows",
        sa.Column(
            "key",
            sa.LargeBinary(),
            nullable=True,
            comment="digest of the record's own key, where it has one",
        ),
    )
