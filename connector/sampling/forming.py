"""The form of an export that is to be copied: what its columns hold, and whether its first row is a header at all."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from connector import dictionary, disguise
from connector.columns import normalised, trimmed
from connector.model import Column, Layout
from connector.proposing import header

_HALF = 0.5
_FEW = 4
"""Different words of yes and no in one column; a column of initials has more of those letters."""

Cells = Sequence[Sequence[str]]
"""Of the records below the header the first: their cells."""


def form_of(
    encoding: str, layout: Layout, own: Mapping[str, Column], columns: Mapping[str, Column], below: Cells
) -> disguise.Form:
    """How an export is written, and what its columns hold.

    `own` are the columns that the garage's file names, none where there is no such file; `columns` the same, or else
    what is proposed.
    """
    found = _of_yes_and_no(below) | _fields(layout, columns)
    mapped = frozenset(normalised(name) for column in own.values() for name in column.names)
    is_header = layout.header_line is not None and not disguise.is_customer(layout.columns, below)
    stay = disguise.kept(layout.columns, mapped, {at: column.field for at, column in found.items()})
    return disguise.Form(
        delimiter=layout.delimiter or "",
        encoding=encoding,
        header_line=layout.header_line if is_header else None,
        columns=found,
        names=mapped,
        replaced=tuple(at for at, stays in enumerate(stay, 1) if is_header and not stays),
    )


def names_all(found: Sequence[str], columns: Mapping[str, Column]) -> bool:
    """Whether these are the columns that the garage's file names: then they may be a header.

    An adapter that takes no columns from the file knows its own header.
    """
    if not columns:
        return True
    there = {normalised(name) for name in found}
    needed = {normalised(name) for column in columns.values() if not column.optional for name in column.names}
    return header.knows(found) or (bool(needed) and needed <= there)


def _fields(layout: Layout, columns: Mapping[str, Column]) -> dict[int, disguise.Column]:
    """Place of a column → what it holds, by its name."""
    fields = {
        normalised(name): disguise.Column(field, column.format)
        for field, column in columns.items()
        for name in column.names
    }
    found = ((at, fields.get(normalised(name))) for at, name in enumerate(layout.columns))
    return {at: column for at, column in found if column}


def _of_yes_and_no(rows: Cells) -> dict[int, disguise.Column]:
    """The columns in which yes and no stand, though a word of another kind may stand there too."""
    return {at: disguise.Column(disguise.YES_NO) for at, said in _by_column(rows) if _is_yes_and_no(said)}


def _by_column(rows: Cells) -> Iterator[tuple[int, list[str]]]:
    for at in range(max(map(len, rows), default=0)):
        yield at, [cell for row in rows if at < len(row) and (cell := trimmed(row[at]))]


def _is_yes_and_no(said: Sequence[str]) -> bool:
    words = [each.casefold() for each in said if dictionary.yes_or_no(each) is not None]
    return bool(words) and len(words) >= _HALF * len(said) and len(set(words)) <= _FEW
