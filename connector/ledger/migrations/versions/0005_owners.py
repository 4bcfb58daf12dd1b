"""Owners and plates: passports to withdraw, to hand over, or whose newcomer waits beside them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

HAS_SUCCESSOR = sa.text("successor IS NOT NULL")


def upgrade() -> None:
    """Add what is to be known of a passport's owners and of its plate."""
    for name, comment in (
        ("absent", "there is to be none: it is to be withdrawn"),
        ("deleted", "iGarage said that it is gone, and no write was claimed since"),
        ("remade", "iGarage made anew what it should have had"),
    ):
        op.add_column(
            "passports",
            sa.Column(name, sa.Boolean(), nullable=False, server_default=sa.false(), comment=comment),
        )
    for text, comment in (
        ("owner_order", "decided about the owner, and not done at iGarage yet"),
        ("proposed", "JSON: what is to stand in the place of the content, once that is decided or done"),
        ("successor", "the plate that its record names now"),
    ):
        op.add_column("passports", sa.Column(text, sa.Text(), nullable=True, comment=comment))
    op.add_column(
        "passports",
        sa.Column(
            "missing_since",
            sa.BigInteger(),
            nullable=True,
            comment="no export of its source has named it since",
        ),
    )
    op.create_index(
        "passports_with_successor",
        "passports",
        ["garage"],
        sqlite_where=HAS_SUCCESSOR,
        postgresql_where=HAS_SUCCESSOR,
    )
