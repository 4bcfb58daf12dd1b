"""The memory of each source: what its rows said last, by which they are recognised and weighed.

One row per record key; a row without a key stands under its own digest, behind a `#`. A source has one key for a
plate, the one that named it last: what another key said of it before is no longer what the source says.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.sql.operators import custom_op

from connector.ledger.schema import rows, staged
from connector.ledger.writing import among, found, insert_from, upsert

Row = Mapping[Any, Any]
Values = dict[str, Any]

SKIP = "#"
"""Before the digest of a row that has no key."""


@dataclass(frozen=True, slots=True)
class Remembered:
    """What a source's row was when it was last mapped: enough to count it again without mapping."""

    key: str
    plate: str | None
    verdict: str
    reason: str | None
    rank: bytes | None


def recognise(
    connection: sa.Connection, garage: str, source: str, recipe: bytes, told: Mapping[str, Collection[bytes]]
) -> dict[bytes, Remembered]:
    """Which raw rows this source said before, word for word and read by the same recipe; `told` are digests by key.

    Rejected rows are not remembered, so that they are listed with today's line, nor a row that lost against
    another of its plate, for its content was never kept and tonight it may win.
    """
    if not told:
        return {}
    query = sa.select(
        rows.c.digest, rows.c.key, rows.c.plate, rows.c.verdict, rows.c.reason, rows.c.rank
    ).where(_of_source(garage, source), rows.c.recipe == recipe, among(connection, rows.c.key, told))
    remembered = ((bytes(digest), Remembered(*rest)) for digest, *rest in connection.execute(query))
    return {digest: each for digest, each in remembered if digest in told[each.key]}


def skip_key(digest: bytes) -> str:
    """Under which a raw row is remembered that has no key, for it is no passport."""
    return f"{SKIP}{digest.hex()}"


WORD_FOR_WORD = 1_000_000
"""Digests of one source that are kept in memory while a file of it is read: 100 MB at most, 10 for 100,000 rows."""


FETCHED = 10_000
"""Digests that are fetched at a time."""


@dataclass(frozen=True, slots=True)
class Said:
    """Digests of raw rows that became passports, and whether these are all that can be recognised of their source."""

    passports: set[bytes]
    is_all: bool


def said_word_for_word(connection: sa.Connection, garage: str, source: str, recipe: bytes) -> Said:
    """What a source said by the same recipe; of its passports at most so many as are kept."""
    said = _all_of_source(connection, garage, source) & (rows.c.recipe == recipe)
    passports = _digests(connection, said & (rows.c.verdict == "passport"), WORD_FOR_WORD)
    others = sa.select(rows.c.key).where(_skips(connection, garage, source)).limit(1)
    is_all = len(passports) < WORD_FOR_WORD and connection.execute(others).first() is None
    return Said(passports, is_all)


def digests(connection: sa.Connection, garage: str, source: str) -> set[bytes]:
    """The digests of all that a source has said last."""
    return _digests(connection, _all_of_source(connection, garage, source))


def standing(connection: sa.Connection, garage: str, source: str) -> int:
    """How many passports the exports of a source still name, as far as that is noted."""
    of_source = _all_of_source(connection, garage, source)
    named = of_source & (rows.c.verdict == "passport") & rows.c.unnamed_since.is_(None)
    query = sa.select(sa.func.count()).select_from(rows).where(named)
    return int(connection.execute(query).scalar_one())


def _digests(connection: sa.Connection, which: sa.ColumnElement[bool], most: int | None = None) -> set[bytes]:
    """Of these rows, as the driver hands them over: SQLAlchemy's own rows would take twice as long."""
    cursor: Any = connection.execute(sa.select(rows.c.digest).where(which).limit(most)).cursor
    parts = iter(lambda: cursor.fetchmany(FETCHED), [])
    return {bytes(digest) for part in parts for (digest,) in part}


def said(connection: sa.Connection, garage: str, source: str, keys: Sequence[str]) -> dict[str, Values]:
    """Key → what a source said under it last."""
    query = sa.select(rows).where(_of_source(garage, source), among(connection, rows.c.key, keys))
    return {row["key"]: row for row in found(connection, query)}


_KEPT = ("digest", "verdict", "reason", "plate", "rank", "said", "address", "warnings")
"""What is remembered of a staged row, beside its key and the recipe it was read by."""


def remember(
    connection: sa.Connection,
    of_slice: sa.ColumnElement[bool],
    said: Mapping[str, Any],
    weighed: Collection[Row],
) -> None:
    """Keep what the passports of a slice say, in the place of what these keys, or others of their plates, said.

    `said` tells their garage, source and recipe; `weighed` are those of which something may have been known.
    """
    former = _former_keys(connection, said["garage"], said["source"], weighed) if weighed else []
    if former:
        of_source = _of_source(said["garage"], said["source"])
        connection.execute(rows.delete().where(of_source, rows.c.key.in_(former)))
    own = {name: staged.c[name] for name in ("key", *_KEPT)}
    insert_from(connection, rows, said, own, of_slice & is_told(), replace=True)


def is_told() -> sa.ColumnElement[bool]:
    """Of the staged rows those that are a passport and were not recognised as one."""
    return ~staged.c.recognised & (staged.c.verdict == "passport")


def remember_skips(connection: sa.Connection, said: Mapping[str, Any], skips: Collection[Row]) -> None:
    """Keep staged rows that are no passport, each under its own digest: it has no key."""
    upsert(
        connection,
        rows,
        [
            {**said} | {"key": skip_key(bytes(row["digest"]))} | {name: row[name] for name in _KEPT}
            for row in skips
        ],
    )


def _former_keys(
    connection: sa.Connection, garage: str, source: str, passports: Collection[Row]
) -> list[str]:
    """Other keys under which the source named these plates before; found by plate, for of keys a source has many."""
    keys = {row["key"] for row in passports}
    plates = among(connection, rows.c.plate, [row["plate"] for row in passports])
    query = sa.select(rows.c.source, rows.c.key).where(rows.c.garage == garage, plates)
    return [key for of, key in connection.execute(query) if of == source and key not in keys]


def forget_skips(connection: sa.Connection, garage: str, source: str, file: int) -> None:
    """A row without a key is remembered only while the export still has it."""
    present = sa.select(staged.c.digest).where(staged.c.file == file)
    skips = _skips(connection, garage, source)
    gone = sa.select(rows.c.key).where(skips, rows.c.digest.not_in(present))
    if keys := list(connection.execute(gone).scalars()):
        of_keys = among(connection, rows.c.key, keys)
        connection.execute(rows.delete().where(_of_source(garage, source), of_keys))


def _skips(connection: sa.Connection, garage: str, source: str) -> sa.ColumnElement[bool]:
    """The rows of a source that are no passport. On SQLite they lie together; another database may sort otherwise."""
    skips = _of_source(garage, source) & (rows.c.verdict == "skipped")
    return skips & rows.c.key.between(SKIP, f"{SKIP}~") if connection.dialect.name == "sqlite" else skips


def _all_of_source(connection: sa.Connection, garage: str, source: str) -> sa.ColumnElement[bool]:
    """As `_of_source`, where most of the table is wanted: SQLite then reads it as it lies.

    By an index it would be led to and fro, and it takes one wherever a column stands by itself.
    """
    if connection.dialect.name != "sqlite":
        return _of_source(garage, source)
    return (_unindexed(rows.c.garage) == garage) & (_unindexed(rows.c.source) == source)


def _unindexed(column: sa.Column[str]) -> sa.ColumnElement[str]:
    return sa.UnaryExpression(column, operator=custom_op("+"), type_=column.type)


def _of_source(garage: str, source: str) -> sa.ColumnElement[bool]:
    return (rows.c.garage == garage) & (rows.c.source == source)
