"""The smallest pieces of SQL that several rooms of the ledger share."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from itertools import chain
from operator import itemgetter
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from connector.canonical import compact_json
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


def insert_from(
    connection: sa.Connection,
    table: sa.Table,
    given: Values,
    own: Mapping[str, sa.ColumnElement[Any]],
    which: sa.ColumnElement[bool],
    *,
    replace: bool = False,
) -> None:
    """Insert what stands in other tables, without fetching it: the columns `given`, and of each row its `own`.

    With `replace` the columns of a row of the same primary key are replaced.
    """
    constants = (sa.literal(value, table.c[name].type).label(name) for name, value in given.items())
    taken = sa.select(*constants, *(column.label(name) for name, column in own.items())).where(which)
    insert = sqlite.insert if connection.dialect.name == "sqlite" else postgresql.insert
    filled = insert(table).from_select([*given, *own], taken)
    if replace:
        keys = [column.name for column in table.primary_key]
        replaced = {name: filled.excluded[name] for name in (*given, *own) if name not in keys}
        filled = filled.on_conflict_do_update(index_elements=keys, set_=replaced)
    connection.execute(filled)


def rewrite(connection: sa.Connection, table: sa.Table, rows: Iterable[tuple[Values, Values]]) -> None:
    """Write rows that are there, each given as it was and as it is: of each the columns that changed.

    A column that stays as it was costs nothing then, nor do the indexes over it.
    """
    alike: dict[tuple[str, ...], list[Values]] = {}
    for before, after in rows:
        changed = tuple(name for name, value in after.items() if before[name] != value)
        if changed:
            alike.setdefault(changed, []).append(after)
    for names, values in alike.items():
        _update(connection, table, names, values)


FEW = 100
"""Rows that are written in one statement: between two statements of a thread all the others want to run first."""


def _insert(
    connection: sa.Connection, table: sa.Table, values: Sequence[Values], on_conflict: str = ""
) -> None:
    names = list(values[0])
    rows = _as_the_driver_takes_them(connection, table, names, values)
    insert_tuples(connection, table, names, rows, on_conflict)


def insert_tuples(
    connection: sa.Connection,
    table: sa.Table,
    names: Sequence[str],
    rows: Sequence[tuple[Any, ...]],
    on_conflict: str = "",
    given: Mapping[str, str | int] | None = None,
) -> None:
    """Hand rows to the driver itself: through SQLAlchemy's parameters they take twice as long.

    Each has these columns, as the driver takes them: an instant is a number. `given` are words and numbers of our own
    that are the same for all, and stand in the statement: handed over with each row they would take a third of it.
    """
    if not rows:
        return
    mark = "?" if connection.dialect.paramstyle == "qmark" else "%s"
    same = given or {}
    marks = f"({', '.join([*[mark] * len(names), *map(repr, same.values())])})"
    into = f'INSERT INTO "{table.name}" ({_quoted([*names, *same])}) VALUES '  # noqa: S608  # our own names
    if len(rows) <= FEW:
        together = ", ".join([marks] * len(rows))
        connection.exec_driver_sql(into + together + on_conflict, tuple(chain.from_iterable(rows)))
    else:
        connection.exec_driver_sql(into + marks + on_conflict, rows)


def _update(
    connection: sa.Connection, table: sa.Table, names: Sequence[str], values: Sequence[Values]
) -> None:
    keys = [column.name for column in table.primary_key]
    rows = _as_the_driver_takes_them(connection, table, [*names, *keys], values)
    mark = "?" if connection.dialect.paramstyle == "qmark" else "%s"
    if len(rows) > FEW:
        written = ", ".join(f'"{name}" = {mark}' for name in names)
        which = " AND ".join(f'"{name}" = {mark}' for name in keys)
        connection.exec_driver_sql(f'UPDATE "{table.name}" SET {written} WHERE {which}', rows)  # noqa: S608
        return
    kinds = [table.c[name].type.compile(connection.dialect) for name in (*names, *keys)]
    given = [f"CAST(given.column{place} AS {kind})" for place, kind in enumerate(kinds, 1)]
    written = ", ".join(f'"{name}" = {value}' for name, value in zip(names, given, strict=False))
    which = " AND ".join(
        f'"{table.name}"."{name}" = {value}' for name, value in zip(keys, given[len(names) :], strict=True)
    )
    marks = ", ".join([f"({', '.join([mark] * len(kinds))})"] * len(rows))
    connection.exec_driver_sql(
        f'UPDATE "{table.name}" SET {written} FROM (VALUES {marks}) AS given WHERE {which}',  # noqa: S608
        tuple(chain.from_iterable(rows)),
    )


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


def among(
    connection: sa.Connection, column: sa.ColumnElement[Any], values: Iterable[str] | Iterable[int]
) -> sa.ColumnElement[bool]:
    """Whether a column is one of many texts or numbers, handed over as one parameter.

    A parameter for each costs more than its row.
    """
    unpacked = (
        "SELECT value FROM json_each(:values)"
        if connection.dialect.name == "sqlite"
        else f"SELECT CAST(json_array_elements_text(CAST(:values AS json)) AS {column.type})"
    )
    given = sa.text(unpacked).bindparams(values=json.dumps(sorted(set(values))))
    return column.in_(given.columns(sa.column("value", column.type)))


def found(
    connection: sa.Connection, query: sa.Select[Any], given: Values | None = None
) -> list[dict[str, Any]]:
    """The rows of a query as plain dictionaries, for each is read many times over; `given` are its parameters."""
    result = connection.execute(query, given)
    names = tuple(result.keys())
    return [dict(zip(names, row, strict=True)) for row in result.all()]
