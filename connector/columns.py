"""Which column of an export gives which canonical field, and what stands in its cells.

Columns are matched once per file: headers without regard to case, surrounding space, BOM and NBSP. A mapped
column that is gone, or that stands there twice, holds the whole file (`SourceFormatError`): columns never
shift and nothing is guessed. A source without a header (a pushed record) is matched record by record, and
then nothing can be gone.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher, get_close_matches
from functools import lru_cache

from connector import dictionary, figures, masks
from connector.errors import SourceFormatError
from connector.model import CANONICAL_FIELDS, CONSENT_FIELDS, CellText, Column

Cell = tuple[str, str | None]
"""A cell's trimmed text and the source's own name of its column (None for a fixed value)."""

Cells = Mapping[str, Cell]
"""Canonical field → cell, for every field that is mapped and whose column is there; text may be empty."""

_INVISIBLE = "".join(
    map(chr, (*range(0x21), *range(0x7F, 0xA1), 0x1680, *range(0x2000, 0x2010), 0x2028, 0x2029))
) + ("\u202f\u205f\u2060\u3000\ufeff")
"""Spaces, controls and zero-width signs; NUL padding and a closing Ctrl-Z are among them."""

_ALIKE = 0.7
"""How much a name must look like the missing one to be shown: one that has run into a cell of data does not."""

_LONGEST_NAME = 60
"""Characters of a column name that are compared and shown when one is missing."""

Meaning = Callable[[str], str | None]
"""What a column of this name holds, as garage systems call theirs; None: the name is not known."""

NEEDED_FIELDS = (("plate",), ("email",), ("last_name", "full_name", "company"))
"""Without a column of each of these no row of a file could become a passport."""

_NO_OPTION = frozenset({"plate", "email", "last_name", "full_name"})
"""Fields whose column is not to be called optional only because a file lacks it."""

Step = tuple[str, tuple[str, ...], Cell, Callable[[str], bool]]
"""Field, its columns' names as the records have them, the cell if all are empty, and what is empty there."""


def trimmed(text: str) -> str:
    """The text without what surrounds it unseen: spaces (NBSP too), controls, zero-width signs, BOM."""
    text = text.strip()
    return text if text.isprintable() else text.strip(_INVISIBLE)


def normalised(header: str) -> str:
    """A header as it is compared: without case, surrounding space and BOM, any spacing within as one space."""
    return " ".join(trimmed(header).casefold().split())


def _unknown(_: str) -> None:
    """A name says nothing."""


class Columns:
    """The columns of one file, found: `pick` gives a record's cells, `given` those of a plugin's mapping."""

    def __init__(
        self, columns: Mapping[str, Column], header: Sequence[str] | None, meaning: Meaning = _unknown
    ) -> None:
        """Raises `SourceFormatError` when a mapped column is gone and not optional, or stands there twice."""
        self._columns = {field: columns[field] for field in CANONICAL_FIELDS if field in columns}
        self._meaning = meaning
        self._steps = None if header is None else self._match(header)
        self._loose_steps = lru_cache(maxsize=64)(self._match_loosely)

    @property
    def steps(self) -> tuple[Step, ...] | None:
        """The columns of a file with a header, as they were found in it."""
        return self._steps

    def form(self, field: str) -> str | None:
        """The `strptime` format that the garage gave for a field's dates, if any."""
        return self._columns[field].format if field in self._columns else None

    def pick(self, values: Mapping[str, str]) -> dict[str, Cell]:
        """The cells of one record: of each field the first column that is not empty, or its fixed value."""
        cells: dict[str, Cell] = {}
        for field, names, fallback, is_empty in self._steps or self._loose_steps(tuple(values)):
            cells[field] = fallback
            for name in names:
                text = trimmed(values.get(name) or "")
                if text and not is_empty(text):
                    cells[field] = (text, name)
                    break
        return cells

    def given(self, texts: Mapping[str, str]) -> dict[str, Cell]:
        """The cells of a record that a plugin has mapped itself: canonical field → raw text.

        A text that knows its column (`model.CellText`) is of that column, any other of the first that is mapped.
        A field left empty or out takes its fixed value, where the garage has set one. Names that are no
        canonical fields are passed over.
        """
        return {
            field: self._own(field, texts)
            for field in CANONICAL_FIELDS
            if field in texts or self._fixed(field)
        }

    def _own(self, field: str, texts: Mapping[str, str]) -> Cell:
        raw = texts.get(field, "")
        name = raw.column if isinstance(raw, CellText) else self._name(field)
        text = trimmed(raw)
        if text and not emptiness(field)(text):
            return text, name
        fixed = self._fixed(field)
        return (fixed, None) if fixed else ("", name)

    def _name(self, field: str) -> str:
        names = self._columns[field].names if field in self._columns else ()
        return names[0] if names else field

    def _fixed(self, field: str) -> str:
        return trimmed(self._columns[field].value or "") if field in self._columns else ""

    def _match(self, header: Sequence[str]) -> tuple[Step, ...]:
        refuse_doubled(self._mapped(), header)
        refuse_gone(self._needed(), header, self._mapped(), meaning=self._meaning, fields=self._fields())
        return self._steps_for(_by_name(header))

    def _match_loosely(self, header: tuple[str, ...]) -> tuple[Step, ...]:
        return self._steps_for(_by_name(header))

    def _steps_for(self, there: Mapping[str, Sequence[str]]) -> tuple[Step, ...]:
        steps: list[Step] = []
        for field, column in self._columns.items():
            names = tuple(found for name in column.names for found in there.get(normalised(name), ())[:1])
            fixed = self._fixed(field)
            if names or fixed:
                fallback = (fixed, None) if fixed else ("", names[0])
                steps.append((field, names, fallback, emptiness(field)))
        return tuple(steps)

    def _needed(self) -> Iterable[str]:
        return dict.fromkeys(
            name for column in self._columns.values() if not column.optional for name in column.names
        )

    def refuse_bare(self, header: Sequence[str]) -> None:
        """Raises `SourceFormatError` when nothing of a field is there without which no row counts, optional or not."""
        there = set(map(normalised, header))
        for fields in NEEDED_FIELDS:
            mapped = [self._columns[field] for field in fields if field in self._columns]
            names = [name for column in mapped for name in column.names]
            if names and there.isdisjoint(map(normalised, names)) and not any(each.value for each in mapped):
                refuse_gone(names, header, self._mapped(), meaning=self._meaning, fields=self._fields())

    def _fields(self) -> Mapping[str, str]:
        """Column → the field that it is mapped to, of several the one that no file can do without."""
        alone = {"last_name", "full_name"}.isdisjoint(self._columns)
        of = {"company": "last_name"} if alone else {}  # then it stands in for the name
        mapped = [
            (name, of.get(field, field)) for field, each in self._columns.items() for name in each.names
        ]
        return dict(sorted(mapped, key=lambda each: each[1] in _NO_OPTION))

    def _mapped(self) -> Iterable[str]:
        return dict.fromkeys(name for column in self._columns.values() for name in column.names)


def gone(
    columns: Mapping[str, Column],
    header: Iterable[str],
    fields: Iterable[str],
    alike: Callable[[str], str] = normalised,
) -> frozenset[str]:
    """The fields of these of which a mapped column, needed or optional, is not in the header; `alike` compares."""
    there = set(map(alike, header))
    return frozenset(
        field
        for field in fields
        if field in columns and any(alike(name) not in there for name in columns[field].names)
    )


def refuse_doubled(
    mapped: Iterable[str], header: Iterable[str], alike: Callable[[str], str] = normalised
) -> None:
    """Raises `SourceFormatError` when a mapped column stands in the header twice; `alike` compares names."""
    there = _by_name(header, alike)
    for name in mapped:
        if len(there.get(alike(name), ())) > 1:
            raise SourceFormatError(
                f"De kolom {_quoted(name)} staat meer dan eens in het bestand;"
                " geef elke kolom een eigen naam.",
                column=name,
            )


def refuse_gone(
    needed: Iterable[str],
    header: Iterable[str],
    mapped: Iterable[str],
    alike: Callable[[str], str] = normalised,
    *,
    words: tuple[str, str] = ("de kolom", "de kolommen"),
    meaning: Meaning = _unknown,
    fields: Mapping[str, str] | None = None,
) -> None:
    """Raises `SourceFormatError` when a needed column is gone, with the one that may be it now.

    That is one that is not `mapped`: of the same `meaning`, else one that is spelled like it. `fields`: column → the
    field that it is mapped to; one that is not there is of the field that it means.
    """
    there = _by_name(header, alike)
    gone = [name for name in needed if alike(name) not in there]
    if gone:
        lacks = "ontbreekt" if len(gone) == 1 else "ontbreken"
        free = _Free.of(there, mapped, alike, meaning)
        of = fields or {}
        asked = ", ".join(_quoted(name) + free.asked(name, of.get(name)) for name in gone)
        optional = [name for name in gone if of.get(name, meaning(name)) not in _NO_OPTION]
        raise SourceFormatError(
            f"In het bestand {lacks} {words[len(gone) > 1]} {asked}. {_remedy(gone, optional)}",
            column=gone[0],
        )


def _remedy(gone: Sequence[str], optional: Sequence[str]) -> str:
    """What to do about it: a column without which no row counts is never to be called optional."""
    if not optional:
        return "Herstel de export of pas de kolomnamen in de instellingen aan."
    where = "er" if len(optional) == len(gone) else f"bij {', '.join(map(_quoted, optional))}"
    ending = " bij" if where == "er" else ""
    return (
        "Herstel de export, pas de kolomnamen in de instellingen aan,"
        f" of zet {where} `optional: true`{ending}."
    )


def _by_name(header: Iterable[str], alike: Callable[[str], str] = normalised) -> dict[str, list[str]]:
    """Compared name → the headers that bear it, as they stand in the file."""
    there: dict[str, list[str]] = {}
    for name in header:
        there.setdefault(alike(name), []).append(name)
    return there


def emptiness(field: str) -> Callable[[str], bool]:
    """What says in a field that there is nothing: of a trimmed cell that is not empty."""
    says_nothing = _EMPTY.get(field, figures.is_blank)
    if field in CONSENT_FIELDS:  # "onbekend", and a formula that failed, are neither a yes nor a no
        return says_nothing
    return lambda text: says_nothing(text) or dictionary.is_failure(text)


def _is_no_date(text: str) -> bool:
    return figures.is_blank_date(text) or dictionary.is_nothing(text)


_EMPTY: Mapping[str, Callable[[str], bool]] = {
    "plate": dictionary.is_no_plate,
    "email": dictionary.is_no_address,
    **dict.fromkeys(("mileage", "mobile", "phone"), dictionary.is_nothing),
    **dict.fromkeys(
        ("first_registration", "apk_due", "service_due", "mileage_at", "changed_at"),
        _is_no_date,
    ),
    **dict.fromkeys(CONSENT_FIELDS, figures.is_blank_date),
}
"""What says nothing in a field, beside an empty cell, dashes alone and what a sheet says of a formula that failed."""


def look_alike(name: str, others: Iterable[str], alike: Callable[[str], str] = normalised) -> str | None:
    """The name of these that looks like another, as it may be shown; None where none does."""
    names = {alike(other): other for other in others}
    found = _likest(alike(name), _short(names))
    return _shown(names[found]) if found else None


@dataclass(frozen=True, slots=True)
class _Free:
    """The columns of a file that are not mapped: compared name → as it stands in the file, and what it means."""

    names: Mapping[str, str]
    means: Mapping[str, str | None]
    alike: Callable[[str], str]
    meaning: Meaning

    @classmethod
    def of(
        cls,
        there: Mapping[str, Sequence[str]],
        mapped: Iterable[str],
        alike: Callable[[str], str],
        meaning: Meaning,
    ) -> _Free:
        taken = set(map(alike, mapped))
        names = {name: there[name][0] for name in _short(there) if name not in taken}
        return cls(names, {name: meaning(shown) for name, shown in names.items()}, alike, meaning)

    def asked(self, name: str, field: str | None) -> str:
        """` (bedoelt u “E-mailadres”?)`, of a column that is gone and the field that it was mapped to; or nothing."""
        found = self._found(self.alike(name), {field, self.meaning(name)} - {None})
        return f" (bedoelt u {_quoted(self.names[found])}?)" if found else ""

    def _found(self, name: str, wanted: Collection[str | None]) -> str | None:
        """First what means the same, then what is spelled alike and is not known to mean anything else."""
        same = [each for each, means in self.means.items() if means and _is_of(means, wanted)]
        if same:
            return max(same, key=lambda each: SequenceMatcher(None, name, each).ratio())
        return _likest(name, [each for each, means in self.means.items() if not (means and wanted)])


def _is_of(means: str, wanted: Collection[str | None]) -> bool:
    """Whether a column that means this may be of one of these fields: a whole name is called a name as well."""
    return means in wanted or (means == "last_name" and "full_name" in wanted)


def _short(names: Iterable[str]) -> list[str]:
    """Those of compared names that can be names: no cell of data that they have run into."""
    return [name for name in names if len(name) <= _LONGEST_NAME and "@" not in name]


def _likest(name: str, others: Collection[str]) -> str | None:
    """Of compared names the one most like this one."""
    return next(iter(get_close_matches(name, others, n=1, cutoff=_ALIKE)), None)


def _shown(name: str) -> str:
    return masks.bounded(masks.visible(trimmed(name)), _LONGEST_NAME)


def _quoted(name: str) -> str:
    return f"“{_shown(name)}”"
