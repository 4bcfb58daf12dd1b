"""Another day for a day: as it is written, in the same year, and read and judged the same."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import date, datetime
from random import Random

from connector import figures

_FORMS = (
    "%d-%m-%Y",
    "%Y-%m-%d",
    "%d/%m/%Y",
    "%d.%m.%Y",
    "%d-%m-%y",
    "%d/%m/%y",
    "%d.%m.%y",
    "%Y%m%d",
    "%d%m%Y",
    "%m/%d/%Y",
)
_PARTS = re.compile(r"(\d{1,2})([-/. ])(\d{1,2})(\2\d+)")
_SERIAL = re.compile(r"\d{5}")
_TRIES = 200


def another_day(
    text: str, form: str | None, today: date, random: Random, is_free: Callable[[str], bool]
) -> str | None:
    """A text for another day, where `text` is one that is read; None where none was found.

    The same are: the year, whether the day lies ahead, whether an APK could be due then, and whether day and month
    could be taken for each other. `is_free` tells whether a text may be used.
    """
    if form is not None and figures.read_by(text, form) is None:
        form = None  # ISO beside it, as a date cell of a sheet comes
    head, rest = _head(text, form)
    wanted = _judged(text, form, today)
    last = None
    for tried in _candidates(head, form, random):
        other = tried + rest
        if len(other) == len(text) and other != text and _judged(other, form, today) == wanted:
            last = other
            if is_free(other):
                return other
    return last


def _head(text: str, form: str | None) -> tuple[str, str]:
    """The day, and the time of day behind it."""
    if form is not None:
        return text, ""
    found = re.match(r"[\d./-]+", text)
    return (found[0], text[found.end() :]) if found else (text, "")


def _candidates(head: str, form: str | None, random: Random) -> Iterator[str]:
    own = next((each for each in ((form,) if form else _FORMS) if _round_trips(head, each)), None)
    for _ in range(_TRIES):
        month, day = random.randint(1, 12), random.randint(1, 28)
        if own is not None:
            yield datetime.strptime(head, own).replace(month=month, day=day).strftime(own)  # noqa: DTZ007
        elif parts := _PARTS.fullmatch(head):
            yield f"{day:0{len(parts[1])}}{parts[2]}{month:0{len(parts[3])}}{parts[4]}"
        elif _SERIAL.fullmatch(head):
            yield f"{head[:3]}{random.randint(0, 99):02}"


def _round_trips(text: str, form: str) -> bool:
    try:
        return datetime.strptime(text, form).strftime(form) == text  # noqa: DTZ007
    except ValueError:
        return False


def _judged(text: str, form: str | None, today: date) -> tuple[object, ...]:
    """All that a judgement of this day may hang on."""
    day = figures.read_date(text, form)
    if day is None:
        return (None,)
    due = (today.year - 1, today.month, today.day) <= (day.year, day.month, day.day)
    ahead = (day.year, day.month, day.day) <= (today.year + 4, today.month, today.day)
    doubtful = form is None and figures.is_ambiguous(text)
    return (day > today, due, ahead, day.day <= 12, doubtful, figures.is_blank_date(text))
