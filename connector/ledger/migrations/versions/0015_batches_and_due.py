"""Batches: one composed before is looked up before it is asked for; what a batch holds is not among what is due."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Nobody notes any more that a batch was asked for; the index of what is due leaves out what a batch holds."""
    op.drop_column("batches", "tried")
    op.drop_index("passports_due", "passports")
    due = sa.text("next_step != 'wait' AND batch IS NULL")
    op.create_index(
        "passports_due",
        "passports",
        ["garage", "due_at", "plate"],
        sqlite_where=due,
        postgresql_where=due,
    )
