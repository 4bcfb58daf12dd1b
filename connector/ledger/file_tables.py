"""The tables of what sources say: files, their rows while they are staged, and the memory of each source."""

from __future__ import annotations

import sqlalchemy as sa

from connector.ledger.kinds import BigId, Instant, metadata

files = sa.Table(
    "files",
    metadata,
    sa.Column("id", BigId, primary_key=True, autoincrement=True),
    sa.Column("garage", sa.Text, nullable=False),
    sa.Column("source", sa.Text, nullable=False),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("digest", sa.LargeBinary, comment="SHA-256 of the content; none where it was never opened"),
    sa.Column("size", sa.BigInteger, nullable=False),
    sa.Column("modified", Instant, nullable=False),
    sa.Column("recipe", sa.LargeBinary, nullable=False),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("reason", sa.Text, comment="why it is held"),
    sa.Column("message", sa.Text),
    sa.Column("found_at", Instant, nullable=False),
    sa.Column("closed_at", Instant, comment="when it was taken, held, superseded or discarded"),
    sa.Column("accepted_to", sa.BigInteger, nullable=False, server_default="0"),
    *(
        sa.Column(count, sa.BigInteger, nullable=False, server_default="0")
        for count in ("read", "new", "changed", "unchanged", "skipped", "rejected", "new_rejected")
    ),
    sa.Column(
        "lacks_consent",
        sa.Boolean,
        nullable=False,
        server_default=sa.false(),
        comment="a consent or opt-out column is gone from it",
    ),
    sa.Column(
        "pushed",
        sa.Boolean,
        nullable=False,
        server_default=sa.false(),
        comment="it was pushed, and lay in no folder",
    ),
    sa.Column(
        "consents", sa.Text, comment="JSON, without a header: how many records had which, what is gone"
    ),
    sa.Index("files_by_source", "garage", "source", "id"),
)

leaves = sa.Table(
    "leaves",
    metadata,
    sa.Column("garage", sa.Text, primary_key=True),
    sa.Column("source", sa.Text, primary_key=True),
    sa.Column("reason", sa.Text, primary_key=True, comment="the finding that a person gave leave for"),
    sa.Column("given_at", Instant, nullable=False),
)

consent_gaps = sa.Table(
    "consent_gaps",
    metadata,
    sa.Column("garage", sa.Text, primary_key=True),
    sa.Column("source", sa.Text, primary_key=True, comment="its exports lack a consent or opt-out column"),
    sa.Column("since", Instant, nullable=False),
)

# Without an index but its order: to keep one costs more than to sort a file once.
staged = sa.Table(
    "staged",
    metadata,
    sa.Column("file", BigId, primary_key=True, autoincrement=False),
    sa.Column("position", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("line", sa.BigInteger),
    sa.Column("digest", sa.LargeBinary, nullable=False, comment="of the raw row"),
    sa.Column(
        "recognised", sa.Boolean, nullable=False, comment="a mark: what it was before, without content"
    ),
    sa.Column("verdict", sa.Text, nullable=False, comment="passport, skipped or rejected"),
    sa.Column("reason", sa.Text, comment="skip reason or rejection code"),
    sa.Column("key", sa.Text),
    sa.Column("plate", sa.Text),
    sa.Column("rank", sa.LargeBinary, comment="which of two rows of one plate is taken: the greater"),
    sa.Column("said", sa.LargeBinary, comment="digest of the passport this row maps to"),
    sa.Column("address", sa.Text),
    sa.Column("content", sa.Text),
    sa.Column("facts", sa.Text),
    sa.Column("warnings", sa.Text),
    sa.Column("address_fault", sa.Text, comment="why the address can stand in no request"),
    sa.Column("rejection", sa.Text, comment="column, masked value and sentence of a rejected row"),
    sa.Column(
        "inherits",
        sa.Text,
        comment="JSON: who was invited for the plate that its record had, which another has taken",
    ),
    sqlite_with_rowid=False,
)

marks = sa.Table(
    "marks",
    metadata,
    sa.Column("file", BigId, primary_key=True, autoincrement=False),
    sa.Column("position", sa.BigInteger, primary_key=True, autoincrement=False, comment="of the first"),
    sa.Column("number", sa.BigInteger, nullable=False, comment="of rows"),
    sa.Column(
        "positions", sa.LargeBinary, nullable=False, comment="eight bytes each, as the machine has them"
    ),
    sa.Column("lines", sa.LargeBinary, nullable=False, comment="the same; 0 for none"),
    sa.Column("digests", sa.LargeBinary, nullable=False, comment="sixteen bytes each"),
)

UNNAMED = sa.text("unnamed_since IS NOT NULL")
"""The part of `rows` that their source's last file does not name."""

rows = sa.Table(
    "rows",
    metadata,
    sa.Column("garage", sa.Text, primary_key=True),
    sa.Column("source", sa.Text, primary_key=True),
    sa.Column("key", sa.Text, primary_key=True),
    sa.Column("digest", sa.LargeBinary, nullable=False, comment="of the raw row, by which it is recognised"),
    sa.Column("recipe", sa.LargeBinary, nullable=False),
    sa.Column("verdict", sa.Text, nullable=False),
    sa.Column("reason", sa.Text),
    sa.Column("plate", sa.Text),
    sa.Column("rank", sa.LargeBinary),
    sa.Column(
        "said", sa.LargeBinary, comment="digest of the last acceptable passport; a skip leaves it standing"
    ),
    sa.Column("address", sa.Text, comment="the address it named, as compared"),
    sa.Column("warnings", sa.Text),
    sa.Column(
        "unnamed_since",
        Instant,
        comment="the source's last file does not name it; of a selection, it was read",
    ),
    sa.Index("rows_by_plate", "garage", "plate"),
    sa.Index("rows_unnamed", "garage", "source", sqlite_where=UNNAMED, postgresql_where=UNNAMED),
)

rejected_rows = sa.Table(
    "rejected_rows",
    metadata,
    sa.Column("id", BigId, primary_key=True, autoincrement=True),
    sa.Column("file", BigId, nullable=False, index=True),
    sa.Column("line", sa.BigInteger),
    sa.Column("digest", sa.LargeBinary, nullable=False),
    sa.Column("column", sa.Text),
    sa.Column("code", sa.Text, nullable=False),
    sa.Column("value", sa.Text, comment="masked"),
    sa.Column("message", sa.Text, nullable=False),
    sa.Column("first_seen", Instant, nullable=False),
    sa.Column("key", sa.LargeBinary, comment="digest of the record's own key, where it has one"),
)

skipped_rows = sa.Table(
    "skipped_rows",
    metadata,
    sa.Column("file", BigId, primary_key=True, autoincrement=False),
    sa.Column("position", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("line", sa.BigInteger),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("plate", sa.Text),
)
