"""Batches: what goes up together, and what became of it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

IN_BATCH = sa.text("batch IS NOT NULL")
GARAGES = (
    ("batch_at", sa.Text(), "the wall clock's time at which iGarage runs batches, as HH:MM"),
    ("batch_zone", sa.Text(), "the time zone of that clock, as iGarage names it"),
    ("batch_size", sa.BigInteger(), "passports that a batch may hold"),
    ("batched_for", sa.Text(), "the local date of the last run that batches were made for"),
)
PASSPORTS = (
    ("batch", sa.Text(), "the batch it is in, until that has told its result"),
    ("direct_revision", sa.BigInteger(), "no batch takes it: it goes by itself"),
)


def upgrade() -> None:
    """Make the tables of batches, and room for what a passport has to do with one."""
    for name, kind, comment in GARAGES:
        op.add_column("garages", sa.Column(name, kind, nullable=True, comment=comment))
    for name, kind, comment in PASSPORTS:
        op.add_column("passports", sa.Column(name, kind, nullable=True, comment=comment))
    op.add_column(
        "passports",
        sa.Column(
            "sent_by",
            sa.Boolean(),
            nullable=False,
            server_default=sa.false(),
            comment="sent_at is the end of a batch: iGarage's own instant is before it",
        ),
    )
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
        sa.Column("reference", sa.Text(), primary_key=True, comment="our name of it"),
        sa.Column("number", sa.BigInteger(), nullable=False, comment="from 1, as people name it"),
        sa.Column("igarage_id", sa.Text(), nullable=True, comment="iGarage's name of it, once it was taken"),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column(
            "body",
            sa.LargeBinary(),
            nullable=True,
            comment="the request, byte for byte, until it was answered",
        ),
        sa.Column(
            "tried", sa.Boolean(), nullable=False, comment="it was asked for: it is looked up before again"
        ),
        sa.Column("passports", sa.BigInteger(), nullable=False, comment="that it was made of"),
        sa.Column("composed_at", sa.BigInteger(), nullable=False),
        sa.Column("run_at", sa.BigInteger(), nullable=True, comment="when iGarage runs it"),
        sa.Column("finished_at", sa.BigInteger(), nullable=True),
        sa.Column("read_to", sa.Text(), nullable=True, comment="where to go on reading its results"),
        sa.Column("attempts", sa.BigInteger(), nullable=False, server_default="0"),
        sa.Column("due_at", sa.BigInteger(), nullable=False, comment="when it is asked about again"),
    )
    op.create_index("batches_by_state", "batches", ["garage", "state"])


def _make_members() -> None:
    op.create_table(
        "batch_members",
        sa.Column("garage", sa.Text(), primary_key=True),
        sa.Column("reference", sa.Text(), primary_key=True),
        sa.Column("plate", sa.Text(), primary_key=True),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False, comment="as compared"),
        sa.Column(
            "asked", sa.BigInteger(), nullable=False, comment="invitations asked for when it was composed"
        ),
        sa.Column("send", sa.Boolean(), nullable=False),
        sa.Column(
            "result",
            sa.Text(),
            nullable=True,
            comment="created, updated or failed; none while it is not known",
        ),
        sa.Column("code", sa.Text(), nullable=True, comment="why it failed"),
    )
