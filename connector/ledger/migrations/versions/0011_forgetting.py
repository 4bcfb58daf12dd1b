"""Forgetting: who was erased, as keyed hashes, and what is to be cleaned after it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

IS_ERASED = sa.text("erasure IS NOT NULL")


def upgrade() -> None:
    """Add what outlives a person's data: that he is not to come back."""
    op.create_table(
        "erasures",
        sa.Column(
            "id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=True,
            nullable=False,
        ),
        sa.Column("garage", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False, comment="when it was ordered"),
        sa.Column(
            "done_at",
            sa.BigInteger(),
            nullable=True,
            comment="when iGarage had withdrawn all of it, and the plates went too",
        ),
        sa.Column("removed", sa.Text(), nullable=False, comment="JSON: table -> rows; nobody's data"),
        sa.Column("traces", sa.BigInteger(), nullable=False, comment="how often something was removed"),
        sa.Column(
            "cleaned", sa.BigInteger(), nullable=False, comment="of those, whose pages were cleaned since"
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "erased",
        sa.Column("garage", sa.Text(), nullable=False, comment="empty: what proves the key"),
        sa.Column("digest", sa.LargeBinary(), nullable=False, comment="keyed; the key is a file of its own"),
        sa.Column("kind", sa.Text(), nullable=False, comment="plate, address, reference or key"),
        sa.Column("erasure", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("garage", "digest"),
    )
    op.add_column(
        "passports",
        sa.Column(
            "erasure",
            sa.BigInteger(),
            nullable=True,
            comment="it is to be forgotten: of its content nothing is left",
        ),
    )
    op.create_index(
        "passports_to_forget",
        "passports",
        ["erasure"],
        sqlite_where=IS_ERASED,
        postgresql_where=IS_ERASED,
    )
