"""Batches: one that was composed before is looked up before it is asked for, whether it was asked for or not."""

from __future__ import annotations

from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Nobody notes any more that a batch was asked for."""
    op.drop_column("batches", "tried")
