"""Who is due when: the window of dates in which a passport is made and its owner invited.

Local dates only, in calendar months: 31 August is six months after 28 February (or the 29th), and 1 March after the
first day on which it is. A date is in the window until twelve months past.
"""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass
from datetime import date
from typing import Literal

LONGEST_PAST = 12
"""Calendar months: a due date further back tells of a car that is gone, not of one that is late."""


@dataclass(frozen=True, slots=True)
class Select:
    """Who is selected: whose APK or service is due within so many calendar months (None: that date does not count).

    `without_date` says what becomes of a passport that has none of the dates that count.
    """

    apk_within_months: int | None = None
    service_within_months: int | None = None
    without_date: Literal["now", "never"] = "now"


@dataclass(frozen=True, slots=True)
class Now:
    """In the window today."""


@dataclass(frozen=True, slots=True)
class Later:
    """Not yet; `day` is the first day in the window."""

    day: date


@dataclass(frozen=True, slots=True)
class Never:
    """Not by any date known: long past, or there is none and that means never."""


Entry = Now | Later | Never


def entry(apk_due: date | None, service_due: date | None, select: Select, today: date) -> Entry:
    """When a passport enters the window: by its APK or its service, whichever is earlier. `today` is local."""
    dates = [
        _entry_of(due, months, today)
        for due, months in (
            (apk_due, select.apk_within_months),
            (service_due, select.service_within_months),
        )
        if due is not None and months is not None
    ]
    if not dates:
        return Now() if select.without_date == "now" else Never()
    if Now() in dates:
        return Now()
    days = [each.day for each in dates if isinstance(each, Later)]
    return Later(min(days)) if days else Never()


def months_after(day: date, months: int) -> date:
    """The same day so many calendar months later (earlier where negative), or the last of a month that is shorter."""
    year, month = _month(day, months)
    return date(year, month, min(day.day, monthrange(year, month)[1]))


def _entry_of(due: date, months: int, today: date) -> Entry:
    if due < months_after(today, -LONGEST_PAST):
        return Never()
    return Now() if due <= months_after(today, months) else Later(_first_day(due, months))


def _first_day(due: date, months: int) -> date:
    """The first day from which `due` is no more than so many months ahead."""
    year, month = _month(due, -months)
    if due.day <= monthrange(year, month)[1]:
        return date(year, month, due.day)
    year, month = _month(date(year, month, 1), 1)
    return date(year, month, 1)


def _month(day: date, months: int) -> tuple[int, int]:
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return year, month + 1
