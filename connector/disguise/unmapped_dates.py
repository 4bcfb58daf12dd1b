"""Another date for what looks like one, in columns of which nobody said that dates stand in them.

A date that can be read becomes another that is read in the same ways; one that no calendar has (`31-02-2026`,
`2026-13-01`) another that is read in none. Zeros stay, and the year, and the name of a month.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from datetime import date
from itertools import product
from random import Random

from connector import dictionary, figures
from connector.disguise.dates import another_day, judged
from connector.proposing import looks

_YEAR = r"(?:(?:19|20)\d\d|1899|000[01]|9999)"
_TIME = r"(?P<time>(?:[T ]+\d{1,2}:\d\d\S*)?)"
_MONTHS = (
    "jan(?:uari)?|feb(?:ruari)?|mrt|maart|apr(?:il)?|mei|juni?|juli?|aug(?:ustus)?|sept?(?:ember)?|o[kc]t(?:ober)?"
    "|nov(?:ember)?|dec(?:ember)?|january|february|mar(?:ch)?|may|june|july|august"
)
_SHAPES = (
    re.compile(rf"(?P<a>\d\d?)(?P<s>[-/.])(?P<b>\d\d?)(?P=s)(?P<year>{_YEAR}|\d\d){_TIME}", re.ASCII),
    re.compile(rf"(?P<year>{_YEAR})(?P<s>[-/.])(?P<a>\d\d?)(?P=s)(?P<b>\d\d?){_TIME}", re.ASCII),
    re.compile(r"(?P<year>19[5-9]\d|20[0-4]\d)(?P<a>[01]\d)(?P<b>[0-3]\d)", re.ASCII),
    re.compile(r"(?P<a>[0-3]\d)(?P<b>[01]\d)(?P<year>19[5-9]\d|20[0-4]\d)", re.ASCII),
    re.compile(
        rf"(?P<a>\d\d?)(?P<s>[- ])(?:{_MONTHS})\.?(?P=s)(?P<year>{_YEAR}|\d\d)", re.ASCII | re.IGNORECASE
    ),
)
"""Day, month and year with one mark between them, in the orders that are written; `a` and `b` are what changes."""

_FORMS = ("", *looks.DATE_FORMATS)
_LAST_MONTH, _LAST_DAY = 12, 31

IsFree = Callable[[str], bool]
"""Whether a text may be used: it stands for no other yet."""

Said = Callable[[str], object]
"""All that is said of a text as a date."""


def another_date(text: str, form: str | None, today: date, random: Random, is_free: IsFree) -> str | None:
    """A text for another date where this looks like one, or itself where it says that there is none; else None.

    `form` is the one format that counts, where there is one.
    """
    found = next((match for shape in _SHAPES if (match := shape.fullmatch(text))), None)
    if found is None:
        return None
    if figures.is_blank_date(text):
        return text
    way = form if form is not None else looks.format_of_one(text)
    is_read = way is not None and figures.read_date(text, way or None) is not None

    def said(each: str) -> tuple[object, ...]:
        return (*_readings(each, form), judged(each, way or None, today) if is_read else None)

    near = another_day(text, way or None, today, random, is_free) if is_read else None
    if near is not None and said(near) == said(text):
        return near
    return _of_the_same_kind(found, said, random, is_free)


def _of_the_same_kind(found: re.Match[str], said: Said, random: Random, is_free: IsFree) -> str:
    """Other figures of the same size of which the same is said; itself where there are none."""
    text = found[0]
    wanted, last = said(text), text
    for tried in _candidates(found, random):
        if tried != text and said(tried) == wanted:
            last = tried
            if is_free(tried):
                break
    return last


def _candidates(found: re.Match[str], random: Random) -> Iterator[str]:
    """Every text with other figures in the changing places, in an order that is drawn."""
    text, names = found[0], [name for name in ("a", "b") if name in found.re.groupindex]
    spans = sorted(found.span(name) for name in names)
    every = list(product(*(_alike(text[begin:end]) for begin, end in spans)))
    for drawn in random.sample(every, len(every)):
        yield _replaced(text, spans, drawn)


def _replaced(text: str, spans: Sequence[tuple[int, int]], drawn: Sequence[str]) -> str:
    for (begin, end), digits in zip(reversed(spans), reversed(drawn), strict=True):
        text = text[:begin] + digits + text[end:]
    return text


def _alike(digits: str) -> list[str]:
    """The figures that may stand in the place of these: as long, and as much a month or a day."""
    if not digits.strip("0"):
        return [digits]
    numbers = (f"{number:0{len(digits)}}" for number in range(1, 10 ** len(digits)))
    return [each for each in numbers if _size(each) == _size(digits)]


def _size(digits: str) -> tuple[bool, bool]:
    return int(digits) > _LAST_MONTH, int(digits) > _LAST_DAY


def _readings(text: str, form: str | None) -> tuple[object, ...]:
    """In which ways a text can be read as a date, and whether it says that there is none."""
    forms = _FORMS if form is None else (form,)
    return (
        *(figures.read_date(text, each or None) is not None for each in forms),
        looks.format_of_one(text),
        figures.is_blank_date(text),
        dictionary.yes_or_no(text),
    )
