"""What the cells of one record say: each read into its canonical value, or refused.

Names, streets and all other texts stay as typed: only surrounding space goes. Control characters and lone
surrogates, which databases and JSON refuse, are taken out with a warning, and what is longer than 500
characters is cut with a warning. Dates become ISO, numbers integers, languages and roles their codes; what is
filled in and cannot be read refuses the row (`RecordRejected`). A language alone refuses nothing: it is left
out with a warning.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache

from connector import dictionary, emails, figures, masks, names, plates, sentences
from connector.columns import Cell
from connector.errors import RecordRejected
from connector.model import CONTENT_FIELDS, FACT_FIELDS, NAME_FIELDS, SILENT, Facts, Warned

LONGEST_TEXT = 500
"""Characters of a text that are kept; no name or street is longer."""

LONGEST_DATE = 64
"""Characters of the longest date in words; beyond it nothing is tried and nothing remembered."""

_SPACING = re.compile("[\t\n\x0b\x0c\r\x1c-\x1f\x85\u2028\u2029]+")
"""Breaks within a text, of which a space is made."""

_UNWRITABLE = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
"""Breaks, controls and lone surrogates: databases and JSON refuse some, a terminal obeys others."""

VIN = re.compile("[A-HJ-NPR-Z0-9]{17}")
"""ISO 3779: seventeen signs, without I, O and Q."""

_DUTCH_DIGITS = 9
"""Of a Dutch telephone number, behind its zero."""
_WITHOUT_ZERO = re.compile("[1-9][0-9]{8}")

_KEPT_AS_TEXT = re.compile('="([^"]*)"')
"""A formula of nothing but a text, by which exports keep a sheet from taking it for a number."""

_SHORTEST_DATE = 5
_MONTH = (
    r"(?:jan(?:uari|uary)?|feb(?:ruari|ruary)?|mrt|maart|mar(?:ch)?|apr(?:il)?|mei|may|jun[ie]?|jul[iy]?"
    r"|aug(?:ust|ustus)?|sept?(?:ember)?|o[kc]t(?:ober)?|nov(?:ember)?|dec(?:ember)?)\b"
)
_A_DATE = re.compile(
    r"(?:\d{4}([-/.])\d{1,2}\1\d{1,2}"
    r"|\d{1,2}([-/.])\d{1,2}\2(?:19|20)\d\d"
    r"|(?:0?[1-9]|[12]\d|3[01])([-/.])(?:0?[1-9]|1[0-2])\3\d\d"
    rf"|\d{{1,2}}[-/. ]{{1,2}}{_MONTH}(?:[-/. ]{{1,2}}\d{{2,4}})?"
    rf"|{_MONTH}[-/. ]{{1,2}}\d{{1,4}})(?:[T ]+\d{{1,2}}:.*)?",
    re.ASCII | re.IGNORECASE,
)
"""`2026-02-01`, `1-2-26`, `1-feb` or `feb-01`, as a sheet's house number `1-2` reads."""

_MASKS: Mapping[str, Callable[[str], str]] = {"plate": plates.mask, "email": emails.mask}


@dataclass(slots=True)
class Row:
    """One record while it is read: its cells, and what was odd in them so far."""

    cells: Mapping[str, Cell]
    today: date
    warnings: list[Warned] = field(default_factory=list)
    address_fault: str | None = None
    """Why its address can stand in no request, once that has been read."""

    def text(self, name: str) -> str:
        """The trimmed text of a field's cell; empty where it is not mapped."""
        return self.cells[name][0] if name in self.cells else ""

    def warn(self, code: str, name: str, about: str | None = None) -> None:
        """Notes something odd in a field, masked: in its whole text, or in the part `about`."""
        text, column = self.cells[name]
        self.warnings.append(Warned(code, column, _mask(name, text if about is None else about)))

    def refuse(self, code: str, name: str, sentence: str | None = None) -> RecordRejected:
        """The rejection of the row for this field, to be raised; `sentence` if the code's own does not do."""
        text, column = self.cells.get(name, ("", None))
        return RecordRejected(
            code, sentence or sentences.REJECTED[code], column=column, value=_mask(name, text) or None
        )


_Reader = Callable[[Row, str, str], str | int | None]
"""Row, field, text → what goes into the content; None: nothing. Raises `RecordRejected`."""


class Reading:
    """Reads the records of one file; it remembers the dates and the domains it has read (bounded)."""

    def __init__(self, form: Callable[[str], str | None]) -> None:
        """`form` tells the `strptime` format that the garage gave for a field's dates, if any."""
        self._form = form
        self._apk_window = lru_cache(maxsize=4)(_apk_window)
        self._read_date = lru_cache(maxsize=8192)(_dated)
        self._domain_fault = lru_cache(maxsize=8192)(emails.domain_fault)
        self._readers: dict[str, _Reader] = dict.fromkeys(CONTENT_FIELDS, _as_typed) | {
            "first_registration": self._past_date,
            "apk_due": self._apk_due,
            "mileage": _mileage,
            "mileage_at": self._past_date,
            "role": _role,
            "language": _language,
            "vin": _vin,
            "email": self._address,
            "mobile": _phone,
            "phone": _phone,
            "house_number": _house_number,
        }
        del self._readers["country"]  # judged with the plate
        self.as_typed = frozenset(name for name, read in self._readers.items() if read is _as_typed)
        """The fields whose text stays as typed."""

    def content(self, row: Row) -> dict[str, str | int]:
        """The content but for its country: every mapped field that is filled in."""
        content: dict[str, str | int] = {}
        for name, (text, _) in row.cells.items():
            read = self._readers.get(name)
            if text and read is not None:
                value = read(row, name, text)
                if value is not None:
                    content[name] = value
        if "full_name" in row.cells and content.keys().isdisjoint(NAME_FIELDS):
            content.update(_parts_of_name(row))
        return content

    def facts(self, row: Row) -> Facts:
        """What stands beside the content; a field that is not mapped says nothing."""
        if row.cells.keys().isdisjoint(FACT_FIELDS):
            return SILENT
        return Facts(
            service_due=self._date(row, "service_due", row.text("service_due")),
            consent=self._consent(row),
            opt_out=self._opt_out(row),
            changed_at=self._changed_at(row),
        )

    def _date(self, row: Row, name: str, text: str) -> date | None:
        if not text:
            return None
        form = self._form(name)
        found = self._day(row, name, text, form)
        if found is None:
            raise row.refuse("date_invalid", name, sentences.DATE_INVALID_FORMAT if form else None)
        return found

    def _day(self, row: Row, name: str, text: str, form: str | None) -> date | None:
        found, ambiguous = self._read_date(text, form) if len(text) <= LONGEST_DATE else (None, False)
        if ambiguous:
            row.warn("date_ambiguous", name)
        return found

    def _past_date(self, row: Row, name: str, text: str) -> str | None:
        found = self._date(row, name, text)
        if found and found > row.today:
            row.warn("date_in_future", name)
        return found.isoformat() if found else None

    def _apk_due(self, row: Row, name: str, text: str) -> str | None:
        found = self._date(row, name, text)
        first, last = self._apk_window(row.today)
        if found and not first <= found <= last:
            row.warn("apk_out_of_range", name)
        return found.isoformat() if found else None

    def _address(self, row: Row, name: str, text: str) -> str:
        """The address in the cell: a break parts two, as a space does.

        What else cannot be written becomes U+FFFD, lest another address come of it.
        """
        text = _SPACING.sub(" ", text)
        if _UNWRITABLE.search(text):
            row.warn("control_characters", name)
            text = _UNWRITABLE.sub("\ufffd", text)
        found = emails.read(text, self._domain_fault)
        row.address_fault = found.fault
        if found.tidied:
            row.warn("email_tidied", name, found.address)
        for other in found.others:
            row.warn("email_several", name, other)
        return _bounded(row, name, found.address)

    def _consent(self, row: Row) -> str | None:
        if "consent" not in row.cells:
            return None
        answer, day = self._answer(row, "consent")
        return day.isoformat() if day else "yes" if answer else "no"

    def _opt_out(self, row: Row) -> bool | None:
        if "opt_out" not in row.cells:
            return None
        answer, day = self._answer(row, "opt_out")
        return answer or day is not None

    def _answer(self, row: Row, name: str) -> tuple[bool, date | None]:
        """Yes or no, or the day of the yes; an empty cell of a mapped column is a no."""
        text = row.text(name)
        answer = dictionary.yes_or_no(text) if text else False
        if answer is not None:
            return answer, None
        day = self._day(row, name, text, self._form(name))
        if day is None:
            raise row.refuse("value_unknown", name, sentences.UNKNOWN[name])
        return True, day

    def _changed_at(self, row: Row) -> str | None:
        text, form = row.text("changed_at"), self._form("changed_at")
        found = figures.read_moment(text, form) if text else None
        if text and found is None:
            raise row.refuse("date_invalid", "changed_at")
        if found and form is None and figures.is_ambiguous(text):
            row.warn("date_ambiguous", "changed_at")
        return found


def _as_typed(row: Row, name: str, text: str) -> str | None:
    if not text.isprintable() and _UNWRITABLE.search(text):
        row.warn("control_characters", name)
        text = writable(text)
    return _bounded(row, name, text) or None


def writable(text: str) -> str:
    """The text without what no database, JSON or terminal should be given."""
    return _UNWRITABLE.sub("", _SPACING.sub(" ", text)).strip()


def _bounded(row: Row, name: str, text: str) -> str:
    if len(text) <= LONGEST_TEXT:
        return text
    row.warn("text_cut", name)
    return text[:LONGEST_TEXT].rstrip()


def _parts_of_name(row: Row) -> dict[str, str]:
    whole = _as_typed(row, "full_name", row.text("full_name"))
    return names.split(whole) if whole else {}


def _phone(row: Row, name: str, text: str) -> str | None:
    """A telephone number as typed, or what a sheet made of it: with all its digits it is read, else left out.

    A Dutch one of nine digits has lost its zero to a sheet, and gets it back.
    """
    kept = _KEPT_AS_TEXT.fullmatch(text)
    number = figures.whole_number(kept[1].strip() if kept else text)
    if number is None:
        row.warn("phone_rounded", name)
        return None
    if _lacks_its_zero(row, number):
        row.warn("phone_zero_restored", name)
        return "0" + number
    return None if kept and dictionary.is_nothing(number) else _as_typed(row, name, number)


def _lacks_its_zero(row: Row, number: str) -> bool:
    is_nine = len(number) == _DUTCH_DIGITS and _WITHOUT_ZERO.fullmatch(number)
    return bool(is_nine) and (row.text("country") or "NL").upper() == "NL"


def _house_number(row: Row, name: str, text: str) -> str | None:
    """A house number as typed; a date is what a sheet makes of `1-2`, and says nothing."""
    if len(text) >= _SHORTEST_DATE and _A_DATE.fullmatch(text):
        row.warn("house_number_date", name)
        return None
    return _as_typed(row, name, text)


def _mileage(row: Row, name: str, text: str) -> int:
    found = figures.read_kilometres(text)
    if found is None:
        raise row.refuse("number_invalid", name)
    return found


def _role(row: Row, name: str, text: str) -> str:
    found = dictionary.role(text)
    if found is None:
        raise row.refuse("value_unknown", name, sentences.UNKNOWN["role"])
    return found


def _language(row: Row, name: str, text: str) -> str | None:
    """The language, if known: a customer is not turned away for the word of a language."""
    found = dictionary.language(text)
    if found is None:
        row.warn("language_unknown", name)
    return found


def _vin(row: Row, name: str, text: str) -> str | None:
    if not VIN.fullmatch(text.upper()):
        row.warn("vin_odd", name)
    return _as_typed(row, name, text)


def _dated(text: str, form: str | None) -> tuple[date | None, bool]:
    """The date in a text, and whether another could have been meant."""
    found = figures.read_date(text, form)
    return found, found is not None and form is None and figures.is_ambiguous(text)


def _apk_window(today: date) -> tuple[date, date]:
    """From a year ago to four years ahead: an APK is for one, two or, for a new car, four years."""
    return _years_from(today, -1), _years_from(today, 4)


def _years_from(day: date, years: int) -> date:
    year = min(max(day.year + years, date.min.year), date.max.year)
    return day.replace(year=year, day=28) if (day.month, day.day) == (2, 29) else day.replace(year=year)


def _mask(name: str, text: str) -> str:
    return _MASKS.get(name, masks.text)(text)
