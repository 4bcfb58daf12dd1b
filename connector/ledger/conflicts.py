"""Two sources with different addresses for one plate: a question that is listed, and not mailed."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa

from connector.ledger.schema import passports, rows


def torn(connection: sa.Connection, garage: str, plates: Sequence[str]) -> set[str]:
    """Those of the plates for which two sources name different addresses; each remembers one row of a plate."""
    query = (
        sa.select(rows.c.plate)
        .where(rows.c.garage == garage, rows.c.plate.in_(plates), rows.c.address.is_not(None))
        .group_by(rows.c.plate)
        .having(sa.func.min(rows.c.address) != sa.func.max(rows.c.address))
    )
    return set(connection.execute(query).scalars())


def turned(connection: sa.Connection, garage: str, plates: Sequence[str], now_torn: set[str]) -> list[str]:
    """Those of the plates whose passport does not know yet that its conflict began or ended."""
    query = sa.select(passports.c.plate, passports.c.source_conflict).where(
        passports.c.garage == garage, passports.c.plate.in_(plates)
    )
    return [plate for plate, was in connection.execute(query) if was != (plate in now_torn)]
