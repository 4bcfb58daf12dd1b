"""Where each field stands in the exports of one source; what is found there of one record."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

from connector import kit
from connector.model import CellText, Column, Fault
from plugins.carsys import lease
from plugins.carsys.fields import ADDRESSEE, ROLES

NAMES = 5_000
"""Names of columns that are remembered, at most: as many as an export may have."""
_LONGEST_ADDRESS = 254

_NOTHING = CellText("", None)
_NUMBER = re.compile(r" \(\d+\)")
"""How the second element of one name is told from the first."""


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a field stands: in columns, by their names as they are compared, or everywhere as a fixed value."""

    name: str | None
    """Of the first column, as the garage or the README calls it."""
    alike: tuple[str, ...]
    value: CellText | None
    is_needed: bool

    @classmethod
    def of(cls, column: Column) -> _Place:
        value = None if column.value is None else CellText(column.value, None)
        alike = tuple(map(kit.folded, column.names))
        return cls(next(iter(column.names), None), alike, value, not column.optional)


class Form:
    """The columns of a source. It remembers names and addresses it has judged (bounded), and nothing else."""

    def __init__(self, columns: Mapping[str, Column], lease_companies: lease.Companies) -> None:
        self.columns = columns
        self.people = tuple(role for role in (*ROLES, ADDRESSEE) if f"{role}.company" in columns)
        self.places = {field: _Place.of(column) for field, column in columns.items()}
        self.mapped = tuple(dict.fromkeys(name for column in columns.values() for name in column.names))
        self._needed = tuple(
            dict.fromkeys(name for column in columns.values() if not column.optional for name in column.names)
        )
        self._alike = lru_cache(maxsize=NAMES)(kit.folded)
        self._unnumbered = lru_cache(maxsize=NAMES)(lambda name: kit.folded(_NUMBER.sub("", name)))
        self._mapped_alike = frozenset(map(kit.folded, self.mapped))
        self._judge = lru_cache(maxsize=8192)(kit.judge_address)
        self._is_lease = lru_cache(maxsize=1024)(lease_companies.has)

    def check_header(self, header: Iterable[str]) -> None:
        """Raises `SourceFormatError` where a column that is needed is gone, or one stands there twice."""
        kit.refuse_doubled(self.mapped, header, kit.folded)
        kit.refuse_gone(self._needed, header, self.mapped, kit.folded)

    def check_elements(self, seen: Iterable[str]) -> None:
        """Raises `SourceFormatError` where no record has an element that is needed."""
        kit.refuse_gone(
            self._needed, seen, self.mapped, self._unnumbered, words=("het element", "de elementen")
        )

    def repeated(self, values: Mapping[str, str]) -> Fault | None:
        """The fault of a record that has something we read twice and not alike: which counts is not ours to say."""
        first: dict[str, str] = {}
        for name, text in values.items():
            alike = self._unnumbered(name)
            if alike in self._mapped_alike and first.setdefault(alike, text) != text and text.strip():
                plain = _NUMBER.sub("", name)
                return Fault(
                    "field_repeated",
                    "Dit gegeven staat bij deze auto meer dan eens, en niet gelijk;"
                    " maak er in het garagesysteem of in de export één van.",
                    plain,
                )
        return None

    def cells(self, values: Mapping[str, str]) -> Cells:
        """What a record says."""
        there: dict[str, str] = {}
        for name in values:
            there.setdefault(self._alike(name), name)
        return Cells(self, values, there)

    def judge_address(self, text: str) -> kit.AddressCell:
        """As `kit.judge_address`."""
        return self._judge(text) if len(text) <= _LONGEST_ADDRESS else kit.judge_address(text)

    def is_lease_company(self, name: str) -> bool:
        """Whether this is the name of a lease company."""
        return self._is_lease(name[:_LONGEST_ADDRESS])


@dataclass(frozen=True, slots=True)
class Cells:
    """One record, by fields. `there`: name as it is compared → the record's own name."""

    form: Form
    values: Mapping[str, str]
    there: Mapping[str, str]

    def text(self, field: str) -> CellText:
        """A field's text with its column: the first that is filled in, else empty."""
        found = self.find(field)
        return _NOTHING if found is None else found

    def every(self, field: str) -> Iterator[CellText]:
        """What stands in each of a field's columns that is filled in; `text` is the first of them."""
        place = self.form.places.get(field)
        for alike in place.alike if place else ():
            own = self.there.get(alike)
            if own is not None and (text := self.values[own]).strip():
                yield CellText(text, own)

    def find(self, field: str) -> CellText | None:
        """The same; None where the field is not mapped, or may be gone and is."""
        place = self.form.places.get(field)
        if place is None:
            return None
        if place.value is not None:
            return place.value
        empty: str | None = None
        for alike in place.alike:
            own = self.there.get(alike)
            if own is None:
                continue
            if (text := self.values[own]).strip():
                return CellText(text, own)
            empty = empty or own
        if empty is None and not place.is_needed:
            return None
        return CellText("", empty or place.name)
