"""Newcomers: rows of which nothing is known, not their plate, their key nor their address. They need no weighing.

They are written as they lie staged, many in one statement; every other row is weighed by itself.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from typing import Any

import sqlalchemy as sa

from connector.ledger import fleets, memory
from connector.ledger.schema import addresses, events, passports, rows, staged
from connector.ledger.writing import among, event, insert_from
from connector.suspicion import read_domain, suspect

FEWEST = 20
"""Newcomers that are worth a statement of their own."""
SEED = 16
"""Bytes of the random seed that each passport is made with."""


@dataclass(frozen=True, slots=True)
class Newcomers:
    """Newcomers of a slice that say the same beside their content: their positions and addresses."""

    facts: str
    positions: list[int] = field(default_factory=list)
    addresses: list[str] = field(default_factory=list)


def find(
    connection: sa.Connection,
    garage: str,
    source: str,
    own: Collection[str],
    of_slice: sa.ColumnElement[bool],
) -> list[Newcomers]:
    """The newcomers of a slice, by what they say beside their content; but for those of whom there are only a few.

    `own` are the garage's own addresses.

    An address that is suspect, or cannot be written to, is something to be known.
    """
    query = sa.select(staged.c.position, staged.c.address, staged.c.facts).where(
        of_slice,
        memory.is_told(),
        staged.c.address_fault.is_(None),
        staged.c.inherits.is_(None),
        ~staged.c.content.contains(fleets.NAMED),  # iGarage may not have that account
        *_unknown(garage, source),
    )
    query = query.order_by(staged.c.position)
    read, found = lru_cache(maxsize=8192)(read_domain), dict[str, Newcomers]()
    for position, address, facts in connection.execute(query).all():
        if suspect(address, own, read) is None:
            alike = found.setdefault(facts, Newcomers(facts))
            alike.positions.append(position)
            alike.addresses.append(address)
    return [each for each in found.values() if len(each.positions) >= FEWEST]


def _unknown(garage: str, source: str) -> Iterable[sa.ColumnElement[bool]]:
    """That nothing is known of a staged row, nor by another source of the garage."""
    for table, column, own in (
        (passports, passports.c.plate, staged.c.plate),
        (rows, rows.c.plate, staged.c.plate),
        (addresses, addresses.c.address, staged.c.address),
    ):
        yield ~sa.exists().where(table.c.garage == garage, column == own)
    yield ~sa.exists().where(rows.c.garage == garage, rows.c.source == source, rows.c.key == staged.c.key)


def write(
    connection: sa.Connection,
    file: int,
    alike: Newcomers,
    columns: Mapping[str, Any],
    entropy: Callable[[int], bytes],
    now: datetime,
) -> None:
    """Make the passports of newcomers: `columns` are those that are the same for each and not empty."""
    first, last = alike.positions[0], alike.positions[-1]
    these = (staged.c.file == file) & staged.c.position.between(first, last)
    if last - first >= len(alike.positions):
        these &= among(connection, staged.c.position, alike.positions)
    seeds = sa.literal(entropy(SEED * (last - first + 1)), sa.LargeBinary)
    place = sa.cast((staged.c.position - first) * SEED + 1, sa.Integer)
    own = {
        "plate": staged.c.plate,
        "seed": sa.func.substr(seeds, place, SEED),
        "content": staged.c.content,
        "address": staged.c.address,
        "record": staged.c.key,
    }
    insert_from(connection, passports, columns, own, these)
    happened = event(columns["garage"], "", now, "new", revision=1, source=columns["source"])
    del happened["plate"]
    insert_from(connection, events, happened, {"plate": staged.c.plate}, these)
