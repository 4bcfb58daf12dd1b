"""The tables of erasures: when they were and what they removed, and by which hashes the erased are recognised."""

from __future__ import annotations

import sqlalchemy as sa

from connector.ledger.schema import BigId, Instant, metadata

erasures = sa.Table(
    "erasures",
    metadata,
    sa.Column("id", BigId, primary_key=True, autoincrement=True),
    sa.Column("garage", sa.Text, nullable=False),
    sa.Column("at", Instant, nullable=False, comment="when it was ordered"),
    sa.Column("done_at", Instant, comment="when iGarage had withdrawn all of it, and the plates went too"),
    sa.Column("removed", sa.Text, nullable=False, comment="JSON: table -> rows; nobody's data"),
    sa.Column("traces", sa.BigInteger, nullable=False, comment="how often something was removed"),
    sa.Column("cleaned", sa.BigInteger, nullable=False, comment="of those, whose pages were cleaned since"),
)

erased = sa.Table(
    "erased",
    metadata,
    sa.Column("garage", sa.Text, primary_key=True, comment="empty: what proves the key"),
    sa.Column("digest", sa.LargeBinary, primary_key=True, comment="keyed; the key is a file of its own"),
    sa.Column("kind", sa.Text, nullable=False, comment="plate, address, reference or key"),
    sa.Column("erasure", sa.BigInteger, nullable=False),
    sa.Column("at", Instant, nullable=False),
)
