"""A proposal: for each field of a passport the columns it comes from, and every doubt about that.

Names come first, and cells have a veto: a column called `E-mail` with `ja` and `nee` in it holds no addresses.
What no name tells is judged by its cells, and is a doubt. Fields that a person gave are taken as they are.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from connector import dictionary, emails, masks, plates
from connector.columns import emptiness, normalised, trimmed
from connector.model import CANONICAL_FIELDS
from connector.proposing import doubting, header, looks, names, people
from connector.proposing.column import DATES, Column
from connector.proposing.doubting import Doubt

REQUIRED = ("plate", "email", "last_name")
"""The fields that the manual's customer list cannot do without; a company's name may stand for the last name."""

_MANY = frozenset({"email", "phone", "mobile"})
"""Fields that take several columns, the first that is not empty."""

_BY_LOOK: tuple[tuple[str, str, float], ...] = (
    ("email", "email", 0.6),
    ("plate", "plate", 0.6),
    ("vin", "vin", 0.9),
    ("postal_code", "postal_code", 0.8),
    ("mobile", "mobile", 0.6),
    ("phone", "phone", 0.8),
    ("make", "make", 0.7),
    ("fuel", "fuel", 0.9),
    ("infix", "infix", 0.9),
    ("initials", "initials", 0.9),
    ("street", "street", 0.6),
)
"""What a column may be taken for by its cells alone: field, look, and how many must look so."""


@dataclass(frozen=True, slots=True)
class Choice:
    """Where a field comes from: columns of the export, the first that is not empty; a format for its dates."""

    field: str
    columns: tuple[str, ...]
    format: str | None = None


@dataclass(frozen=True, slots=True)
class Proposal:
    """What is proposed. `missing` are the required fields that nothing was found for; `unused` the columns left."""

    choices: tuple[Choice, ...]
    doubts: tuple[Doubt, ...]
    missing: tuple[str, ...]
    unused: tuple[str, ...]


def propose(
    columns: Sequence[str],
    rows: Sequence[Mapping[str, str]],
    today: date,
    given: Mapping[str, Sequence[str]] | None = None,
) -> Proposal:
    """What the columns of these rows mean. `given`: field → columns as a person says; none: the field is left out."""
    found = [
        Column(name, [trimmed(row.get(name, "")) for row in rows], at) for at, name in enumerate(columns)
    ]
    work = _Work(found, today, dict(given or {}))
    work.take_given()
    work.by_name()
    work.by_look()
    work.by_people()
    work.fill_names()
    work.look_again()
    return work.proposal()


@dataclass(slots=True)
class _Work:
    """A proposal in the making."""

    columns: list[Column]
    today: date
    given: dict[str, Sequence[str]]
    chosen: dict[str, list[Column]] = field(default_factory=dict)
    doubts: list[Doubt] = field(default_factory=list)
    by_a_person: set[str] = field(default_factory=set)

    def take_given(self) -> None:
        by_name = {normalised(column.name): column for column in self.columns}
        for name, wanted in self.given.items():
            self.by_a_person.add(name)
            found = [by_name[normalised(each)] for each in wanted if normalised(each) in by_name]
            if found:
                self.chosen[name] = found

    def by_name(self) -> None:
        candidates = sorted(self._named(), key=lambda each: (self._is_passed(each), *each[:2], each[2].at))
        for sure, _, column, name in candidates:
            if name in self.by_a_person or (name in self.chosen and (name not in _MANY or sure)):
                self._doubt_empty(sure, name, column)
                continue  # sure is 0 for a name that is known
            if self._may_be(name, column):
                self.chosen.setdefault(name, []).append(column)
                if sure:
                    self._doubt("alike", name, column)

    def _is_passed(self, candidate: tuple[int, int, Column, str]) -> bool:
        """Whether a column comes after all others of its field: it is empty, and the field takes one column."""
        *_, column, name = candidate
        return name not in _MANY and not column.filled(name)

    def _doubt_empty(self, sure: int, name: str, column: Column) -> None:
        """Says of a column with a known name that it is empty, where another one is taken in its place."""
        if not sure and name not in self.by_a_person and not column.filled(name) and self._is_filled(name):
            self._doubt("empty_beside", name, column)

    def _named(self) -> Iterator[tuple[int, int, Column, str]]:
        for column in self._free():
            if known := names.meaning(column.name):
                yield 0, known[1], column, known[0]
            elif (alike := names.likely_meaning(column.name)) and (
                alike[0] != "last_name" or column.is_named()
            ):
                yield 1, alike[1], column, alike[0]

    def _may_be(self, name: str, column: Column) -> bool:
        """Whether the cells do not speak against it; says so where they do."""
        if not is_writable(column.name):
            self._doubt("nameless", name, column)
            return False
        if self._is_doubled(column):
            self._doubt("doubled", name, column)
            return False
        if column.denies(name, self._countries()):
            self._doubt("other_cells", name, column)
            return False
        if name == "email" and doubting.is_always_one(column.filled("email")):
            self._doubt("always_one", name, column)
            return False
        return True

    def by_look(self) -> None:
        for name, look, least in _BY_LOOK:
            for column in self._nameless(name):
                is_so = bool(column.filled(name)) and column.looks((look,), name) >= least
                if is_so and (name != "initials" or column.may_be_initials()):
                    self._choose_by_look(name, column)
        self._dates_by_look()

    def _choose_by_look(self, name: str, column: Column) -> None:
        if not self._is_open(name):
            if name in REQUIRED and name not in self.by_a_person:
                self._doubt("another", name, column)
        elif self._may_be(name, column):
            for empty in self.chosen.get(name, []):
                self._doubt("empty_beside", name, empty)
            self.chosen[name] = [column]
            self._doubt("by_look", name, column)

    def _is_open(self, name: str) -> bool:
        """Whether a column may be chosen: there is none yet, or of a required field an empty one."""
        is_empty = name in REQUIRED and not self._is_filled(name)
        return name not in self.by_a_person and (name not in self.chosen or is_empty)

    def _is_filled(self, name: str) -> bool:
        return any(column.filled(name) for column in self.chosen.get(name, []))

    def _dates_by_look(self) -> None:
        dated = [each for each in self._nameless("apk_due") if each.looks(("date",)) >= 0.8 and each.filled()]
        for column in dated:
            name = doubting.kind_of_dates(column.filled(), self.today)
            if name and name not in self.chosen and name not in self.by_a_person:
                self._choose_by_look(name, column)

    def by_people(self) -> None:
        """Last and first names, and places, where no column says so; a company's name will do as well."""
        if not self._is_filled("last_name") and not self._is_filled("company"):
            self._best("last_name", lambda column: people.last_name_score(column.cells, self._locals()), 0.2)
        if self._is_nameless():
            self._best("first_name", lambda column: people.first_name_score(column.cells), 0.3)
            self._best("city", lambda column: people.place_score(column.cells), 0.3)
            self._beside("postal_code", "city", "name")
            self._beside("street", "house_number", "house_number")

    def _best(self, name: str, score: Callable[[Column], float], least: float) -> None:
        worded = [each for each in self._nameless(name) if each.filled() and each.looks(("name",)) >= 0.8]
        scored = sorted(((score(each), -each.at, each) for each in worded), key=lambda each: each[:2])
        if scored and scored[-1][0] >= least and self._is_open(name):
            self._choose_by_look(name, scored[-1][2])

    def _beside(self, known: str, name: str, look: str) -> None:
        """The column right of a known one, if its cells look so: a street and its number, a postcode and its town."""
        for left in self.chosen.get(known, []):
            for column in self._nameless(name):
                is_next = column.at == left.at + 1 and bool(column.filled())
                if is_next and name not in self.chosen and column.looks((look,)) >= 0.9:
                    self._choose_by_look(name, column)

    def _locals(self) -> list[str | None]:
        addresses = self.chosen.get("email", [])[:1]
        if not addresses:
            return [None] * (len(self.columns[0].cells) if self.columns else 0)
        return [
            dictionary.folded(cell.partition("@")[0]) if "@" in cell else None for cell in addresses[0].cells
        ]

    def fill_names(self) -> None:
        """A second column for the last name, where the first is empty for some and no company stands there."""
        if {"last_name", "full_name"} & self.by_a_person:
            return
        for column in self._names_left():
            lacking = self._nameless_rows()
            if lacking.intersection(column.filled_at()) and self._may_be("last_name", column):
                self.chosen.setdefault("last_name", []).append(column)
                self._doubt("filled_up", "last_name", column)
        if self._nameless_rows() and (known := self._name_columns()):
            self._doubt("some_without_name", "last_name", known[0])

    def _names_left(self) -> list[Column]:
        """The columns that may hold a name and are not chosen, the best first."""
        found = [
            (meant[1], column.at, column)
            for column in self._free()
            if (meant := names.meaning(column.name) or names.likely_meaning(column.name))
            and meant[0] == "last_name"
            and column.filled()
            and column.is_named()
        ]
        return [column for *_, column in sorted(found, key=lambda each: each[:2])]

    def _name_columns(self) -> list[Column]:
        return [column for name in ("last_name", "company") for column in self.chosen.get(name, [])]

    def _nameless_rows(self) -> set[int]:
        """The rows that would be a passport if they had a name."""
        rows = set(range(len(self.columns[0].cells))) if self.columns else set()
        for name in ("plate", "email"):
            rows &= {at for column in self.chosen.get(name, []) for at in column.filled_at(name)}
        return rows - {at for column in self._name_columns() for at in column.filled_at()}

    def look_again(self) -> None:
        """The doubts about what is chosen: cells that will be rejected, days and months, whole names in one cell."""
        self._whole_names()
        for name, columns in self.chosen.items():
            for column in columns:
                for why in doubting.about(name, column.filled(name), self._form(name)):
                    if why != "some_unread" or not self._is_explained(name, column):
                        self._doubt(why, name, column)
        if self._is_nameless() and self.columns and not header.is_invented(self.columns[0].name):
            self._doubt("strange_header", None, self.columns[0])
        for column in self._free():
            if left := doubting.about_unused(column.name, column.filled()):
                self._doubt(left, None, column)

    def _whole_names(self) -> None:
        """A last name that is a whole name, with none of its parts in a column of its own, is read as one."""
        parts = {"first_name", "initials", "infix", "full_name"} & {*self.chosen, *self.given}
        is_whole = any(people.are_whole_names(each.filled()) for each in self.chosen.get("last_name", []))
        if is_whole and not parts and "last_name" not in self.by_a_person:
            self.chosen["full_name"] = self.chosen.pop("last_name")
            self.doubts = [doubting.of_another_field(each, "last_name", "full_name") for each in self.doubts]

    def _is_explained(self, name: str, column: Column) -> bool:
        """Whether what is no Dutch plate is one of the country beside it."""
        return name == "plate" and column.has_foreign_plates(self._countries())

    def _countries(self) -> list[str | None]:
        """What each row says its country is, by the column that is called so; None where it does not."""
        for column in self.columns:
            if (meant := names.meaning(column.name)) and meant[0] == "country":
                return [dictionary.country(cell) for cell in column.cells]
        return [None] * (len(self.columns[0].cells) if self.columns else 0)

    def _form(self, name: str) -> str | None:
        """The format of a field's dates; None where it holds no dates, or they are read as they stand."""
        if name not in (*DATES, "consent", "opt_out"):
            return None
        cells = [cell for column in self.chosen[name] for cell in column.filled(name)]
        dates = [cell for cell in cells if dictionary.yes_or_no(cell) is None]
        return (looks.formats_of(dates) or [""])[0] or looks.telling_format(dates) or None

    def proposal(self) -> Proposal:
        choices = [
            Choice(name, tuple(column.name for column in self.chosen[name]), self._form(name))
            for name in CANONICAL_FIELDS
            if name in self.chosen
        ]
        missing = [name for name in REQUIRED if name not in self.chosen]
        if {"company", "full_name"} & self.chosen.keys() and "last_name" in missing:
            missing.remove("last_name")
        unused = tuple(column.name for column in self._free())
        return Proposal(tuple(choices), tuple(dict.fromkeys(self.doubts)), tuple(missing), unused)

    def _doubt(self, why: str, name: str | None, column: Column) -> None:
        self.doubts.append(doubting.doubt(why, name, column.name))

    def _free(self) -> list[Column]:
        taken = {column.at for columns in self.chosen.values() for column in columns}
        return [column for column in self.columns if column.at not in taken]

    def _nameless(self, name: str) -> list[Column]:
        """The columns whose name says nothing; for a required field also those whose cells belie their name."""
        return [
            column
            for column in self._free()
            if not names.is_known(column.name) or (name in ("plate", "email") and self._belied(column))
        ]

    def _belied(self, column: Column) -> bool:
        known = names.meaning(column.name)
        return known is not None and known[0] not in ("plate", "email")

    def _is_nameless(self) -> bool:
        return not any(names.is_known(column.name) for column in self.columns)

    def _is_doubled(self, column: Column) -> bool:
        same = [each for each in self.columns if normalised(each.name) == normalised(column.name)]
        return len(same) > 1


def is_writable(name: str) -> bool:
    """Whether a garage's file can hold this name of a column: filled in, and on one line."""
    return bool(trimmed(name)) and trimmed(name).replace("\u00a0", " ").isprintable()


def masked_rows(proposal: Proposal, rows: Sequence[Mapping[str, str]], most: int = 5) -> list[dict[str, str]]:
    """The first rows as the proposal reads them, masked: field → what may be shown of its cell."""
    return [{choice.field: _masked(choice, row) for choice in proposal.choices} for row in rows[:most]]


def _masked(choice: Choice, row: Mapping[str, str]) -> str:
    is_empty = emptiness(choice.field)
    cells = (trimmed(row.get(name, "")) for name in choice.columns)
    text = next((cell for cell in cells if cell and not is_empty(cell)), "")
    mask = {"plate": plates.mask, "email": emails.mask}.get(choice.field, masks.text)
    return mask(text) if text else ""
