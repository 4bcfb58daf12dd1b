"""Pushes: what a garage system pushed stands among the files of its source, and is told apart."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Tell what was pushed from what lay in a folder."""
    op.add_column(
        "files",
        sa.Column(
            "pushed",
            sa.Boolean(),
            nullable=False,
            server_default=sa.false(),
            comment="it was pushed, and lay in no folder",
        ),
    )
