"""What is old enough to go: events, rejected rows, files and batches, some at a time, and nothing that is still needed.

What is needed: the memory of each source, which is no part of this; of each source the last file that was taken and the
last that was judged at all, with their rejected rows; a file that is held or under way; a file that lies in its folder
still; of each plate the last correction, by which an older word of iGarage is recognised; a batch that has not told all
of its passports; and of each garage the last batch, after which the next one is numbered.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

import sqlalchemy as sa

from connector.ledger.databases import Database
from connector.ledger.schema import (
    batch_members,
    batches,
    events,
    files,
    passports,
    rejected_rows,
    skipped_rows,
)

Retired = Literal["events", "rejected", "files", "batches"]
Lying = frozenset[tuple[str, int]] | None
"""Name and size of what lies in a folder; None: that cannot be told now."""
LIMIT = 500
"""Rows of one transaction."""
ENDED = ("taken", "superseded", "discarded")
TOLD = ("done", "overdue", "refused", "cancelled")
"""States of a batch from which nothing more is to come."""


@dataclass(frozen=True, slots=True)
class Ages:
    """How long a garage keeps what happened to a plate, which rows were rejected, and which files and batches came."""

    events: timedelta
    rejected: timedelta
    files: timedelta


@dataclass(frozen=True, slots=True)
class Retiring:
    """Removes what a ledger keeps no longer. `now` tells the time in UTC."""

    database: Database
    now: Callable[[], datetime]

    def slice(self, garage: str, kind: Retired, ages: Ages, lying: Mapping[str, Lying]) -> int:
        """Remove the oldest rows of a kind that are old enough; how many. They are looked for without being in the way.

        Of batches one at a time, for each has hundreds of members. `lying`: source → what lies in its folder; a source
        that is not among them is no longer configured.
        """
        with self.database.read() as connection:
            old = _old(connection, garage, kind, self.now(), ages, lying)
        if old:
            with self.database.write("retire") as connection:
                _remove(connection, garage, kind, old)
        return len(old)


def _old(
    connection: sa.Connection,
    garage: str,
    kind: Retired,
    now: datetime,
    ages: Ages,
    lying: Mapping[str, Lying],
) -> list[int]:
    if kind == "events":
        return _some(connection, _old_events(garage, now - ages.events))
    if kind == "rejected":
        return _some(connection, _old_rejections(garage, now - ages.rejected))
    if kind == "batches":
        return _some(connection, _old_batches(garage, now - ages.files))[:1]
    old = connection.execute(_old_files(garage, now - ages.files).order_by(files.c.id))
    return [each.id for each in old if not _lies(lying, each.source, (each.name, each.size))][:LIMIT]


def _some(connection: sa.Connection, query: sa.Select[Any]) -> list[int]:
    return list(connection.execute(query.limit(LIMIT)).scalars())


def _old_events(garage: str, before: datetime) -> sa.Select[Any]:
    newer = events.alias()
    last_correction = (events.c.event == "corrected") & ~sa.exists().where(
        newer.c.garage == events.c.garage,
        newer.c.plate == events.c.plate,
        newer.c.event == "corrected",
        newer.c.id > events.c.id,
    )
    old = (events.c.garage == garage) & (events.c.at < before)
    return sa.select(events.c.id).where(old, ~last_correction).order_by(events.c.id)


def _old_rejections(garage: str, before: datetime) -> sa.Select[Any]:
    mine = sa.select(files.c.id).where(
        files.c.garage == garage, files.c.state.in_(ENDED), files.c.closed_at < before, _is_not_last("taken")
    )
    return sa.select(rejected_rows.c.id).where(rejected_rows.c.file.in_(mine)).order_by(rejected_rows.c.id)


def _old_files(garage: str, before: datetime) -> sa.Select[Any]:
    return sa.select(files.c.id, files.c.source, files.c.name, files.c.size).where(
        files.c.garage == garage,
        files.c.state.in_(ENDED),
        files.c.closed_at < before,
        _is_not_last("taken"),
        _is_not_last("taken", "held", "discarded"),
    )


def _old_batches(garage: str, before: datetime) -> sa.Select[Any]:
    """Numbers of the batches that ended so long ago; where nobody noted when, that were to be run, or composed."""
    ended = sa.func.coalesce(batches.c.finished_at, batches.c.run_at, batches.c.composed_at)
    later = batches.alias()
    has_later = sa.exists().where(later.c.garage == batches.c.garage, later.c.number > batches.c.number)
    has_passports = sa.exists().where(
        passports.c.garage == batches.c.garage, passports.c.batch == batches.c.reference
    )
    old = (batches.c.garage == garage) & batches.c.state.in_(TOLD) & (ended < before)
    return sa.select(batches.c.number).where(old, has_later, ~has_passports).order_by(batches.c.number)


def _is_not_last(*states: str) -> sa.ColumnElement[bool]:
    """Whether a source has a later file in one of these states, or this one is in none of them."""
    later = files.alias()
    after = sa.exists().where(
        later.c.garage == files.c.garage,
        later.c.source == files.c.source,
        later.c.state.in_(states),
        later.c.id > files.c.id,
    )
    return after | files.c.state.not_in(states)


def _lies(lying: Mapping[str, Lying], source: str, file: tuple[str, int]) -> bool:
    there = lying.get(source, frozenset())
    return there is None or file in there


def _remove(connection: sa.Connection, garage: str, kind: Retired, old: list[int]) -> None:
    if kind == "batches":
        of_garage = (batches.c.garage == garage) & batches.c.number.in_(old)
        named = sa.select(batches.c.reference).where(of_garage)
        members = (batch_members.c.garage == garage) & batch_members.c.reference.in_(named)
        connection.execute(batch_members.delete().where(members))
        connection.execute(batches.delete().where(of_garage))
        return
    if kind == "files":
        for table in (rejected_rows, skipped_rows):
            connection.execute(table.delete().where(table.c.file.in_(old)))
    table, column = _WHERE[kind]
    connection.execute(table.delete().where(column.in_(old)))


_WHERE: Mapping[str, tuple[sa.Table, sa.Column[int]]] = {
    "events": (events, events.c.id),
    "rejected": (rejected_rows, rejected_rows.c.id),
    "files": (files, files.c.id),
}
