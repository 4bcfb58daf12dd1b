"""A sheet of an Excel workbook without a header: the garage's file says what its columns are called.

As `kit.headless` for CSV: every row with anything in it is a record, and a sheet with another number of columns is
held whole, for that number is all that tells of a change.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from connector import masks
from connector.errors import SourceFormatError
from connector.kit.xlsx_rows import Sheet, as_text, sheets
from connector.model import ExportFile, Layout, SourceRecord, Table


def read_headless_sheet(file: ExportFile, names: Sequence[str], *, sheet: str | None = None) -> Table:
    """The records of a sheet without a header, under these names; a record's line is its row's number.

    `sheet` is its name, without regard to case; without it, it is the first visible one that is not empty.

    Raises `SourceFormatError`, at once, as `read_xlsx` does, and when the sheet is not as wide as there are names.
    """
    found = _found(file, sheet)
    if found is None:
        there = f"Het werkblad “{masks.bounded(masks.visible(sheet))}”" if sheet else "Een werkblad met rijen"
        raise SourceFormatError(
            f"{there} staat niet in dit Excel-bestand; herstel de export of de instelling sheet."
        )
    rows = texts_of(found)
    wide = max((len(cells) for _, cells in rows), default=0)
    if wide != len(names):
        raise SourceFormatError(
            f"Het werkblad heeft {wide} kolommen, en er zijn {len(names)} kolomnamen ingesteld (settings.header);"
            " kijk welke kolom erbij kwam of wegviel en pas de instellingen aan.",
            line=rows[0][0] if rows else None,
        )
    return Table(Layout(tuple(names)), _Records(tuple(names), rows))


def texts_of(sheet: Sheet) -> list[tuple[int, list[str]]]:
    """The rows of a sheet that hold anything, by their numbers, each up to its last cell that is filled."""
    rows = (
        (line, [each if isinstance(each, str) else as_text("" if each is None else each) for each in row])
        for line, row in enumerate(sheet.rows, 1)
    )
    return [(line, _without_end(cells)) for line, cells in rows if any(cell.strip() for cell in cells)]


def _without_end(cells: list[str]) -> list[str]:
    return cells[: max(at for at, cell in enumerate(cells, 1) if cell.strip())]


def _found(file: ExportFile, wanted: str | None) -> Sheet | None:
    every = sheets(file)
    if wanted:
        return next((each for each in every if each.is_called(wanted)), None)
    return next((each for each in every if each.is_shown and texts_of(each)), None)


@dataclass(frozen=True, slots=True)
class _Records:
    """Rows as records; they can be told more than once."""

    names: tuple[str, ...]
    rows: Sequence[tuple[int, list[str]]]

    def __iter__(self) -> Iterator[SourceRecord]:
        for line, cells in self.rows:
            filled = [*cells, *[""] * (len(self.names) - len(cells))]
            yield SourceRecord(dict(zip(self.names, filled, strict=True)), line)
