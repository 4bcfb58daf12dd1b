"""The tables of the ledger: one row per garage and plate, and beside it the memory of what sources said.

Text holds JSON where a value has a form of its own; digests are raw bytes. Every instant is UTC.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import sqlalchemy as sa

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Instant(sa.types.TypeDecorator[datetime]):
    """An instant as whole microseconds since 1970 UTC: exact, sortable, and the same in every database."""

    impl = sa.BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: sa.Dialect) -> int | None:
        """Aware datetime → microseconds."""
        return None if value is None else (value - EPOCH) // timedelta(microseconds=1)

    def process_result_value(self, value: int | None, dialect: sa.Dialect) -> datetime | None:
        """Microseconds → aware datetime in UTC."""
        return None if value is None else EPOCH + timedelta(microseconds=value)


BigId = sa.BigInteger().with_variant(sa.Integer, "sqlite")
"""SQLite counts up by itself only for a column whose type is INTEGER."""

metadata = sa.MetaData()

meta = sa.Table(
    "meta",
    metadata,
    sa.Column("name", sa.Text, primary_key=True),
    sa.Column("value", sa.Text, nullable=False),
)

garages = sa.Table(
    "garages",
    metadata,
    sa.Column("garage", sa.Text, primary_key=True),
    sa.Column("igarage_id", sa.Text, comment="who iGarage says we are"),
    sa.Column("paused_code", sa.Text),
    sa.Column("paused_since", Instant),
    sa.Column("paused_until", Instant, comment="no call before this: Retry-After"),
    sa.Column("probes", sa.BigInteger, nullable=False, server_default="0", comment="in vain, in this pause"),
    sa.Column("probe_at", Instant, comment="the next one of this pause"),
    sa.Column("last_contact", Instant, comment="the last call of this garage that succeeded"),
    sa.Column("indexed_for", sa.Text, comment="policy and local date the step index was last made for"),
    sa.Column(
        "unread",
        sa.Boolean,
        nullable=False,
        server_default=sa.false(),
        comment="rescued: exports not read since",
    ),
)

sources = sa.Table(
    "sources",
    metadata,
    sa.Column("garage", sa.Text, primary_key=True),
    sa.Column("source", sa.Text, primary_key=True),
    sa.Column("adapter", sa.Text, nullable=False),
    sa.Column("state", sa.Text, nullable=False, comment="ok, waiting, held or unavailable"),
    sa.Column("message", sa.Text),
    sa.Column("last_scan", Instant),
)

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
    sa.Index("staged_by_plate", "file", "plate"),
    sa.Index("staged_by_digest", "file", "digest", "position"),
)

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
    sa.Index("rows_by_digest", "garage", "source", "digest"),
    sa.Index("rows_by_plate", "garage", "plate"),
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
    sa.Column("key", sa.Text, comment="the record's, where it can be read: by it the row is forgotten"),
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

addresses = sa.Table(
    "addresses",
    metadata,
    sa.Column("garage", sa.Text, primary_key=True),
    sa.Column("address", sa.Text, primary_key=True, comment="case-folded, trimmed"),
    sa.Column("verdict", sa.Text, nullable=False),
    sa.Column("reason", sa.Text),
    sa.Column("since", Instant, nullable=False),
    sa.Column("suggestion", sa.Text, comment="what was probably meant"),
)

notices = sa.Table(
    "notices",
    metadata,
    sa.Column("garage", sa.Text, primary_key=True),
    sa.Column("address", sa.Text, primary_key=True, comment="as compared"),
    sa.Column("at", Instant, primary_key=True, comment="when a mail could not be delivered for now"),
)

cursors = sa.Table(
    "cursors",
    metadata,
    sa.Column("garage", sa.Text, primary_key=True),
    sa.Column("cursor", sa.Text, nullable=False, comment="where to go on in the feed of address changes"),
)

corrections = sa.Table(
    "corrections",
    metadata,
    sa.Column("garage", sa.Text, primary_key=True),
    sa.Column("plate", sa.Text, primary_key=True, comment="empty: wherever the address stands"),
    sa.Column("seen", sa.Text, primary_key=True, comment="what the source says, as compared"),
    sa.Column("meant", sa.Text, nullable=False),
    sa.Column("by", sa.Text, nullable=False, comment="person or igarage"),
    sa.Column("since", Instant, nullable=False),
)

IS_REQUEST = sa.text("next_step != 'wait'")
"""The part of `passports` that the index of what is due holds; a query must say it in the same words to be served.

So a claim finds the next request without looking at those that wait, and without sorting the others.
"""

WANTS_MAIL = sa.text("wants_mail")
"""The part of `passports` that the brake on mails counts; a query must say it in the same words to be served."""
IS_CLAIMED = sa.text("claim_token IS NOT NULL")
"""The part of `passports` that some worker has, or had."""
HAS_SUCCESSOR = sa.text("successor IS NOT NULL")
"""The part of `passports` whose record names another plate now."""

IS_ERASED = sa.text("erasure IS NOT NULL")
"""The part of `passports` of which nothing is left but the plate, until iGarage has withdrawn it."""

mail_days = sa.Table(
    "mail_days",
    metadata,
    sa.Column("garage", sa.Text, primary_key=True),
    sa.Column("day", sa.Text, primary_key=True, comment="the garage's local date"),
    sa.Column(
        "mailed", sa.BigInteger, nullable=False, server_default="0", comment="invitations confirmed that day"
    ),
    sa.Column("allowed", sa.BigInteger, comment="so many may be out, a person said"),
    sa.Column(
        "everything", sa.Boolean, nullable=False, server_default=sa.false(), comment="all of that day may go"
    ),
)

passports = sa.Table(
    "passports",
    metadata,
    sa.Column("garage", sa.Text, primary_key=True),
    sa.Column("plate", sa.Text, primary_key=True),
    sa.Column("seed", sa.LargeBinary, nullable=False, comment="random, made with the row: part of every key"),
    # Content: what should be, and what iGarage is known to hold
    sa.Column("revision", sa.BigInteger, nullable=False),
    sa.Column("content", sa.Text, nullable=False),
    sa.Column("address", sa.Text, nullable=False, comment="the content's e-mail, as compared"),
    sa.Column("system", sa.Text, nullable=False),
    sa.Column("record", sa.Text, nullable=False),
    sa.Column("source", sa.Text, nullable=False, comment="the source that spoke last"),
    sa.Column("delivered_revision", sa.BigInteger),
    sa.Column("delivered_address", sa.Text),
    sa.Column("written", sa.Boolean, nullable=False, comment="a write was ever claimed"),
    sa.Column("unanswered_address", sa.Text, comment="of the last PUT claimed, until one is answered"),
    sa.Column("unanswered_until", Instant, comment="a PUT without an answer may still be done: its lease"),
    sa.Column(
        "unsure",
        sa.Boolean,
        nullable=False,
        server_default=sa.false(),
        comment="rescued: iGarage is to be asked",
    ),
    sa.Column(
        "absent",
        sa.Boolean,
        nullable=False,
        server_default=sa.false(),
        comment="there is to be none: it is to be withdrawn",
    ),
    sa.Column(
        "deleted",
        sa.Boolean,
        nullable=False,
        server_default=sa.false(),
        comment="iGarage said that it is gone, and no write was claimed since",
    ),
    sa.Column(
        "remade",
        sa.Boolean,
        nullable=False,
        server_default=sa.false(),
        comment="iGarage made anew what it should have had",
    ),
    # Owner and plate
    sa.Column("owner_order", sa.Text, comment="decided about the owner, and not done at iGarage yet"),
    sa.Column(
        "proposed",
        sa.Text,
        comment="JSON: what is to stand in the place of the content, once that is decided or done",
    ),
    sa.Column("successor", sa.Text, comment="the plate that its record names now"),
    # Facts beside the content
    sa.Column("missing_since", Instant, comment="no export of its source has named it since"),
    sa.Column("service_due", sa.Text),
    sa.Column("consent", sa.Text),
    sa.Column("opt_out", sa.Boolean),
    sa.Column("changed_at", sa.Text),
    sa.Column("source_conflict", sa.Boolean, nullable=False),
    sa.Column(
        "consent_unknown",
        sa.Boolean,
        nullable=False,
        server_default=sa.false(),
        comment="its source lacks a consent or opt-out column",
    ),
    # Invitation, from iGarage's answers
    sa.Column("invited_address", sa.Text),
    sa.Column("invited_at", Instant),
    sa.Column("invitations", sa.BigInteger, nullable=False),
    sa.Column("sent_at", Instant, comment="the last one iGarage named"),
    sa.Column("asked", sa.BigInteger, nullable=False, server_default="0", comment="asked for anew"),
    sa.Column("answered", sa.BigInteger, nullable=False, server_default="0", comment="of those asked for"),
    # Question
    sa.Column("erasure", sa.BigInteger, comment="it is to be forgotten: of its content nothing is left"),
    sa.Column("held", sa.Text),
    sa.Column("held_since", Instant),
    sa.Column("held_message", sa.Text),
    # Attempts and claim
    sa.Column("attempts", sa.BigInteger, nullable=False),
    sa.Column("last_attempt", Instant),
    sa.Column("last_failure", sa.Text, comment="code of the last failure since the last success"),
    sa.Column("due_at", Instant, nullable=False),
    sa.Column("claim_token", sa.Text),
    sa.Column("claim_until", Instant),
    sa.Column("claim_mails", sa.Boolean, comment="what was claimed may mail somebody"),
    # Index over next_step: made by whatever writes the row, asked anew by every claim
    sa.Column("next_step", sa.Text, nullable=False),
    sa.Column("next_why", sa.Text),
    sa.Column("next_until", sa.Text, comment="the local day that ends a wait by itself"),
    sa.Column("next_mails", sa.Boolean, nullable=False),
    sa.Column("next_invitation", sa.Text, nullable=False),
    sa.Column(
        "wants_mail",
        sa.Boolean,
        nullable=False,
        server_default=sa.false(),
        comment="an invitation is due, but for the brake",
    ),
    sa.Column("state", sa.Text, nullable=False, comment="but for live claims, which the clock ends"),
    sa.Index(
        "passports_due", "garage", "due_at", "plate", sqlite_where=IS_REQUEST, postgresql_where=IS_REQUEST
    ),
    sa.Index("passports_wanting_mail", "garage", sqlite_where=WANTS_MAIL, postgresql_where=WANTS_MAIL),
    sa.Index(
        "passports_claimed", "garage", "claim_until", sqlite_where=IS_CLAIMED, postgresql_where=IS_CLAIMED
    ),
    sa.Index("passports_by_address", "garage", "address"),
    sa.Index(
        "passports_with_successor", "garage", sqlite_where=HAS_SUCCESSOR, postgresql_where=HAS_SUCCESSOR
    ),
    sa.Index("passports_to_forget", "erasure", sqlite_where=IS_ERASED, postgresql_where=IS_ERASED),
)

events = sa.Table(
    "events",
    metadata,
    sa.Column("id", BigId, primary_key=True, autoincrement=True),
    sa.Column("garage", sa.Text, nullable=False),
    sa.Column("plate", sa.Text, nullable=False),
    sa.Column("at", Instant, nullable=False),
    sa.Column("event", sa.Text, nullable=False),
    sa.Column("detail", sa.Text, nullable=False, comment="JSON without personal data"),
    sa.Index("events_by_plate", "garage", "plate", "id"),
)
