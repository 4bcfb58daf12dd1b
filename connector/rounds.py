"""When batches go up: once for each local date, some time before iGarage runs them.

Whoever was switched off at that time catches up as soon as it is on again: iGarage keeps the batch for its next run.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

Way = Literal["direct", "batch", "auto", "list_file"]
TOO_LATE = timedelta(hours=24)
"""So long after its run a batch is done, or its passports are asked for one by one."""


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


def run_of(day: date, at: time, zone: ZoneInfo) -> datetime:
    """The instant (UTC) of the run of a local date."""
    return datetime.combine(day, at, zone).astimezone(UTC)
