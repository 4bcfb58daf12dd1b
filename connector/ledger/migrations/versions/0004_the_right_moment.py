"""The right moment: the day that ends a wait, sources that lack a consent column, and the brake on mails."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
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
    op.add_column(
        "passports",
        sa.Column(
            "wants_mail",
            sa.Boolean(),
            nullable=False,
            server_default=sa.false(),
            comment="an invitation is due, but for the brake",
        ),
    )
    op.add_column(
        "passports",
        sa.Column("claim_mails", sa.Boolean(), nullable=True, comment="what was claimed may mail somebody"),
    )
    for name, columns, which in (
        ("passports_wanting_mail", ["garage"], sa.text("wants_mail")),
        ("passports_claimed", ["garage", "claim_until"], sa.text("claim_token IS NOT NULL")),
    ):
        op.create_index(name, "passports", columns, sqlite_where=which, postgresql_where=which)
    op.create_table(
        "mail_days",
        sa.Column("garage", sa.Text(), nullable=False),
        sa.Column("day", sa.Text(), nullable=False, comment="the garage's local date"),
        sa.Column(
            "mailed",
            sa.BigInteger(),
            nullable=False,
            server_default="0",
            comment="invitations confirmed that day",
        ),
        sa.Column("allowed", sa.BigInteger(), nullable=True, comment="so many may be out, a person said"),
        sa.Column(
            "everything",
            sa.Boolean(),
            nullable=False,
            server_default=sa.false(),
            comment="all of that day may go",
        ),
        sa.PrimaryKeyConstraint("garage", "day"),
    )
    # What stood in the index before said nothing of mails: it is made anew before anything is claimed.
    op.execute(sa.text("UPDATE garages SET indexed_for = NULL"))
    op.create_table(
        "consent_gaps",
        sa.Column("garage", sa.Text(), nullable=False),
        sa.Column(
            "source", sa.Text(), nullable=False, comment="its exports lack a consent or opt-out column"
        ),
        sa.Column("since", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("garage", "source"),
    )
