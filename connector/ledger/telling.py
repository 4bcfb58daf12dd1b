"""Which addresses the garage's own systems are to hear of: those that proved invalid since they were last told."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime, timedelta

import sqlalchemy as sa

from connector.ledger.schema import Instant, addresses, corrections, metadata, rows
from connector.ledger.writing import upsert
from connector.model import AddressNotice

told = sa.Table(
    "told",
    metadata,
    sa.Column("garage", sa.Text, primary_key=True),
    sa.Column("source", sa.Text, primary_key=True),
    sa.Column("address", sa.Text, primary_key=True, comment="as compared"),
    sa.Column("since", Instant, nullable=False, comment="of the verdict that was, or is to be told"),
    sa.Column("told_at", Instant, comment="when the source's own system heard of it"),
    sa.Column("failures", sa.BigInteger, nullable=False, comment="tries in vain"),
    sa.Column("due_at", Instant, nullable=False, comment="not before this again"),
)

FIRST, LONGEST = timedelta(minutes=1), timedelta(hours=6)
"""How long a system that could not be told is let alone: it doubles with each failure."""


def untold(
    connection: sa.Connection, garage: str, source: str, now: datetime, limit: int
) -> list[AddressNotice]:
    """The invalid addresses that rows of a source name, and of which it was not told since; what is due, in order."""
    known = (told.c.garage == garage) & (told.c.source == source) & (told.c.address == addresses.c.address)
    is_done = told.c.told_at.is_not(None) | ((told.c.due_at > now) & (told.c.due_at <= now + LONGEST))
    named = sa.select(rows.c.address).where(rows.c.garage == garage, rows.c.source == source)
    query = sa.select(addresses).where(
        addresses.c.garage == garage,
        addresses.c.verdict.in_(("bounced", "unwritable")),
        addresses.c.address.in_(named),
        ~sa.exists().where(known, told.c.since == addresses.c.since, is_done),
    )
    found = connection.execute(query.order_by(addresses.c.since, addresses.c.address).limit(limit)).mappings()
    wanted = {row["address"]: row for row in found}
    records, meant = (
        _records(connection, garage, source, list(wanted)),
        _meant(connection, garage, list(wanted)),
    )
    return [
        AddressNotice(
            address=address,
            reason=row["reason"],
            since=row["since"],
            records=tuple(sorted(key for key, _ in records[address])),
            plates=tuple(sorted(plate for _, plate in records[address])),
            suggestion=row["suggestion"],
            corrected_to=meant.get(address),
        )
        for address, row in wanted.items()
    ]


def note(
    connection: sa.Connection, garage: str, source: str, notice: AddressNotice, now: datetime, *, done: bool
) -> None:
    """A source was told of an address; or it could not be, and is let alone for a while."""
    key = (told.c.garage == garage) & (told.c.source == source) & (told.c.address == notice.address)
    before = connection.execute(sa.select(told.c.failures).where(key, told.c.since == notice.since)).scalar()
    failures = 0 if done else (before or 0) + 1
    values = {"garage": garage, "source": source, "address": notice.address, "since": notice.since}
    wait = min(FIRST * 2 ** min(failures, 20), LONGEST)
    values |= {"told_at": now if done else None, "failures": failures, "due_at": now + wait}
    upsert(connection, told, [values])


def _records(
    connection: sa.Connection, garage: str, source: str, wanted: list[str]
) -> dict[str, list[tuple[str, str]]]:
    """Address → the keys and plates of the rows that name it."""
    query = sa.select(rows.c.address, rows.c.key, rows.c.plate).where(
        rows.c.garage == garage,
        rows.c.source == source,
        rows.c.address.in_(wanted),
        rows.c.plate.is_not(None),
    )
    found: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for address, key, plate in connection.execute(query):
        found[address].append((key, plate))
    return found


def _meant(connection: sa.Connection, garage: str, wanted: list[str]) -> dict[str, str]:
    """Address → what it was corrected to, wherever it stands."""
    query = sa.select(corrections.c.seen, corrections.c.meant).where(
        corrections.c.garage == garage, corrections.c.plate == "", corrections.c.seen.in_(wanted)
    )
    return {row.seen: row.meant for row in connection.execute(query)}
