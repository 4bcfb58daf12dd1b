"""Where the plates and addresses of a file stand: where nearly none is in its own column, the columns are others.

Where nothing names the columns of an export, a column more or less is told by their number; two that changed places are
told by nothing but what stands in them. Row by row such a file would be rejected, or its addresses found to be none,
and as a whole it would count as read. Pure.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from connector import dictionary, emails, masks, plates
from connector.columns import Step, trimmed
from connector.errors import SourceFormatError
from connector.model import Draft, SourceRecord, Verdict

FEWEST = 3
"""Rows below which nothing is said of a file."""
NEARLY_ALL = 0.9
"""The share of rows that must be unsound, and of those with a plate or address the share that has it elsewhere."""
LOOKED_AT = 1_000
"""Unsound rows that are looked at, at most."""

_DUTCH = {"plate": "kentekens", "email": "e-mailadressen"}
_POSTAL_CODE_LENGTH = 7


@dataclass(slots=True)
class Places:
    """Where the plates and addresses of one file stand. `homes`: field → the columns in which they should.

    `mapped` are the other mapped columns of a file without a header: there it tells enough that addresses stand in the
    column of the name. Of any other file something else must stand in their own column as well.
    """

    homes: Mapping[str, Sequence[str]]
    mapped: frozenset[str]
    unsound: int = 0
    _at_home: Counter[str] = field(default_factory=Counter)
    _filled: Counter[str] = field(default_factory=Counter)
    _elsewhere: Counter[tuple[str, str]] = field(default_factory=Counter)

    @classmethod
    def of(cls, steps: Sequence[Step], *, has_header: bool) -> Places:
        """Of a file whose columns were found so."""
        homes = {name: names for name, names, _, _ in steps if name in _DUTCH}
        others = (column for name, names, _, _ in steps if name not in _DUTCH for column in names)
        wrong = (column for names in homes.values() for column in names)
        return cls(homes, frozenset() if has_header else frozenset((*others, *wrong)))

    def note(self, record: SourceRecord) -> None:
        """A row that is not sound."""
        self.unsound += 1
        if self.unsound <= LOOKED_AT:
            self._look(record.values)

    def refuse(self, rows: int) -> None:
        """Raises `SourceFormatError` when in nearly all rows of the file the columns do not hold what they should."""
        if rows < FEWEST or self.unsound < rows * NEARLY_ALL:
            return
        moved = {name: column for name in self.homes if (column := self._moved_to(name))}
        if moved:
            looked = min(self.unsound, LOOKED_AT)
            told = ", ".join(self._told(name, column) for name, column in moved.items())
            raise SourceFormatError(
                f"De kolommen zijn van plaats gewisseld: {told} ({looked} rijen bekeken)."
                " Herstel de export of pas de kolomnamen in de instellingen aan.",
                column=self.homes[next(iter(moved))][0],
            )

    def _look(self, values: Mapping[str, str]) -> None:
        holding = {column: _what(trimmed(text or "")) for column, text in values.items()}
        for name, columns in self.homes.items():
            said = [holding.get(column, "") for column in columns]
            self._at_home[name] += name in said
            self._filled[name] += any(said) and name not in said
            if name not in said:
                self._elsewhere.update(
                    (name, column)
                    for column, what in holding.items()
                    if what == name and column not in columns
                )

    def _moved_to(self, name: str) -> str | None:
        """The column in which most of these stand, where hardly any stands in its own."""
        looked = min(self.unsound, LOOKED_AT)
        found = [(many, column) for (of, column), many in self._elsewhere.items() if of == name]
        many, column = max(found, key=lambda each: each[0], default=(0, ""))
        is_elsewhere = many * 2 >= looked and self._at_home[name] <= many * (1 - NEARLY_ALL)
        is_told = column in self.mapped or self._filled[name] * 2 >= looked
        return column if is_elsewhere and is_told else None

    def _told(self, name: str, column: str) -> str:
        home = " of ".join(map(_quoted, self.homes[name]))
        return f"{_DUTCH[name]} staan in de kolom {_quoted(column)} en niet in {home}"


def is_sound(verdict: Verdict) -> bool:
    """Whether a row is a passport with an address that may be one: in such a row they stand where they should."""
    return isinstance(verdict, Draft) and verdict.address_fault is None


def _what(text: str) -> str:
    """What a cell holds: `plate`, `email`, something `else`, or nothing."""
    if "@" in text and emails.read(text).fault is None:
        return "email"
    if plates.sidecode(plates.compact(text)) and not _is_postal_code(text):
        return "plate"
    return "" if dictionary.is_no_address(text) else "else"


def _is_postal_code(text: str) -> bool:
    """`1234 AB`, which has the form of a plate too; as a plate it has dashes."""
    return len(text) <= _POSTAL_CODE_LENGTH and text[:4].isdigit() and text[4:].strip().isalpha()


def _quoted(name: str) -> str:
    return f"“{masks.bounded(masks.visible(name), 60)}”"
