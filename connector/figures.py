"""Dates and numbers as exports write them.

A reader gives the value, or None for what it cannot read: it never guesses. What only looks filled in (`-`,
`00-00-0000`) is told apart by `is_blank_date` and `is_blank` before anything is read.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time

MOST_KILOMETRES = 3_000_000
"""More than any car has run: a figure above it is a mistake."""

_DASHES = "-\u2010\u2011\u2012\u2013\u2014\u2212"
_ZEROS = _DASHES + "0/. :T"

_NO_DATES = frozenset(
    (
        *("0001-01-01", "01-01-0001", "1-1-0001", "1899-12-30", "30-12-1899"),
        *("1900-01-01", "01-01-1900", "1-1-1900", "00-01-1900"),
    )
)
"""What .NET, databases and spreadsheets store or show where there is no date; no car is that old."""

_MOMENT = re.compile(
    r"(?:(?P<year>\d{4})-(?P<month>\d\d)-(?P<day>\d\d)"
    r"|(?P<d>\d{1,2})(?P<sep>[-/.])(?P<m>\d{1,2})(?P=sep)(?P<y>\d{4}))"
    r"(?:[T ]+(?P<hour>[01]?\d|2[0-3]):(?P<minute>[0-5]\d)(?::(?P<second>[0-5]\d)(?:[.,]\d{1,9})?)?"
    r"(?P<zone>Z|[+-]\d\d:?\d\d)?)?",
    re.ASCII,
)
"""ISO, or day, month and four-digit year with one separator; a time of day may follow."""

_KILOMETRES = re.compile(
    "(?P<whole>[0-9]{1,9}|[0-9]{1,3}(?:[. \u00a0\u202f][0-9]{3}){1,2})(?:[.,]00?)?[ \u00a0]*(?:km\\.?)?",
    re.IGNORECASE,
)
"""Digits, or groups of three; a fraction of nothing but one or two zeros; a unit."""


def is_blank(text: str) -> bool:
    """Whether a trimmed cell says nothing: empty, or dashes alone."""
    return not text.strip(_DASHES)


def is_blank_date(text: str) -> bool:
    """Whether a trimmed cell holds no date: blank, zeros (`00-00-0000`) or a system's own (`01-01-0001`)."""
    if not text.strip(_ZEROS):
        return True
    day = text.replace("T", " ").partition(" ")[0]
    return day.replace("/", "-").replace(".", "-") in _NO_DATES


def read_date(text: str, form: str | None = None) -> date | None:
    """The date in a trimmed cell, or None.

    `form` is a `strptime` format and then the only one that counts. Without it: `YYYY-MM-DD`, or day, month
    and four-digit year with `-`, `/` or `.`; never month first. A time of day is passed over, but a time zone
    is read only at midnight, where the date is what was meant.
    """
    if form is not None:
        moment = _read_form(text, form)
        return moment.date() if moment else None
    found = _MOMENT.fullmatch(text)
    if found is None or (found["zone"] and _read_time(found) != time()):
        return None
    return _read_day(found)


def read_moment(text: str, form: str | None = None) -> str | None:
    """The moment in a trimmed cell as ISO text whose order is that of time: a date, or a date with a time.

    With a time zone it is brought to UTC and ends in `Z`; without, it stays the source's local time. Whole
    seconds.
    """
    if form is not None:
        moment = _read_form(text, form)
        return _as_text(moment) if moment else None
    found = _MOMENT.fullmatch(text)
    day = _read_day(found) if found else None
    if found is None or day is None:
        return None
    if found["hour"] is None:
        return day.isoformat()
    return _with_zone(datetime.combine(day, _read_time(found)), found["zone"])


def _read_form(text: str, form: str) -> datetime | None:
    try:
        return datetime.strptime(text, form)  # noqa: DTZ007 - a date has no zone, and `%z` is kept
    except (ValueError, re.error):  # re.error: a format that names one part twice
        return None


def _read_day(found: re.Match[str]) -> date | None:
    try:
        return date(
            int(found["year"] or found["y"]),
            int(found["month"] or found["m"]),
            int(found["day"] or found["d"]),
        )
    except ValueError:
        return None


def _read_time(found: re.Match[str]) -> time:
    return time(int(found["hour"]), int(found["minute"]), int(found["second"] or 0))


def _with_zone(moment: datetime, zone: str | None) -> str | None:
    try:
        return _as_text(datetime.fromisoformat(moment.isoformat() + (zone or "")))
    except ValueError:  # an offset of more than a day
        return None


def _as_text(moment: datetime) -> str | None:
    if moment.tzinfo is None:
        return moment.isoformat(timespec="seconds")
    try:
        return moment.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="seconds") + "Z"
    except OverflowError:  # before the year 1 or after 9999, once in UTC
        return None


def read_kilometres(text: str) -> int | None:
    """A mileage in whole kilometres from 0 to 3,000,000, or None.

    `123456`, `123.456`, `12 000 km` and `123456,00` are read; `1,5`, `-1` and `123,456` are not: a comma
    before three digits may be a fraction or a thousand.
    """
    found = _KILOMETRES.fullmatch(text)
    if found is None:
        return None
    kilometres = int(re.sub("[^0-9]", "", found["whole"]))
    return kilometres if kilometres <= MOST_KILOMETRES else None
