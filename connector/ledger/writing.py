"""The smallest pieces of SQL that several rooms of the ledger share."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from connector.ledger.schema import events

Values = Mapping[str, Any]


def upsert(connection: sa.Connection, table: sa.Table, values: Sequence[Values]) -> None:
    """Insert rows, or replace the columns given where the primary key is there already."""
    if not values:
        return
    insert = (postgresql if connection.dialect.name == "postgresql" else sqlite).insert(table)
    keys = [column.name for column in table.primary_key]
    replaced = {name: insert.excluded[name] for name in values[0] if name not in keys}
    on_conflict = (
        insert.on_conflict_do_update(index_elements=keys, set_=replaced)
        if replaced
        else insert.on_conflict_do_nothing(index_elements=keys)
    )
    connection.execute(on_conflict, list(values))


def insert_all(connection: sa.Connection, table: sa.Table, values: Sequence[Values]) -> None:
    """Insert rows; nothing where there are none."""
    if values:
        connection.execute(sa.insert(table), list(values))


def event(garage: str, plate: str, at: datetime, name: str, **detail: object) -> dict[str, Any]:
    """A row of `events`: what changed in the life of a plate. `detail` holds no personal data."""
    return {"garage": garage, "plate": plate, "at": at, "event": name, "detail": compact_json(detail)}


def record(connection: sa.Connection, happened: Sequence[Values]) -> None:
    """Write events."""
    insert_all(connection, events, happened)


def compact_json(value: object) -> str:
    """JSON whose bytes depend on the value alone."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
