"""The plain row: of most rows every cell is as it should be, and those are read in one go.

`PlainRows.draft` answers with what `mapping` makes of a row, or with None: then `mapping` is to judge it. It never
warns, refuses or skips: whatever is odd, long, missing or in two places goes the ordinary way. That both ways give the
same is held by a test over any cells (`tests/test_plain_rows.py`).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import date
from functools import lru_cache, partial

from connector import emails, names, plates
from connector.columns import Cell, Step
from connector.errors import RecordRejected
from connector.figures import DASHES
from connector.model import FACT_FIELDS, NAME_FIELDS, SILENT, Draft, Facts
from connector.reading import LONGEST_TEXT, VIN, Reading, Row

_ADDRESS = re.compile("[A-Za-z0-9_-]+(?:[.][A-Za-z0-9_-]+)*@([A-Za-z0-9.-]+)")
"""An address of which the domain decides whether it is one: its local part is plain."""

_ODD = DASHES + "#"
"""How a text begins that may say nothing: dashes alone, or what a sheet shows of a formula that failed."""
_PHONE = re.compile("[+(]?[0-9][0-9 ()/+-]{9,40}")
"""A telephone number as people write it, too long to have lost its zero."""
_DUTCH_NUMBER = 9
"""A telephone number of so many characters may have lost its zero."""
_SHORTEST_DATE = 5
"""A house number of so many characters may be a date."""

_Reader = Callable[[str], str | int | None]
"""Trimmed text, not empty → its value; None: it is not plain."""


class PlainRows:
    """Reads the plain rows of one file, on one local date; it remembers what single cells say (bounded)."""

    def __init__(self, steps: tuple[Step, ...], reading: Reading, today: date) -> None:
        """`steps` are the file's columns as they were found."""
        self._reading, self._today = reading, today
        self._domain_fault = lru_cache(maxsize=8192)(emails.domain_fault)
        self._is_empty = {field: is_empty for field, _, _, is_empty in steps}
        places = {field: names[0] for field, names, (fixed, _), _ in steps if len(names) == 1 and not fixed}
        self._can = (
            len(places) == len(steps)
            and {"plate", "email"} <= places.keys()
            and places.keys().isdisjoint(
                ("fleet", "fleet_account")
            )  # the garage's file says what they come to
        )
        self._plate, self._email = places.pop("plate", ""), places.pop("email", "")
        self._country, self._key = places.pop("country", None), places.pop("record_key", None)
        self._full_name = places.pop("full_name", None)
        self._facts = {field: places.pop(field) for field in FACT_FIELDS if field in places}
        self._said = lru_cache(maxsize=8192)(self._facts_in)
        self._texts = [each for each in places.items() if each[0] in reading.as_typed]
        others = [each for each in places.items() if each[0] not in reading.as_typed]
        self._others = [(field, column, self._reader(field)) for field, column in others]

    def draft(self, values: Mapping[str, str]) -> Draft | None:
        """The passport that a plain row draws; None where it is not plain."""
        if not self._can:
            return None
        plate, address = self._plate_of(values), self._address_of(values)
        if plate is None or address is None:
            return None
        content: dict[str, str | int] = {"country": "NL", "email": address}
        if not (self._read_texts(values, content) and self._read_others(values, content)):
            return None
        facts = (
            self._said(*[values.get(each) or "" for each in self._facts.values()]) if self._facts else SILENT
        )
        key = _text(values, self._key) if self._key else ""
        if facts is None or key is None or not self._has_last_name(values, content):
            return None
        return Draft(plate, key or plate, content, facts)

    def _plate_of(self, values: Mapping[str, str]) -> str | None:
        text = (values.get(self._plate) or "").strip()
        if self._country and (values.get(self._country) or "").strip() not in ("", "NL"):
            return None
        return plates.ordinary(text) if text.isprintable() else None

    def _address_of(self, values: Mapping[str, str]) -> str | None:
        text = (values.get(self._email) or "").strip()
        found = _ADDRESS.fullmatch(text) if len(text) <= emails.SHORT else None
        return text if found and self._domain_fault(found[1]) is None else None

    def _read_texts(self, values: Mapping[str, str], content: dict[str, str | int]) -> bool:
        for field, column in self._texts:
            text = (values.get(column) or "").strip()
            if text:
                if not text.isprintable() or text[0] in _ODD or len(text) > LONGEST_TEXT:
                    return False
                content[field] = text
        return True

    def _read_others(self, values: Mapping[str, str], content: dict[str, str | int]) -> bool:
        for field, column, read in self._others:
            text = (values.get(column) or "").strip()
            if text:
                value = read(text)
                if value is None:
                    return False
                content[field] = value
        return True

    def _has_last_name(self, values: Mapping[str, str], content: dict[str, str | int]) -> bool:
        if self._full_name and content.keys().isdisjoint(NAME_FIELDS):
            whole = _text(values, self._full_name)
            if not whole:
                return False
            content.update(names.split(whole))
        if "last_name" not in content and "company" in content:
            content["last_name"] = content["company"]
        return "last_name" in content

    def _facts_in(self, *texts: str) -> Facts | None:
        """What stands beside the content, by these cells; None where one of them is odd."""
        cells = {
            field: self._cell(field, text.strip()) for field, text in zip(self._facts, texts, strict=True)
        }
        row = Row(cells, self._today)
        with suppress(RecordRejected):
            facts = self._reading.facts(row)
            return None if row.warnings or not "".join(texts).isprintable() else facts
        return None

    def _reader(self, field: str) -> _Reader:
        alone = lru_cache(maxsize=8192)(partial(self._alone, field))
        quick = _QUICK.get(field)
        return alone if quick is None else quick(alone)

    def _alone(self, field: str, text: str) -> str | int | None:
        """What a cell says by itself, read the ordinary way; None where it says nothing or is odd."""
        row = Row({field: self._cell(field, text)}, self._today)
        with suppress(RecordRejected):
            value = self._reading.content(row).get(field)
            return None if row.warnings or not text.isprintable() else value
        return None

    def _cell(self, field: str, text: str) -> Cell:
        return ("" if self._is_empty[field](text) else text, None)


def _text(values: Mapping[str, str], column: str) -> str | None:
    """The text of a cell that stays as typed, or that is empty; None where it is odd."""
    text = (values.get(column) or "").strip()
    odd = text and (not text.isprintable() or text[0] in _ODD or len(text) > LONGEST_TEXT)
    return None if odd else text


def _kilometres(otherwise: _Reader) -> _Reader:
    """0 is for the ordinary way to tell."""
    return lambda text: (
        (int(text) if text.isascii() and text.isdigit() and len(text) <= 6 else 0) or otherwise(text)
    )


def _phone(otherwise: _Reader) -> _Reader:
    """Digits and dashes, and else what looks like a number, stay as typed."""
    return lambda text: (
        text
        if (_DUTCH_NUMBER < len(text) <= LONGEST_TEXT and text.isascii() and text.replace("-", "").isdigit())
        or _PHONE.fullmatch(text)
        else otherwise(text)
    )


def _house_number(otherwise: _Reader) -> _Reader:
    return lambda text: text if len(text) < _SHORTEST_DATE and text.isalnum() else otherwise(text)


def _vin(otherwise: _Reader) -> _Reader:
    return lambda text: text if VIN.fullmatch(text) else otherwise(text)


_QUICK: Mapping[str, Callable[[_Reader], _Reader]] = {
    "mileage": _kilometres,
    "mobile": _phone,
    "phone": _phone,
    "house_number": _house_number,
    "vin": _vin,
}
"""Field → a reader of its cells that need not be remembered, for they differ from row to row, before another one."""
