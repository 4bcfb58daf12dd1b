"""The batches of a garage as people are shown them: "Mijn batch jobs". Nothing here writes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from connector.ledger.schema import batch_members, batches

MOST = 100
"""Batches that are listed, the newest first."""


@dataclass(frozen=True, slots=True)
class Failure:
    """A passport that a batch could not do: its address as compared, and iGarage's code."""

    plate: str
    address: str
    code: str | None


@dataclass(frozen=True, slots=True)
class Listed:
    """A batch: how many passports it was made of, and how many were created, updated or failed so far.

    `list_name` and `list_sends` are of a customer list that a person carries: its file, and whether all in it are
    invited.
    """

    number: int
    reference: str
    state: str
    composed_at: datetime
    run_at: datetime | None
    list_name: str | None
    list_sends: bool | None
    passports: int
    created: int
    updated: int
    failed: tuple[Failure, ...]


def listed(connection: sa.Connection, garage: str, number: int | None = None) -> list[Listed]:
    """The batches of a garage, newest first; one where its number is given."""
    names = ("number", "reference", "state", "composed_at", "run_at", "passports", "list_name", "list_sends")
    query = sa.select(*(batches.c[name] for name in names)).where(batches.c.garage == garage)
    if number is not None:
        query = query.where(batches.c.number == number)
    found = connection.execute(query.order_by(batches.c.number.desc()).limit(MOST)).mappings().all()
    return [_listed(connection, garage, row) for row in found]


def _listed(connection: sa.Connection, garage: str, row: sa.RowMapping) -> Listed:
    members = (batch_members.c.garage == garage) & (batch_members.c.reference == row["reference"])
    count = sa.select(batch_members.c.result, sa.func.count()).where(members).group_by(batch_members.c.result)
    counts = {result: int(number) for result, number in connection.execute(count)}
    columns = (batch_members.c.plate, batch_members.c.address, batch_members.c.code)
    failed = sa.select(*columns).where(members, batch_members.c.result == "failed")
    failures = connection.execute(failed.order_by(batch_members.c.plate)).all()
    return Listed(
        **row,
        created=counts.get("created", 0),
        updated=counts.get("updated", 0),
        failed=tuple(Failure(*each) for each in failures),
    )
