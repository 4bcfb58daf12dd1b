"""The tables of the ledger: one row per garage and plate, and beside it the memory of what sources said.

Text holds JSON where a value has a form of its own; digests are raw bytes. Every instant is UTC.
"""

from __future__ import annotations

import sqlalchemy as sa

from connector.ledger.file_tables import (
    UNNAMED,
    consent_gaps,
    files,
    leaves,
    marks,
    rejected_rows,
    rows,
    skipped_rows,
    staged,
)
from connector.ledger.kinds import EPOCH, BigId, Instant, metadata

__all__ = (
    "EPOCH",
    "HAS_SUCCESSOR",
    "IS_CLAIMED",
    "IS_REQUEST",
    "MISSING",
    "UNNAMED",
    "WANTS_MAIL",
    "BigId",
    "Instant",
    "addresses",
    "consent_gaps",
    "corrections",
    "cursors",
    "events",
    "files",
    "garages",
    "leaves",
    "mail_days",
    "marks",
    "meta",
    "metadata",
    "notices",
    "passports",
    "rejected_rows",
    "rows",
    "skipped_rows",
    "sources",
    "staged",
)

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
    sa.Column("fleet_accounts", sa.Text, comment="JSON: the ids that iGarage has; none where it never said"),
    sa.Column("indexed_for", sa.Text, comment="policy and local date the step index was last made for"),
    sa.Column("batch_at", sa.Text, comment="the wall clock's time at which iGarage runs batches, as HH:MM"),
    sa.Column("batch_zone", sa.Text, comment="the time zone of that clock, as iGarage names it"),
    sa.Column("batch_size", sa.BigInteger, comment="passports that a batch may hold"),
    sa.Column("batched_for", sa.Text, comment="the local date of the last run that batches were made for"),
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

polls = sa.Table(
    "polls",
    metadata,
    sa.Column("garage", sa.Text, primary_key=True),
    sa.Column("source", sa.Text, primary_key=True),
    sa.Column(
        "recipe", sa.LargeBinary, nullable=False, comment="what it is read by; another one begins anew"
    ),
    # Where the next poll begins: moved with the rows that it covers
    sa.Column("cursor", sa.Text, comment="the plugin's own"),
    sa.Column("mark", Instant, comment="the newest change that was taken"),
    sa.Column("asked_since", sa.Text, comment="the day from which a person had it read again"),
    # The poll under way: its pages are staged under this file
    sa.Column("file", BigId),
    sa.Column("next", sa.Text, comment="the cursor of its next page, or once ended of the next poll"),
    sa.Column("since", Instant, comment="what all its pages are asked with"),
    sa.Column("newest", Instant),
    sa.Column(
        "staged", sa.BigInteger, nullable=False, server_default="0", comment="rows of its pages so far"
    ),
    sa.Column(
        "ended", sa.Boolean, nullable=False, server_default=sa.false(), comment="its last page is staged"
    ),
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

IS_REQUEST = sa.text("next_step != 'wait' AND batch IS NULL")
"""The part of `passports` that the index of what is due holds; a query must say it in the same words to be served.

So a claim finds the next request without looking at those that wait or are in a batch, and without sorting the others.
"""

WANTS_MAIL = sa.text("wants_mail")
"""The part of `passports` that the brake on mails counts; a query must say it in the same words to be served."""
IS_CLAIMED = sa.text("claim_token IS NOT NULL")
"""The part of `passports` that some worker has, or had."""
MISSING = sa.text("missing_since IS NOT NULL")
"""The part of `passports` that no export names any more; a query must say it in the same words to be served."""
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

batches = sa.Table(
    "batches",
    metadata,
    sa.Column("garage", sa.Text, primary_key=True),
    sa.Column("reference", sa.Text, primary_key=True, comment="our name of it"),
    sa.Column("number", sa.BigInteger, nullable=False, comment="from 1, as people name it"),
    sa.Column("igarage_id", sa.Text, comment="iGarage's name of it, once it was taken"),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("body", sa.LargeBinary, comment="the request, byte for byte, until it was answered"),
    sa.Column("passports", sa.BigInteger, nullable=False, comment="that it was made of"),
    sa.Column("composed_at", Instant, nullable=False),
    sa.Column("run_at", Instant, comment="when iGarage runs it"),
    sa.Column("finished_at", Instant),
    sa.Column("read_to", sa.Text, comment="where to go on reading its results"),
    sa.Column("attempts", sa.BigInteger, nullable=False, server_default="0"),
    sa.Column("due_at", Instant, nullable=False, comment="when it is asked about again"),
    sa.Column("list_name", sa.Text, comment="a customer list's file; none: iGarage's batch"),
    sa.Column("list_sends", sa.Boolean, comment="of a list: whether all in it are invited"),
    sa.Index("batches_by_state", "garage", "state"),
)

batch_members = sa.Table(
    "batch_members",
    metadata,
    sa.Column("garage", sa.Text, primary_key=True),
    sa.Column("reference", sa.Text, primary_key=True),
    sa.Column("plate", sa.Text, primary_key=True),
    sa.Column("revision", sa.BigInteger, nullable=False),
    sa.Column("address", sa.Text, nullable=False, comment="as compared"),
    sa.Column("asked", sa.BigInteger, nullable=False, comment="invitations asked for when it was composed"),
    sa.Column("send", sa.Boolean, nullable=False),
    sa.Column("result", sa.Text, comment="created, updated or failed; none while it is not known"),
    sa.Column("code", sa.Text, comment="why it failed"),
)

IN_BATCH = sa.text("batch IS NOT NULL")
"""The part of `passports` of which a batch has not told its result."""

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
    sa.Column("delivered_name", sa.Text, comment="the last name that iGarage is known to hold"),
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
    sa.Column(
        "sent_by",
        sa.Boolean,
        nullable=False,
        server_default=sa.false(),
        comment="sent_at is the end of a batch: iGarage's own instant is before it",
    ),
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
    sa.Column("batch", sa.Text, comment="the batch it is in, until that has told its result"),
    sa.Column("direct_revision", sa.BigInteger, comment="no batch takes it: it goes by itself"),
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
    sa.Index("passports_missing", "garage", sqlite_where=MISSING, postgresql_where=MISSING),
    sa.Index("passports_in_batch", "garage", "batch", sqlite_where=IN_BATCH, postgresql_where=IN_BATCH),
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
