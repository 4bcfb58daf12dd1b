"""Customer lists: batches that a person carries to iGarage."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Tell a list from a batch of iGarage's, and whom it invites."""
    op.add_column(
        "batches",
        sa.Column(
            "list_name", sa.Text(), nullable=True, comment="a customer list's file; none: iGarage's batch"
        ),
    )
    op.add_column(
        "batches",
        sa.Column(
            "list_sends", sa.Boolean(), nullable=True, comment="of a list: whether all in it are invited"
        ),
    )
