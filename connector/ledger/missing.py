"""Plates that the exports name no more: noted, and nothing is withdrawn for it.

A source that exports its whole customer base speaks of each of its plates in every file; a selection speaks only of
those in it, and of them only that once. So a plate is missing once a whole export that named it does not, and no
other whole export names it still; it is there again when any export names it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import datetime
from itertools import chain
from typing import Any

import sqlalchemy as sa

from connector.arrivals import Contains
from connector.ledger import marks, memory
from connector.ledger.schema import MISSING, passports, rows, staged
from connector.ledger.writing import event, record

MANY = 500
"""Rows that are written in one statement."""


def note(
    connection: sa.Connection,
    garage: str,
    source: str,
    file: int,
    contains: Contains,
    now: datetime,
) -> None:
    """A file was accepted, and its rows are still staged: what it names is there, and what it names no more is missing.

    A car that is named by a row without an address, or by one that is rejected, is in the export all the same, and
    so is what is marked as said before.
    """
    of_source = (rows.c.garage == garage) & (rows.c.source == source) & (rows.c.verdict == "passport")
    unnamed = rows.c.unnamed_since.is_not(None)
    named = sa.select(staged.c.plate).where(staged.c.file == file, staged.c.plate.is_not(None))
    refused = sa.select(staged.c.key).where(
        staged.c.file == file, staged.c.verdict == "rejected", staged.c.key.is_not(None)
    )
    here = rows.c.plate.in_(named) | rows.c.key.in_(refused)
    found = connection.execute(sa.select(rows.c.key, rows.c.digest, here).where(of_source, unnamed)).all()
    marked = marks.digests(connection, file) if found else frozenset()
    back = [key for key, digest, is_here in found if is_here or bytes(digest) in marked]
    _write(connection, of_source, back, None)
    _end(connection, garage, now)
    known = of_source & ~unnamed
    if contains != "all":
        _write(connection, of_source, _keys(connection, known), now)
        return
    if memory.standing(connection, garage, source) > _passports(connection, file) + marks.number(
        connection, file
    ):
        marked = marked or marks.digests(connection, file)
        missed = known & rows.c.key.not_in(refused)
        if marked:
            gone = _unmarked(connection, garage, source, marked, missed & rows.c.plate.not_in(named))
        else:  # a difference of sets: neither database needs an index of what is staged for it
            gone = _keys(connection, missed & rows.c.plate.in_(_said(garage, source).except_(named)))
        _write(connection, of_source, gone, now)
    _begin(connection, garage, of_source & unnamed, now)


def _passports(connection: sa.Connection, file: int) -> int:
    """How many passports are staged of a file: each of them is remembered."""
    passports = (staged.c.file == file) & (staged.c.verdict == "passport")
    query = sa.select(sa.func.count()).select_from(staged).where(passports)
    return int(connection.execute(query).scalar_one())


def _unmarked(
    connection: sa.Connection,
    garage: str,
    source: str,
    marked: Collection[bytes],
    which: sa.ColumnElement[bool],
) -> list[str]:
    """Keys of those of `which` that a source said under other digests."""
    query = sa.select(rows.c.key, rows.c.digest).where(rows.c.garage == garage, rows.c.source == source)
    left = [key for key, digest in _each(connection, query) if digest not in marked]
    keys: list[str] = []
    for start in range(0, len(left), MANY):
        some = rows.c.key.in_(left[start : start + MANY])
        keys += _keys(connection, some & which)
    return keys


def _keys(connection: sa.Connection, which: sa.ColumnElement[bool]) -> list[str]:
    return list(connection.execute(sa.select(rows.c.key).where(which)).scalars().all())


def _each(connection: sa.Connection, query: sa.Select[Any]) -> Iterator[Any]:
    """The rows of a query, some fetched at a time: one by one each costs more than all the rest of it."""
    return chain.from_iterable(connection.execute(query).partitions(MANY))


def _write(
    connection: sa.Connection, of_source: sa.ColumnElement[bool], keys: list[str], since: datetime | None
) -> None:
    for start in range(0, len(keys), MANY):
        chunk = rows.c.key.in_(keys[start : start + MANY])
        connection.execute(rows.update().where(of_source, chunk).values(unnamed_since=since))


def _said(garage: str, source: str) -> sa.Select[tuple[str]]:
    """The plates that a source named in its file before."""
    before = rows.alias()
    of_source = (before.c.garage == garage) & (before.c.source == source) & (before.c.verdict == "passport")
    return sa.select(before.c.plate).where(of_source, before.c.unnamed_since.is_(None))


def count(connection: sa.Connection, garage: str) -> int:
    """How many plates no export names any more, of those that are not withdrawn."""
    query = sa.select(sa.func.count()).select_from(passports)
    missing = query.where(passports.c.garage == garage, MISSING, passports.c.state != "withdrawn")
    return connection.execute(missing).scalar_one()


def _named() -> sa.ColumnElement[bool]:
    """Whether some source's last export names a passport's plate."""
    of_plate = (rows.c.garage == passports.c.garage) & (rows.c.plate == passports.c.plate)
    return sa.exists().where(of_plate, rows.c.verdict == "passport", rows.c.unnamed_since.is_(None))


def _begin(connection: sa.Connection, garage: str, said: sa.ColumnElement[bool], now: datetime) -> None:
    plates = sa.select(rows.c.plate).where(said)
    begun = passports.update().where(
        passports.c.garage == garage,
        passports.c.plate.in_(plates),
        passports.c.missing_since.is_(None),
        ~passports.c.absent,
        ~_named(),
    )
    _change(connection, garage, begun.values(missing_since=now), "missing", now)


def _end(connection: sa.Connection, garage: str, now: datetime) -> None:
    ended = passports.update().where(passports.c.garage == garage, MISSING, _named())
    _change(connection, garage, ended.values(missing_since=None), "missing_over", now)


def _change(connection: sa.Connection, garage: str, change: sa.Update, name: str, now: datetime) -> None:
    plates = list(connection.execute(change.returning(passports.c.plate)).scalars())
    record(connection, [event(garage, each, now, name) for each in sorted(plates)])
