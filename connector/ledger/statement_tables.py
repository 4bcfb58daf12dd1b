"""What the ledger keeps of the nightly statements: of each garage the last."""

from __future__ import annotations

import sqlalchemy as sa

from connector.ledger.kinds import Instant, metadata

statements = sa.Table(
    "statements",
    metadata,
    sa.Column("garage", sa.Text, primary_key=True),
    sa.Column(
        "stated_for", sa.Text, nullable=False, comment="the local date of the last run it was made for"
    ),
    # The last that was made; none of a garage that was only met so far
    sa.Column("at", Instant, comment="since when the next one looks"),
    sa.Column("read_rows", sa.BigInteger),
    sa.Column("at_igarage", sa.BigInteger),
    sa.Column("asked", sa.BigInteger),
    sa.Column("differences", sa.BigInteger),
)
