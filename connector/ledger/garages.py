"""What the ledger keeps of a garage as a whole, and of its sources."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import sqlalchemy as sa

from connector.backoff import MAX_RETRY_AFTER
from connector.ledger.schema import garages, sources
from connector.ledger.writing import upsert

LONGEST_PAUSE = timedelta(seconds=MAX_RETRY_AFTER)


@dataclass(frozen=True, slots=True)
class Standing:
    """How a garage stands with iGarage. Instants are UTC."""

    igarage_id: str | None
    paused_code: str | None
    paused_since: datetime | None
    paused_until: datetime | None
    last_contact: datetime | None
    indexed_for: str | None

    def at(self, now: datetime) -> Standing:
        """How it stands at this instant: a pause further ahead than any was set by a wrong clock, and is over."""
        ahead = self.paused_until is not None and self.paused_until > now + LONGEST_PAUSE
        return replace(self, paused_until=None) if ahead else self


def know(connection: sa.Connection, garage: str) -> None:
    """Make the garage's row where there is none."""
    upsert(connection, garages, [{"garage": garage}])


def take_turn(connection: sa.Connection, garage: str) -> None:
    """Let the transactions that write a garage's passports take turns: from here until its end, this one does.

    SQLite has one writer anyway. On PostgreSQL the garage's row is the lock: nobody writes back a row that another
    has changed since it was read, and no two wait for each other.
    """
    know(connection, garage)
    connection.execute(sa.select(garages.c.garage).where(garages.c.garage == garage).with_for_update())


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


def note_contact(connection: sa.Connection, garage: str, now: datetime) -> None:
    """A call of this garage was answered."""
    connection.execute(garages.update().where(garages.c.garage == garage).values(last_contact=now))


def pause(connection: sa.Connection, garage: str, code: str, now: datetime, until: datetime | None) -> None:
    """Pause a garage. While a pause lasts it keeps its beginning, and the latest end that was asked for."""
    before = standing(connection, garage).at(now)
    ends = [each for each in (before.paused_until, until) if each is not None]
    connection.execute(
        garages.update()
        .where(garages.c.garage == garage)
        .values(
            paused_code=code,
            paused_since=before.paused_since or now,
            paused_until=max(ends, default=None),
        )
    )


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
