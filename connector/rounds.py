"""When batches go up: once for each local date, some time before iGarage runs them.

Whoever was switched off at that time catches up as soon as it is on again: iGarage keeps the batch for its next run.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

Way = Literal["direct", "batch", "auto", "list_file"]
TOO_LATE = timedelta(hours=24)
"""So long after its run a batch is done, or its passports are asked for one by one."""
USUAL_RUN = time(1)
"""When the night's work at iGarage is done where it names no time of its own."""
UNTOLD = timedelta(hours=6)
"""So long after a run what came of the night is stated, though a batch has not told all of it."""


@dataclass(frozen=True, slots=True)
class Route:
    """The way passports go to iGarage. `auto`: in a batch as soon as more than `over` are due at once.

    `list_file`: in lists that a person carries there.

    `lead`: so long before iGarage runs its batches they go up.
    """

    way: Way = "direct"
    over: int = 200
    lead: timedelta = timedelta(minutes=30)

    def gathers(self, due: int) -> bool:
        """Whether passports wait for a batch when so many are due at once."""
        return self.way == "batch" or (self.way == "auto" and due > self.over)


def due_round(now: datetime, at: time, lead: timedelta, zone: ZoneInfo) -> date:
    """The local date of the last run whose batches were to go up by `now`.

    `at` is the wall clock's time of the run; where the clock is put forward over it, the run is at the instant after.
    """
    latest = (now + lead).astimezone(zone).date() + timedelta(days=1)
    days = (latest - timedelta(days=back) for back in range(4))
    return next(day for day in days if run_of(day, at, zone) - lead <= now)


Turn = Literal["first", "due", "done"]
"""What a round has come to; `first`: none was met yet, and the one after it is the first that is done."""


def turn_of(day: date, before: date | None) -> Turn:
    """What the round of a local date has come to; `before` is the last that was done."""
    if before is None or before > day + timedelta(days=1):  # none yet, or one of a clock that ran ahead
        return "first"
    return "due" if before < day else "done"


def run_of(day: date, at: time, zone: ZoneInfo) -> datetime:
    """The instant (UTC) of the run of a local date."""
    return datetime.combine(day, at, zone).astimezone(UTC)


def wall_clock(text: str | None) -> time | None:
    """The time of a wall clock as iGarage writes it; None where it names none, and then no batch is run."""
    try:
        return time.fromisoformat(text) if text else None
    except ValueError:
        return None


def zone_named(name: str | None, otherwise: ZoneInfo) -> ZoneInfo:
    """The time zone of iGarage's clock; the garage's own where iGarage names none that there is."""
    try:
        return ZoneInfo(name) if name else otherwise
    except (ZoneInfoNotFoundError, ValueError):
        return otherwise
