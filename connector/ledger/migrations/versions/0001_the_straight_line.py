"""The straight line: files, rows, passports, addresses and events."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

big_id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make the first ledger."""
    op.create_table(
        "addresses",
        sa.Column("garage", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False, comment="case-folded, trimmed"),
        sa.Column("verdict", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("since", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("garage", "address"),
    )
    op.create_table(
        "events",
        sa.Column("id", big_id, autoincrement=True, nullable=False),
        sa.Column("garage", sa.Text(), nullable=False),
        sa.Column("plate", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("event", sa.Text(), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False, comment="JSON without personal data"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("events_by_plate", "events", ["garage", "plate", "id"], unique=False)
    op.create_table(
        "files",
        sa.Column("id", big_id, autoincrement=True, nullable=False),
        sa.Column("garage", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column(
            "digest",
            sa.LargeBinary(),
            nullable=True,
            comment="SHA-256 of the content; none where it was never opened",
        ),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("modified", sa.BigInteger(), nullable=False),
        sa.Column("recipe", sa.LargeBinary(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True, comment="why it is held"),
        sa.Column("message", sa.Text(), nullable=True),
        sa.Column("found_at", sa.BigInteger(), nullable=False),
        sa.Column(
            "closed_at",
            sa.BigInteger(),
            nullable=True,
            comment="when it was taken, held, superseded or discarded",
        ),
        sa.Column("accepted_to", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("read", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("new", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("changed", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("unchanged", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("skipped", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("rejected", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("new_rejected", sa.BigInteger(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("files_by_source", "files", ["garage", "source", "id"], unique=False)
    op.create_table(
        "garages",
        sa.Column("garage", sa.Text(), nullable=False),
        sa.Column("igarage_id", sa.Text(), nullable=True, comment="who iGarage says we are"),
        sa.Column("paused_code", sa.Text(), nullable=True),
        sa.Column("paused_since", sa.BigInteger(), nullable=True),
        sa.Column("paused_until", sa.BigInteger(), nullable=True, comment="no call before this: Retry-After"),
        sa.Column(
            "last_contact",
            sa.BigInteger(),
            nullable=True,
            comment="the last call of this garage that succeeded",
        ),
        sa.Column(
            "indexed_for",
            sa.Text(),
            nullable=True,
            comment="policy and local date the step index was last made for",
        ),
        sa.PrimaryKeyConstraint("garage"),
    )
    op.create_table(
        "meta",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("name"),
    )
    op.create_table(
        "passports",
        sa.Column("garage", sa.Text(), nullable=False),
        sa.Column("plate", sa.Text(), nullable=False),
        sa.Column(
            "seed", sa.LargeBinary(), nullable=False, comment="random, made with the row: part of every key"
        ),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False, comment="the content's e-mail, as compared"),
        sa.Column("system", sa.Text(), nullable=False),
        sa.Column("record", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False, comment="the source that spoke last"),
        sa.Column("delivered_revision", sa.BigInteger(), nullable=True),
        sa.Column("delivered_address", sa.Text(), nullable=True),
        sa.Column("written", sa.Boolean(), nullable=False, comment="a write was ever claimed"),
        sa.Column("service_due", sa.Text(), nullable=True),
        sa.Column("consent", sa.Text(), nullable=True),
        sa.Column("opt_out", sa.Boolean(), nullable=True),
        sa.Column("changed_at", sa.Text(), nullable=True),
        sa.Column("source_conflict", sa.Boolean(), nullable=False),
        sa.Column("invited_address", sa.Text(), nullable=True),
        sa.Column("invited_at", sa.BigInteger(), nullable=True),
        sa.Column("invitations", sa.BigInteger(), nullable=False),
        sa.Column("sent_at", sa.BigInteger(), nullable=True, comment="the last one iGarage named"),
        sa.Column("held", sa.Text(), nullable=True),
        sa.Column("held_since", sa.BigInteger(), nullable=True),
        sa.Column("held_message", sa.Text(), nullable=True),
        sa.Column("attempts", sa.BigInteger(), nullable=False),
        sa.Column("last_attempt", sa.BigInteger(), nullable=True),
        sa.Column(
            "last_failure",
            sa.Text(),
            nullable=True,
            comment="code of the last failure since the last success",
        ),
        sa.Column("due_at", sa.BigInteger(), nullable=False),
        sa.Column("claim_token", sa.Text(), nullable=True),
        sa.Column("claim_until", sa.BigInteger(), nullable=True),
        sa.Column("next_step", sa.Text(), nullable=False),
        sa.Column("next_why", sa.Text(), nullable=True),
        sa.Column("next_mails", sa.Boolean(), nullable=False),
        sa.Column("next_invitation", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False, comment="but for live claims, which the clock ends"),
        sa.PrimaryKeyConstraint("garage", "plate"),
    )
    op.create_index("passports_by_address", "passports", ["garage", "address"], unique=False)
    op.create_index(
        "passports_due",
        "passports",
        ["garage", "due_at", "plate"],
        unique=False,
        sqlite_where=sa.text("next_step != 'wait'"),
        postgresql_where=sa.text("next_step != 'wait'"),
    )
    op.create_table(
        "rejected_rows",
        sa.Column("id", big_id, autoincrement=True, nullable=False),
        sa.Column("file", big_id, nullable=False),
        sa.Column("line", sa.BigInteger(), nullable=True),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("column", sa.Text(), nullable=True),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=True, comment="masked"),
        sa.Column("message", sa.Text(), nullable=False),
        sa.Column("first_seen", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(op.f("ix_rejected_rows_file"), "rejected_rows", ["file"], unique=False)
    op.create_table(
        "rows",
        sa.Column("garage", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column(
            "digest", sa.LargeBinary(), nullable=False, comment="of the raw row, by which it is recognised"
        ),
        sa.Column("recipe", sa.LargeBinary(), nullable=False),
        sa.Column("verdict", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("plate", sa.Text(), nullable=True),
        sa.Column("rank", sa.LargeBinary(), nullable=True),
        sa.Column(
            "said",
            sa.LargeBinary(),
            nullable=True,
            comment="digest of the last acceptable passport; a skip leaves it standing",
        ),
        sa.Column("address", sa.Text(), nullable=True, comment="the address it named, as compared"),
        sa.Column("warnings", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("garage", "source", "key"),
    )
    op.create_index("rows_by_digest", "rows", ["garage", "source", "digest"], unique=False)
    op.create_index("rows_by_plate", "rows", ["garage", "plate"], unique=False)
    op.create_table(
        "skipped_rows",
        sa.Column("file", big_id, autoincrement=False, nullable=False),
        sa.Column("position", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("line", sa.BigInteger(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("plate", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("file", "position"),
    )
    op.create_table(
        "sources",
        sa.Column("garage", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("adapter", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False, comment="ok, waiting, held or unavailable"),
        sa.Column("message", sa.Text(), nullable=True),
        sa.Column("last_scan", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("garage", "source"),
    )
    op.create_table(
        "staged",
        sa.Column("file", big_id, autoincrement=False, nullable=False),
        sa.Column("position", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("line", sa.BigInteger(), nullable=True),
        sa.Column("digest", sa.LargeBinary(), nullable=False, comment="of the raw row"),
        sa.Column(
            "recognised", sa.Boolean(), nullable=False, comment="a mark: what it was before, without content"
        ),
        sa.Column("verdict", sa.Text(), nullable=False, comment="passport, skipped or rejected"),
        sa.Column("reason", sa.Text(), nullable=True, comment="skip reason or rejection code"),
        sa.Column("key", sa.Text(), nullable=True),
        sa.Column("plate", sa.Text(), nullable=True),
        sa.Column(
            "rank",
            sa.LargeBinary(),
            nullable=True,
            comment="which of two rows of one plate is taken: the greater",
        ),
        sa.Column("said", sa.LargeBinary(), nullable=True, comment="digest of the passport this row maps to"),
        sa.Column("address", sa.Text(), nullable=True),
        sa.Column("content", sa.Text(), nullable=True),
        sa.Column("facts", sa.Text(), nullable=True),
        sa.Column("warnings", sa.Text(), nullable=True),
        sa.Column(
            "address_fault", sa.Text(), nullable=True, comment="why the address can stand in no request"
        ),
        sa.Column(
            "rejection",
            sa.Text(),
            nullable=True,
            comment="column, masked value and sentence of a rejected row",
        ),
        sa.PrimaryKeyConstraint("file", "position"),
    )
    op.create_index("staged_by_digest", "staged", ["file", "digest", "position"], unique=False)
    op.create_index("staged_by_plate", "staged", ["file", "plate"], unique=False)
