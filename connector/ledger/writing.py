"""The smallest pieces of SQL that several rooms of the ledger share."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from itertools import chain
from operator import itemgetter
from typing import Any

import sqlalchemy as sa

from connector.ledger.schema import Instant, events

Values = Mapping[str, Any]


def upsert(connection: sa.Connection, table: sa.Table, values: Sequence[Values]) -> None:
    """Insert rows, or replace the columns given where the primary key is there already."""
    if not values:
        return
    keys = [column.name for column in table.primary_key]
    replaced = [f'"{name}" = excluded."{name}"' for name in values[0] if name not in keys]
    deed = f"DO UPDATE SET {', '.join(replaced)}" if replaced else "DO NOTHING"
    _insert(connection, table, values, f" ON CONFLICT ({_quoted(keys)}) {deed}")


def insert_all(connection: sa.Connection, table: sa.Table, values: Sequence[Values]) -> None:
    """Insert rows, all of the same columns; nothing where there are none."""
    if values:
        _insert(connection, table, values)


FEW = 100
"""Rows that are written in one statement: between two statements of a thread all the others want to run first."""


def _insert(
    connection: sa.Connection, table: sa.Table, values: Sequence[Values], on_conflict: str = ""
) -> None:
    """Hand rows to the driver itself: through SQLAlchemy's parameters they take twice as long."""
    names = list(values[0])
    mark = "?" if connection.dialect.paramstyle == "qmark" else "%s"
    marks = f"({', '.join([mark] * len(names))})"
    rows = _as_the_driver_takes_them(connection, table, names, values)
    into = f'INSERT INTO "{table.name}" ({_quoted(names)}) VALUES '  # noqa: S608  # our own names
    if len(rows) <= FEW:
        together = ", ".join([marks] * len(rows))
        connection.exec_driver_sql(into + together + on_conflict, tuple(chain.from_iterable(rows)))
    else:
        connection.exec_driver_sql(into + marks + on_conflict, rows)


def _as_the_driver_takes_them(
    connection: sa.Connection, table: sa.Table, names: Sequence[str], values: Sequence[Values]
) -> list[tuple[Any, ...]]:
    """Rows as tuples; instants, which no driver knows as we keep them, as numbers."""
    kinds = {name: table.c[name].type for name in names}
    instants = {name: kind for name, kind in kinds.items() if isinstance(kind, Instant)}
    if len(names) > 1 and not instants:
        return list(map(itemgetter(*names), values))
    columns = [[each[name] for each in values] for name in names]
    for place, name in enumerate(names):
        if name in instants:
            to_number = instants[name].process_bind_param
            columns[place] = [to_number(each, connection.dialect) for each in columns[place]]
    return list(zip(*columns, strict=True))


def _quoted(names: Sequence[str]) -> str:
    return ", ".join(f'"{name}"' for name in names)


def event(garage: str, plate: str, at: datetime, name: str, **detail: object) -> dict[str, Any]:
    """A row of `events`: what changed in the life of a plate. `detail` holds no personal data."""
    return {"garage": garage, "plate": plate, "at": at, "event": name, "detail": compact_json(detail)}


def record(connection: sa.Connection, happened: Sequence[Values]) -> None:
    """Write events."""
    insert_all(connection, events, happened)


def compact_json(value: object) -> str:
    """JSON whose bytes depend on the value alone."""
    return _COMPACT(value)


_COMPACT = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode


def found(
    connection: sa.Connection, query: sa.Select[Any], given: Values | None = None
) -> list[dict[str, Any]]:
    """The rows of a query as plain dictionaries, for each is read many times over; `given` are its parameters."""
    result = connection.execute(query, given)
    names = tuple(result.keys())
    return [dict(zip(names, row, strict=True)) for row in result.all()]
