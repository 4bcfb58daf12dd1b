"""A garage's part of a ledger, copied into another: to try out there what is not to happen here."""

from __future__ import annotations

from collections.abc import Iterator

import sqlalchemy as sa

from connector.ledger import numbers
from connector.ledger.schema import events, files, marks, meta, metadata, staged
from connector.ledger.writing import insert_all

CHUNK = 1000
"""Rows that are copied at a time."""


def copy_garage(here: sa.Connection, there: sa.Connection, garage: str) -> None:
    """Copy all that is known of a garage but its events. `there` is a new ledger."""
    for table in metadata.sorted_tables:
        if "garage" in table.c and table is not events:
            _copy(here, there, table, table.c.garage == garage)
    accepting = sa.select(files.c.id).where(files.c.garage == garage, files.c.state == "accepting")
    for table in (staged, marks):
        _copy(here, there, table, table.c.file.in_(accepting))
    _copy(here, there, meta, meta.c.name.in_(("rescued", "restored", numbers.LAST)))


def _copy(here: sa.Connection, there: sa.Connection, table: sa.Table, which: sa.ColumnElement[bool]) -> None:
    for chunk in _chunks(here, sa.select(table).where(which)):
        insert_all(there, table, chunk)


def _chunks(here: sa.Connection, query: sa.Select[tuple[object, ...]]) -> Iterator[list[dict[str, object]]]:
    for part in here.execute(query).mappings().partitions(CHUNK):
        yield [{str(name): value for name, value in row.items()} for row in part]
