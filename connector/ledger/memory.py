"""The memory of each source: what its rows said last, by which they are recognised and weighed.

One row per record key; a row without a key stands under its own digest, behind a `#`. A source has one key for a
plate, the one that named it last: what another key said of it before is no longer what the source says.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from connector.ledger.schema import rows, staged
from connector.ledger.writing import found, upsert

Row = Mapping[Any, Any]
Values = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Remembered:
    """What a source's row was when it was last mapped: enough to count it again without mapping."""

    key: str
    plate: str | None
    verdict: str
    reason: str | None
    rank: bytes | None


def recognise(
    connection: sa.Connection, garage: str, source: str, recipe: bytes, digests: Sequence[bytes]
) -> dict[bytes, Remembered]:
    """Which raw rows this source said before, word for word and read by the same recipe.

    Rejected rows are not remembered, so that they are listed with today's line, nor a row that lost against
    another of its plate, for its content was never kept and tonight it may win.
    """
    query = sa.select(
        rows.c.digest, rows.c.key, rows.c.plate, rows.c.verdict, rows.c.reason, rows.c.rank
    ).where(
        rows.c.garage == garage,
        rows.c.source == source,
        rows.c.recipe == recipe,
        rows.c.digest.in_(digests),
    )
    remembered = connection.execute(query)
    return {bytes(digest): Remembered(*rest) for digest, *rest in remembered}


def said(connection: sa.Connection, garage: str, source: str, keys: Sequence[str]) -> dict[str, Values]:
    """Key → what a source said under it last."""
    query = sa.select(rows).where(_of_source(garage, source), rows.c.key.in_(keys))
    return {row["key"]: row for row in found(connection, query)}


def entry(garage: str, source: str, recipe: bytes, row: Row) -> Values:
    """What is remembered of a staged row: under its key, or under its own digest where it is a skip."""
    key = f"#{bytes(row['digest']).hex()}" if row["verdict"] == "skipped" else row["key"]
    remembered = ("digest", "verdict", "reason", "plate", "rank", "said", "address", "warnings")
    values = {name: row[name] for name in remembered}
    return {"garage": garage, "source": source, "key": key, "recipe": recipe, **values}


def remember(connection: sa.Connection, garage: str, source: str, entries: Collection[Values]) -> None:
    """Keep what rows said, in the place of what these keys, or other keys of these plates, said before."""
    former = _former_keys(connection, garage, source, entries)
    if former:
        connection.execute(rows.delete().where(_of_source(garage, source), rows.c.key.in_(former)))
    upsert(connection, rows, list(entries))


def _former_keys(
    connection: sa.Connection, garage: str, source: str, entries: Collection[Values]
) -> list[str]:
    """Other keys under which the source named these plates before; found by plate, for of keys a source has many."""
    plates = [each["plate"] for each in entries if each["plate"] and each["verdict"] == "passport"]
    if not plates:
        return []
    keys = {each["key"] for each in entries}
    query = sa.select(rows.c.source, rows.c.key).where(rows.c.garage == garage, rows.c.plate.in_(plates))
    return [key for of, key in connection.execute(query) if of == source and key not in keys]


def forget_skips(connection: sa.Connection, garage: str, source: str, file: int) -> None:
    """A row without a key is remembered only while the export still has it."""
    present = sa.select(staged.c.digest).where(staged.c.file == file)
    connection.execute(
        rows.delete().where(
            _of_source(garage, source), rows.c.verdict == "skipped", rows.c.digest.not_in(present)
        )
    )


def _of_source(garage: str, source: str) -> sa.ColumnElement[bool]:
    return (rows.c.garage == garage) & (rows.c.source == source)
