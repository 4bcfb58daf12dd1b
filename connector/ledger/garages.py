"""What the ledger keeps of a garage as a whole, and of its sources."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import sqlalchemy as sa

from connector.backoff import MAX_RETRY_AFTER, PROBING, Probing, probe_distance
from connector.errors import DeliveryError, Transient
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
    probes: int = 0
    """Probes in vain since a call of this garage last succeeded."""
    probe_at: datetime | None = None
    """When the next one of this pause is due."""
    unread: bool = False
    """The ledger was rescued and this garage's exports have not been read since: nothing is written at iGarage."""

    def at(self, now: datetime) -> Standing:
        """How it stands at this instant: a time further ahead than any was set by a wrong clock, and is past."""
        until, probe_at = (
            _not_beyond(each, now + LONGEST_PAUSE) for each in (self.paused_until, self.probe_at)
        )
        return replace(self, paused_until=until, probe_at=probe_at)


def _not_beyond(instant: datetime | None, last: datetime) -> datetime | None:
    return None if instant is not None and instant > last else instant


def know(connection: sa.Connection, garage: str) -> None:
    """Make the garage's row where there is none."""
    upsert(connection, garages, [{"garage": garage}])


def take_turn(connection: sa.Connection, garage: str) -> None:
    """Let the transactions that write a garage's passports take turns: from here until its end, this one does.

    SQLite has one writer anyway. On PostgreSQL the garage's row is the lock: nobody writes back a row that another
    has changed since it was read, and no two wait for each other.
    """
    turn = sa.select(garages.c.garage).where(garages.c.garage == garage).with_for_update()
    if connection.execute(turn).first() is None:
        know(connection, garage)
        connection.execute(turn)


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
            igarage_id=igarage_id,
            last_contact=now,
            paused_code=None,
            paused_since=None,
            paused_until=None,
            probe_at=None,
        )
    )
    return True


def note_contact(connection: sa.Connection, garage: str, now: datetime) -> None:
    """A call of this garage was answered: what it asks for is done again."""
    connection.execute(garages.update().where(garages.c.garage == garage).values(last_contact=now, probes=0))


@dataclass(frozen=True, slots=True)
class Pause:
    """Why a garage pauses, and what to do about it. `retry_after` in seconds, `chance` in [0, 1) spreads the probes."""

    code: str
    retry_after: float | None = None
    probing: Probing = PROBING
    chance: float = 0.5
    is_probe: bool = False
    """Whether a probe came to this: only that, and the beginning of a pause, makes the distance grow."""


def pause_for(
    error: DeliveryError, probing: Probing, chance: float, *, is_probe: bool = False
) -> Pause | None:
    """The pause that a failure of a garage asks for; None where it is our own pace or end: iGarage is well."""
    if not isinstance(error, Transient):
        return Pause(error.code, None, probing, chance, is_probe)
    return Pause(error.code, error.retry_after, probing, chance, is_probe) if error.counts else None


def pause(connection: sa.Connection, garage: str, why: Pause, now: datetime) -> None:
    """Pause a garage. While a pause lasts it keeps its beginning, and the latest end that was asked for."""
    before = standing(connection, garage).at(now)
    until = None if why.retry_after is None else now + timedelta(seconds=why.retry_after)
    ends = [each for each in (before.paused_until, until) if each is not None]
    grows = why.is_probe or before.paused_code is None
    probes = before.probes + grows
    distance = probe_distance(probes, why.probing, why.chance, why.retry_after)
    probe_at = now + timedelta(seconds=distance) if grows else before.probe_at
    ends_at = max(ends, default=None)
    if ends_at is not None:  # no probe before that: it would ask nothing
        probe_at = max(probe_at or ends_at, ends_at)
    connection.execute(
        garages.update()
        .where(garages.c.garage == garage)
        .values(
            paused_code=why.code,
            paused_since=before.paused_since or now,
            paused_until=ends_at,
            probes=probes,
            probe_at=probe_at,
        )
    )


def probe_now(connection: sa.Connection, garage: str) -> None:
    """The next probe is due, but for what iGarage asked to wait."""
    connection.execute(
        garages.update().where(garages.c.garage == garage).values(probe_at=garages.c.paused_until)
    )


def note_read(connection: sa.Connection, garage: str) -> None:
    """Every export of a garage has been read since the ledger was rescued."""
    connection.execute(garages.update().where(garages.c.garage == garage).values(unread=False))


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
