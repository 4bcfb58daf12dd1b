"""Batches: what goes up together, and what became of it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

IN_BATCH = sa.text("batch IS NOT NULL")


def upgrade() -> None:
    """Make the tables of batches, and room for what a passport has to do with one."""
    for name in ("batch_at", "batch_zone", "batched_for"):
        op.add_column("garages", sa.Column(name, sa.Text(), nullable=True))
    op.add_column("garages", sa.Column("batch_size", sa.BigInteger(), nullable=True))
    op.add_column("passports", sa.Column("batch", sa.Text(), nullable=True))
    op.add_column("passports", sa.Column("direct_revision", sa.BigInteger(), nullable=True))
    op.add_column("passports", sa.Column("sent_by", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.create_index(
        "passports_in_batch",
        "passports",
        ["garage", "batch"],
        sqlite_where=IN_BATCH,
        postgresql_where=IN_BATCH,
    )
    _make_batches()
    _make_members()


def _make_batches() -> None:
    op.create_table(
        "batches",
        sa.Column("garage", sa.Text(), primary_key=True),
        sa.Column("reference", sa.Text(), primary_key=True),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("igarage_id", sa.Text(), nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=True),
        sa.Column("tried", sa.Boolean(), nullable=False),
        sa.Column("passports", sa.BigInteger(), nullable=False),
        sa.Column("composed_at", sa.BigInteger(), nullable=False),
        sa.Column("run_at", sa.BigInteger(), nullable=True),
        sa.Column("finished_at", sa.BigInteger(), nullable=True),
        sa.Column("read_to", sa.Text(), nullable=True),
        sa.Column("attempts", sa.BigInteger(), nullable=False, server_default="0"),
        sa.Column("due_at", sa.BigInteger(), nullable=False),
    )
    op.create_index("batches_by_state", "batches", ["garage", "state"])


def _make_members() -> None:
    op.create_table(
        "batch_members",
        sa.Column("garage", sa.Text(), primary_key=True),
        sa.Column("reference", sa.Text(), primary_key=True),
        sa.Column("plate", sa.Text(), primary_key=True),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("asked", sa.BigInteger(), nullable=False),
        sa.Column("send", sa.Boolean(), nullable=False),
        sa.Column("result", sa.Text(), nullable=True),
        sa.Column("code", sa.Text(), nullable=True),
    )
