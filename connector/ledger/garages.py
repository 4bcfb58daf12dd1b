"""What the ledger keeps of a garage as a whole, and of its sources."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from connector.ledger.schema import garages, sources
from connector.ledger.writing import upsert


@dataclass(frozen=True, slots=True)
class Standing:
    """How a garage stands with iGarage. Instants are UTC."""

    igarage_id: str | None
    paused_code: str | None
    paused_since: datetime | None
    paused_until: datetime | None
    last_contact: datetime | None
    indexed_for: str | None


def know(connection: sa.Connection, garage: str) -> None:
    """Make the garage's row where there is none."""
    known = connection.execute(sa.select(garages.c.garage).where(garages.c.garage == garage)).scalar()
    if known is None:
        connection.execute(garages.insert().values(garage=garage))


def standing(connection: sa.Connection, garage: str) -> Standing:
    """How a garage stands; of one never met, nothing is known."""
    columns = [garages.c[name] for name in Standing.__slots__]
    row = connection.execute(sa.select(*columns).where(garages.c.garage == garage)).mappings().first()
    return Standing(**row) if row else Standing(None, None, None, None, None, None)


def met(connection: sa.Connection, garage: str, igarage_id: str, now: datetime) -> bool:
    """iGarage answered as this garage: its pause ends. False when that is another garage than before."""
    if standing(connection, garage).igarage_id not in (None, igarage_id):
        return False
    connection.execute(
        garages.update()
        .where(garages.c.garage == garage)
        .values(
            igarage_id=igarage_id, last_contact=now, paused_code=None, paused_since=None, paused_until=None
        )
    )
    return True


def note_source(
    connection: sa.Connection,
    garage: str,
    source: str,
    adapter: str,
    state: str,
    message: str | None,
    now: datetime,
) -> None:
    """How the last scan of a source went."""
    values = {"garage": garage, "source": source, "adapter": adapter, "state": state}
    upsert(connection, sources, [{**values, "message": message, "last_scan": now}])
