"""Two sources with different addresses for one plate: a question that is listed, and not mailed."""

from __future__ import annotations

from collections.abc import Collection

import sqlalchemy as sa

from connector.ledger.schema import passports, rows
from connector.ledger.writing import among


def torn(connection: sa.Connection, garage: str, source: str, plates: Collection[str]) -> set[str]:
    """Those of the plates for which another source than this one names another address.

    Each source remembers one row of a plate.
    """
    if not _others_speak(connection, garage, source):
        return set()
    query = (
        sa.select(rows.c.plate)
        .where(rows.c.garage == garage, among(connection, rows.c.plate, plates), rows.c.address.is_not(None))
        .group_by(rows.c.plate)
        .having(sa.func.min(rows.c.address) != sa.func.max(rows.c.address))
    )
    return set(connection.execute(query).scalars())


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
