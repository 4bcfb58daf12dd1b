"""A column of an export: its cells, what they look like, and whether they speak against what its name says."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from connector import columns, plates
from connector.proposing import looks

DATES = ("apk_due", "first_registration", "service_due", "mileage_at", "changed_at")
"""Fields that hold a date and nothing else."""

_WANTED: Mapping[str, tuple[tuple[str, ...], float]] = {
    "plate": (("plate",), 0.5),
    "email": (("email", "refusal"), 0.5),
    "mileage": (("number",), 0.9),
    "mobile": (("phone", "mobile"), 0.5),
    "phone": (("phone", "mobile"), 0.5),
    "country": (("country",), 0.9),
    "consent": (("yes_no", "date"), 0.9),
    "opt_out": (("yes_no", "date"), 0.9),
    **dict.fromkeys(DATES, (("date", "serial"), 0.8)),
}
"""Field → the looks of which a column needs one, in so many of its filled cells."""

_UNWANTED: Mapping[str, tuple[str, ...]] = {
    "last_name": ("code", "yes_no", "email"),
    "first_name": ("code", "yes_no", "email"),
    "company": ("code", "yes_no", "email"),
    "model": ("kind_of_customer", "yes_no"),
}
"""Field → the looks that half of its filled cells must not have: a customer's number is no name."""

_HALF = 0.5
_MOSTLY = 0.8
_LEAST_ADDRESSES = 0.2
"""How many cells of a column of addresses must hold one, where the others say that there is none to be had."""

_LEAST_INITIALS = 5
"""Different cells from which a column of one to four capitals may be initials, and is no code of something."""


@dataclass(slots=True)
class Column:
    """A column of the sample: its name and its cells, row by row."""

    name: str
    cells: list[str]
    at: int

    def filled(self, blank: str = "") -> list[str]:
        """The cells that hold something, as the field `blank` understands it."""
        return [self.cells[at] for at in self.filled_at(blank)]

    def filled_at(self, blank: str = "") -> list[int]:
        """The rows, from 0, of those cells."""
        is_empty = columns.emptiness(blank)
        return [at for at, cell in enumerate(self.cells) if cell and not is_empty(cell)]

    def looks(self, wanted: Sequence[str], blank: str = "") -> float:
        """How many of the filled cells have one of these looks, from 0 to 1."""
        filled = self.filled(blank)
        return self._looking(wanted, blank) / len(filled) if filled else 0.0

    def denies(self, field: str, countries: Sequence[str | None]) -> bool:
        """Whether the filled cells speak against this field. `countries`: what each row says its country is."""
        if not self.filled(field):
            return False
        if self.looks(_UNWANTED.get(field, ()), field) >= _HALF:
            return True
        wanted, least = _WANTED.get(field, ((), 0.0))
        count = self._plates(countries) if field == "plate" else self._looking(wanted, field)
        if wanted and not looks.nearly_all(count, len(self.filled(field)), least):
            return True
        return field == "email" and self.looks(("email",), field) < _LEAST_ADDRESSES

    def is_named(self) -> bool:
        """Whether nearly all of its filled cells, if any, can be names of people."""
        return not self.filled() or self.looks(("name",)) >= _MOSTLY

    def has_foreign_plates(self, countries: Sequence[str | None]) -> bool:
        """Whether every cell that is no Dutch plate is one of the country that its row names."""
        return self._plates(countries) == len(self.filled("plate"))

    def may_be_initials(self) -> bool:
        """Whether cells that look like initials are: a yes or a no is none, nor are few codes time and again."""
        filled = self.filled()
        if any("." in cell for cell in filled):
            return True
        return self.looks(("yes_no",)) < _HALF and len(set(filled)) >= min(_LEAST_INITIALS, len(filled))

    def _plates(self, countries: Sequence[str | None]) -> int:
        rows = ((self.cells[at], countries[at]) for at in self.filled_at("plate"))
        return sum(looks.is_plate(cell) or _is_foreign_plate(cell, country) for cell, country in rows)

    def _looking(self, wanted: Sequence[str], blank: str) -> int:
        return sum(any(looks.LOOKS[look](cell) for look in wanted) for cell in self.filled(blank))


def _is_foreign_plate(cell: str, country: str | None) -> bool:
    if country in (None, "NL") or not any(sign.isdigit() for sign in cell):
        return False
    return plates.judge(cell, country).accepted
