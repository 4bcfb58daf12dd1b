"""A night of many rows: staged in no order but their own, marked by the thousand where they say what they said."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table anew, with what lies in it: a file may be half accepted."""
    for index in ("staged_by_plate", "staged_by_digest"):
        op.drop_index(index, "staged")
    op.rename_table("staged", "staged_before")
    op.create_table(
        "staged",
        sa.Column("file", sa.BigInteger().with_variant(sa.Integer, "sqlite"), autoincrement=False),
        sa.Column("position", sa.BigInteger(), autoincrement=False),
        sa.Column("line", sa.BigInteger()),
        sa.Column("digest", sa.LargeBinary(), nullable=False, comment="of the raw row"),
        sa.Column(
            "recognised",
            sa.Boolean(),
            nullable=False,
            comment="a mark: what it was before, without content",
        ),
        sa.Column("verdict", sa.Text(), nullable=False, comment="passport, skipped or rejected"),
        sa.Column("reason", sa.Text(), comment="skip reason or rejection code"),
        sa.Column("key", sa.Text()),
        sa.Column("plate", sa.Text()),
        sa.Column("rank", sa.LargeBinary(), comment="which of two rows of one plate is taken: the greater"),
        sa.Column("said", sa.LargeBinary(), comment="digest of the passport this row maps to"),
        sa.Column("address", sa.Text()),
        sa.Column("content", sa.Text()),
        sa.Column("facts", sa.Text()),
        sa.Column("warnings", sa.Text()),
        sa.Column("address_fault", sa.Text(), comment="why the address can stand in no request"),
        sa.Column("rejection", sa.Text(), comment="column, masked value and sentence of a rejected row"),
        sa.PrimaryKeyConstraint("file", "position", name="staged_in_order"),
        sqlite_with_rowid=False,
    )
    op.execute(sa.text("INSERT INTO staged SELECT * FROM staged_before"))
    op.drop_table("staged_before")
    op.create_table(
        "marks",
        sa.Column("file", sa.BigInteger().with_variant(sa.Integer, "sqlite"), autoincrement=False),
        sa.Column("position", sa.BigInteger(), autoincrement=False, comment="of the first"),
        sa.Column("number", sa.BigInteger(), nullable=False, comment="of rows"),
        sa.Column(
            "positions",
            sa.LargeBinary(),
            nullable=False,
            comment="eight bytes each, as the machine has them",
        ),
        sa.Column("lines", sa.LargeBinary(), nullable=False, comment="the same; 0 for none"),
        sa.Column("digests", sa.LargeBinary(), nullable=False, comment="sixteen bytes each"),
        sa.PrimaryKeyConstraint("file", "position"),
    )
