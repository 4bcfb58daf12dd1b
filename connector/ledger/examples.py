"""What a file that is held is shown by: rows that cannot be passports, and cars that are no longer in it."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from itertools import islice

import sqlalchemy as sa

from connector.ledger import marks
from connector.ledger.schema import rows, staged


@dataclass(frozen=True, slots=True)
class Unfit:
    """A row that is no passport: its first physical line, why, and of a rejected one column and masked value."""

    line: int | None
    reason: str
    column: str | None = None
    value: str | None = None


@dataclass(frozen=True, slots=True)
class Named:
    """What a staged file names: plates and record keys, and the digests of the rows that are marked."""

    names: Collection[str]
    digests: Collection[bytes]


def unfit(connection: sa.Connection, file: int, limit: int) -> list[Unfit]:
    """The first rows of a staged file that are no passport, the rejected ones before the skipped."""
    query = (
        sa.select(staged.c.line, staged.c.reason, staged.c.rejection)
        .where(staged.c.file == file, staged.c.verdict != "passport")
        .order_by(staged.c.verdict, staged.c.position)
    )
    found = connection.execute(query.limit(limit))
    return [Unfit(line, reason, *_cell(rejection)) for line, reason, rejection in found]


def named(connection: sa.Connection, file: int) -> Named:
    """What a staged file names."""
    query = sa.select(staged.c.plate, staged.c.key).where(staged.c.file == file)
    names = {name for row in connection.execute(query) for name in row if name}
    return Named(names, marks.digests(connection, file))


def named_no_more(
    connection: sa.Connection, garage: str, source: str, now: Named, limit: int
) -> list[tuple[str, str]]:
    """Plate and address of the first passports that the source's last file named, and this one does not."""
    return list(islice(_gone(connection, garage, source, now), limit))


def _gone(connection: sa.Connection, garage: str, source: str, now: Named) -> Iterator[tuple[str, str]]:
    before = (rows.c.garage == garage) & (rows.c.source == source) & rows.c.unnamed_since.is_(None)
    query = sa.select(rows.c.key, rows.c.plate, rows.c.address, rows.c.digest)
    query = query.where(before, rows.c.verdict == "passport").order_by(rows.c.key)
    for key, plate, address, digest in connection.execute(query):
        if key not in now.names and plate not in now.names and bytes(digest) not in now.digests:
            yield plate, address or ""


def _cell(rejection: str | None) -> tuple[str | None, str | None]:
    if rejection is None:
        return None, None
    column, value, _ = json.loads(rejection)
    return column, value
