"""Dates and numbers as exports write them.

A reader gives the value, or None for what it cannot read: it never guesses, and `is_ambiguous` tells of a date that
could have been meant otherwise. What only looks filled in (`-`,
`00-00-0000`) is told apart by `is_blank_date` and `is_blank` before anything is read.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta

MOST_KILOMETRES = 3_000_000
"""More than any car has run: a figure above it is a mistake."""

DASHES = "-\u2010\u2011\u2012\u2013\u2014\u2212"
_ZEROS = DASHES + "0/. :T"

_NO_DATES = frozenset(
    (
        *("0001-01-01", "01-01-0001", "1-1-0001", "1899-12-30", "30-12-1899"),
        *("1900-01-01", "01-01-1900", "1-1-1900", "00-01-1900"),
    )
)
"""What .NET, databases and spreadsheets store or show where there is no date; no car is that old."""

_MOMENT = re.compile(
    r"(?:(?P<year>\d{4})-(?P<month>\d\d)-(?P<day>\d\d)"
    r"|(?P<d>\d{1,2})(?P<sep>[-/.])(?P<m>\d{1,2})(?P=sep)(?P<y>\d{4}|\d\d))"
    r"(?:[T ]+(?P<hour>[01]?\d|2[0-3]):(?P<minute>[0-5]\d)(?::(?P<second>[0-5]\d)(?:[.,]\d{1,9})?)?"
    r"(?P<zone>Z|[+-]\d\d:?\d\d)?)?",
    re.ASCII,
)
"""ISO, or day, month and year with one separator; a time of day may follow."""

_ISO = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}(?![0-9])")

_PIVOT = 50
"""A year of two digits below it is of this century: an APK lies ahead, and no car on the road is of 1949."""

_COMPACT = re.compile("(?:19|20)[0-9]{6}")
_SERIAL = re.compile("([0-9]{5})(?:[.,]([0-9]{1,12}))?")
_DAY_ZERO = datetime(1899, 12, 30)  # noqa: DTZ001  # a day of the sheet, in no zone
_FIRST_SERIAL, _LAST_SERIAL = 20_000, 73_050
"""Excel's numbers of days from 1954-10-03 to the end of 2099; any other is no date but a number."""

_KILOMETRES = re.compile(
    "(?P<whole>[0-9]{1,9}|[0-9]{1,3}(?:[. \u00a0\u202f][0-9]{3}){1,2})(?:[.,]00?)?[ \u00a0]*(?:km\\.?)?",
    re.IGNORECASE,
)
"""Digits, or groups of three; a fraction of nothing but one or two zeros; a unit."""


_POWER_OF_TEN = re.compile("([1-9])(?:[.,]([0-9]{1,20}))?E\\+?0*([0-9]{1,3})", re.IGNORECASE)
_WHOLE = re.compile("([0-9]{8,15})[.,]0{1,6}")


def is_blank(text: str) -> bool:
    """Whether a trimmed cell says nothing: empty, or dashes alone."""
    return not text.strip(DASHES)


def is_blank_date(text: str) -> bool:
    """Whether a trimmed cell holds no date: blank, zeros (`00-00-0000`) or a system's own (`01-01-0001`)."""
    if not text.strip(_ZEROS):
        return True
    day = text.replace("T", " ").partition(" ")[0]
    return day.replace("/", "-").replace(".", "-") in _NO_DATES


def read_date(text: str, form: str | None = None) -> date | None:
    """The date in a trimmed cell, or None.

    `form` is a `strptime` format and comes first; what does not fit it is read only as ISO, for a date cell of a
    sheet knows no format. Without it: `YYYY-MM-DD`, `YYYYMMDD`, day, month and year of four or two digits with
    `-`, `/` or `.`, never month first, or Excel's number of a day. A time of day is passed over, but a time zone
    is read only at midnight, where the date is what was meant.
    """
    if form is not None and ((moment := read_by(text, form)) or not _is_iso(text, form)):
        return moment.date() if moment else None
    if len(text) == 10 and (day := _sliced(text)):
        return day
    found = _MOMENT.fullmatch(text)
    if found is None:
        bare = _read_bare(text)
        return bare.date() if bare else None
    return None if found["zone"] and _read_time(found) != time() else _read_day(found)


def is_ambiguous(text: str) -> bool:
    """Whether a text that `read_date` reads could mean another day: by its year of two digits, which may stand
    first, or by its slashes, between which the month may stand first.
    """
    found = _MOMENT.fullmatch(text)
    if found is None or found["y"] is None:
        return False
    day, month = int(found["d"]), int(found["m"])
    return len(found["y"]) == 2 or (found["sep"] == "/" and day != month and max(day, month) <= 12)


def read_moment(text: str, form: str | None = None) -> str | None:
    """The moment in a trimmed cell as ISO text whose order is that of time: a date, or a date with a time.

    With a time zone it is brought to UTC and ends in `Z`; without, it stays the source's local time. Whole
    seconds. `form` as for `read_date`.
    """
    if form is not None and ((moment := read_by(text, form)) or not _is_iso(text, form)):
        return _as_text(moment) if moment else None
    found = _MOMENT.fullmatch(text)
    if found is None:
        bare = _read_bare(text)
        return _as_day_or_moment(bare) if bare else None
    day = _read_day(found)
    if day is None:
        return None
    if found["hour"] is None:
        return day.isoformat()
    return _with_zone(datetime.combine(day, _read_time(found)), found["zone"])


def _as_day_or_moment(moment: datetime) -> str | None:
    return moment.date().isoformat() if moment.time() == time() else _as_text(moment)


def _sliced(text: str) -> date | None:
    """Of ten characters, the two ways nearly all exports write a date; None: read it otherwise."""
    if text[2] == text[5] and text[2] in "-/.":
        day, month, year = text[:2], text[3:5], text[6:]
    elif text[4] == text[7] == "-":
        year, month, day = text[:4], text[5:7], text[8:]
    else:
        return None
    digits = year + month + day
    if not (digits.isdigit() and digits.isascii()):
        return None
    return _day_of(year, month, day)


def _day_of(year: str, month: str, day: str) -> date | None:
    try:
        return date(int(year), int(month), int(day))
    except ValueError:
        return None


def _read_bare(text: str) -> datetime | None:
    """`YYYYMMDD`, or Excel's number of a day with its time as a fraction."""
    if _COMPACT.fullmatch(text):
        day = _day_of(text[:4], text[4:6], text[6:])
        return datetime.combine(day, time()) if day else None
    found = _SERIAL.fullmatch(text)
    if found is None or not _FIRST_SERIAL <= int(found[1]) <= _LAST_SERIAL:
        return None
    seconds = round(float(f"0.{found[2] or 0}") * 86_400)
    return _DAY_ZERO + timedelta(days=int(found[1]), seconds=seconds)


def _is_iso(text: str, form: str) -> bool:
    """Whether a text that does not fit a format can only be ISO: after a year the format may have the day."""
    return _ISO.match(text) is not None and not form.startswith("%Y-%d")


def read_by(text: str, form: str) -> datetime | None:
    """The moment in a text that fits a `strptime` format, or None."""
    try:
        return datetime.strptime(text, form)  # noqa: DTZ007 - a date has no zone, and `%z` is kept
    except (ValueError, re.error):  # re.error: a format that names one part twice
        return None


def _read_day(found: re.Match[str]) -> date | None:
    try:
        return date(
            int(found["year"]) if found["year"] else _full_year(found["y"]),
            int(found["month"] or found["m"]),
            int(found["day"] or found["d"]),
        )
    except ValueError:
        return None


def _full_year(digits: str) -> int:
    year = int(digits)
    if len(digits) == 4:
        return year
    return year + (2000 if year < _PIVOT else 1900)


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


def whole_number(text: str) -> str | None:
    """The digits of a number too long for a sheet to show: `6,12345678E+08` and `612345678.0` are `612345678`.

    None where digits are lost (`3,16E+10`); any other text stays as it is.
    """
    if whole := _WHOLE.fullmatch(text):
        return whole[1]
    found = _POWER_OF_TEN.fullmatch(text)
    if found is None:
        return text
    digits, length = found[1] + (found[2] or ""), int(found[3]) + 1
    return digits[:length] if len(digits) >= length and not digits[length:].strip("0") else None
