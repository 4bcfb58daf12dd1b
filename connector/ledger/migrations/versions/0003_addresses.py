"""Addresses: what iGarage learned of them, its feed, corrections, and invitations asked for anew."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add what the life of an address needs."""
    op.create_table(
        "notices",
        sa.Column("garage", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False, comment="as compared"),
        sa.Column(
            "at", sa.BigInteger(), nullable=False, comment="when a mail could not be delivered for now"
        ),
        sa.PrimaryKeyConstraint("garage", "address", "at"),
    )
    op.create_table(
        "cursors",
        sa.Column("garage", sa.Text(), nullable=False),
        sa.Column(
            "cursor", sa.Text(), nullable=False, comment="where to go on in the feed of address changes"
        ),
        sa.PrimaryKeyConstraint("garage"),
    )
    for name, comment in (("asked", "asked for anew"), ("answered", "of those asked for")):
        op.add_column(
            "passports",
            sa.Column(name, sa.BigInteger(), nullable=False, server_default="0", comment=comment),
        )
    op.create_table(
        "corrections",
        sa.Column("garage", sa.Text(), nullable=False),
        sa.Column("plate", sa.Text(), nullable=False, comment="empty: wherever the address stands"),
        sa.Column("seen", sa.Text(), nullable=False, comment="what the source says, as compared"),
        sa.Column("meant", sa.Text(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False, comment="person or igarage"),
        sa.Column("since", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("garage", "plate", "seen"),
    )
    op.add_column(
        "addresses", sa.Column("suggestion", sa.Text(), nullable=True, comment="what was probably meant")
    )
