"""Two sources with different addresses for one plate: a question that is listed, and not mailed.

What counts is what they mean: an address that was corrected is the one that it was corrected to.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime

import sqlalchemy as sa

from connector.corrections import Correction, counted
from connector.emails import key as address_key
from connector.ledger.schema import passports, rows
from connector.ledger.writing import among, event, record


def torn(
    connection: sa.Connection,
    garage: str,
    plates: Collection[str],
    known: Sequence[Correction],
    *,
    source: str | None = None,
) -> set[str]:
    """Those of the plates for which two sources mean different addresses; each remembers one row of a plate.

    `source` is the one that speaks: where it is the only one of its garage, nobody contradicts it.
    """
    if source is not None and not _others_speak(connection, garage, source):
        return set()
    of_plates = (rows.c.garage == garage) & among(connection, rows.c.plate, plates)
    several = sa.select(rows.c.plate).where(of_plates, rows.c.address.is_not(None)).group_by(rows.c.plate)
    several = several.having(sa.func.min(rows.c.address) != sa.func.max(rows.c.address))
    apart = set(connection.execute(several).scalars())
    if not known or not apart:
        return apart
    query = sa.select(rows.c.plate, rows.c.address).where(
        rows.c.garage == garage, among(connection, rows.c.plate, apart), rows.c.address.is_not(None)
    )
    meant: dict[str, set[str]] = defaultdict(set)
    for plate, said in connection.execute(query):
        meant[plate].add(address_key(counted(said, plate, known).address))
    return {plate for plate, addresses in meant.items() if len(addresses) > 1}


def _others_speak(connection: sa.Connection, garage: str, source: str) -> bool:
    """Whether the garage has another source; asked on both sides of its name, for which an index serves."""
    of_garage = sa.select(rows.c.source).where(rows.c.garage == garage)
    before, behind = of_garage.where(rows.c.source < source), of_garage.where(rows.c.source > source)
    return bool(connection.execute(sa.select(before.exists() | behind.exists())).scalar())


def turned(connection: sa.Connection, garage: str, plates: Collection[str], now_torn: set[str]) -> list[str]:
    """Those of the plates whose passport does not know yet that its conflict began or ended."""
    if not plates:
        return []
    query = sa.select(passports.c.plate, passports.c.source_conflict).where(
        passports.c.garage == garage, among(connection, passports.c.plate, plates)
    )
    return [plate for plate, was in connection.execute(query) if was != (plate in now_torn)]


def weigh_anew(
    connection: sa.Connection, garage: str, plates: Iterable[str], known: Sequence[Correction], now: datetime
) -> list[str]:
    """What is known of addresses changed: conflicts of these plates begin or end by it; those that did."""
    plates = sorted(set(plates))
    now_torn = torn(connection, garage, plates, known)
    changed = turned(connection, garage, plates, now_torn)
    for plate in changed:
        of_plate = (passports.c.garage == garage) & (passports.c.plate == plate)
        connection.execute(passports.update().where(of_plate).values(source_conflict=plate in now_torn))
    record(connection, [event(garage, plate, now, event_name(plate in now_torn)) for plate in changed])
    return changed


def event_name(is_torn: bool) -> str:
    """What is noted in the life of a plate whose conflict began, or ended."""
    return "source_conflict" if is_torn else "source_conflict_over"
