"""Rows of an Excel workbook (XLSX): which sheet, which header, and its cells as text the connector can read.

A whole number comes without a fraction, a fraction with a comma as in a Dutch sheet, a date as ISO with its time
where it has one, a tick as WAAR or ONWAAR; a cell whose formula gave no value is `#FOUT`. Text stays as it stands, so a
telephone number written as text keeps its zero. A row's line is its number in the sheet.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from functools import partial
from math import isfinite
from typing import TypeVar

from python_calamine import CalamineSheet, CalamineWorkbook, PasswordError, SheetTypeEnum, SheetVisibleEnum

from connector import masks
from connector.errors import SourceFormatError
from connector.kit import header as headers
from connector.kit import sheet_bounds
from connector.kit.header import Names, Row
from connector.kit.keys import COLUMN_LIMIT, keys_of
from connector.kit.sheet_formulas import without_value
from connector.kit.unpacking import PACKED_LIMIT, Archive, refuse_damaged
from connector.model import ExportFile, Layout, SourceRecord, Table

FAILED = "#FOUT"
"""What stands in a cell whose formula gave no value; an opt-out that failed is no "no"."""

_ZIP = b"PK\x03\x04"
_OLD_OFFICE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_SHARED_TEXTS = "xl/sharedstrings.xml"
_SHOWN_SHEETS = 10
_MIDNIGHT = time()

T = TypeVar("T")
Value = int | float | str | bool | time | date | datetime | timedelta


def is_workbook(file: ExportFile) -> bool:
    """Whether a file is an Excel workbook by its first bytes, whatever its name: XLSX, or the older XLS.

    `read_xlsx` refuses the latter with a sentence.
    """
    with file.open() as stream:
        return stream.read(8).startswith((_ZIP, _OLD_OFFICE))


def read_xlsx(file: ExportFile, *, sheet: str | None = None, names: Iterable[str] = ()) -> Table:
    """The records of a sheet of an XLSX workbook with their layout.

    `sheet` is the name of a sheet, without regard to case; without it, it is the visible sheet whose header
    bears most of `names`, the mapped columns, the first of equals. The header is found as in `read_csv`; columns
    without a name are passed over, rows without anything in them are no records. The workbook is held in memory
    while its records are read: at most 128 MiB packed, 256 MiB unpacked, 6,000,000 cells in a sheet.

    Raises `SourceFormatError`, at once, for what is no whole XLSX, has a password, is out of bounds, has no such
    sheet or no header.
    """
    packed = _packed(file)
    book = _book(packed)
    wanted = headers.wanted(names)
    chosen = [_named(book, sheet)] if sheet is not None else _visible(book)
    found = (each for name in chosen if (each := _sheet(book, name, wanted)))  # one is held beside the best
    best = max(found, key=lambda each: headers.score(each.header, wanted), default=None)
    if best is None:
        raise SourceFormatError("Dit Excel-bestand is leeg: er is geen kopregel.")
    if len(best.header) > COLUMN_LIMIT:
        raise SourceFormatError(f"De kopregel heeft meer dan {COLUMN_LIMIT} kolommen.", line=best.line)
    best = replace(best, without_value=without_value(Archive(packed), best.sheet.name))
    return Table(Layout(best.header, header_line=best.line), best)


Cell = Value | None


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet with all of its cells, by rows from its first; for whoever copies a workbook."""

    name: str
    is_shown: bool
    rows: list[list[Cell]]

    def is_called(self, name: str) -> bool:
        """Whether this is the sheet of that name, without regard to case."""
        return _is_same(self.name, name)

    def row(self, line: int) -> list[Cell]:
        """The row with this number, from 1; empty where there is none."""
        return self.rows[line - 1] if 0 < line <= len(self.rows) else []


def sheets(file: ExportFile) -> Iterator[Sheet]:
    """Every worksheet, the hidden ones too. Raises `SourceFormatError` as `read_xlsx` does."""
    book = _book(_packed(file))
    for each in book.sheets_metadata:
        if each.typ == SheetTypeEnum.WorkSheet:
            sheet = _guarded(partial(book.get_sheet_by_name, each.name))
            rows: list[list[Cell]] = [list(row) for row in sheet.iter_rows()] if sheet.end is not None else []
            yield Sheet(each.name, each.visible == SheetVisibleEnum.Visible, rows)


def _packed(file: ExportFile) -> bytes:
    with file.open() as stream:
        packed = stream.read(
            min(file.size, PACKED_LIMIT) + 1
        )  # so many bytes are set apart, however few there are
    if packed.startswith(_OLD_OFFICE):
        raise SourceFormatError(
            "Dit Excel-bestand heeft een wachtwoord of is van voor 2007 (.xls);"
            " bewaar het zonder wachtwoord als .xlsx."
        )
    if len(packed) > PACKED_LIMIT:
        raise SourceFormatError("Dit Excel-bestand is te groot (meer dan 128 MB); exporteer het als CSV.")
    return packed


def _book(packed: bytes) -> CalamineWorkbook:
    _check_bounds(Archive(packed))
    return _guarded(lambda: CalamineWorkbook.from_filelike(io.BytesIO(packed)))


def _check_bounds(archive: Archive) -> None:
    """Raises `SourceFormatError` for a workbook that is not to be parsed; every member is unpacked and counted."""
    texts = [name for name in archive.names if name.lower() == _SHARED_TEXTS]
    sizes = [size for name in texts for size in sheet_bounds.text_sizes(archive.blocks(name))]
    longest = max(sizes, default=0)
    for name in archive.names:
        if name in texts:
            continue
        is_small = sheet_bounds.is_surely_small(archive.blocks(name), longest)
        if not is_small and name.lower().endswith(".xml"):
            sheet_bounds.check(sheet_bounds.walked(archive.blocks(name)), sizes)


def _guarded(work: Callable[[], T]) -> T:
    """What the parser gives; whatever it raises, a panic of its own included, is a file that cannot be read."""
    try:
        return work()
    except PasswordError:
        raise SourceFormatError("Dit Excel-bestand heeft een wachtwoord; bewaar het zonder.") from None
    except Exception:
        refuse_damaged()
    except BaseException as failure:
        if type(failure).__module__ != "pyo3_runtime":  # a panic in the parser is no exception of Python's
            raise
        refuse_damaged()


def _visible(book: CalamineWorkbook) -> list[str]:
    sheets = [each for each in book.sheets_metadata if each.typ == SheetTypeEnum.WorkSheet]
    shown = [each.name for each in sheets if each.visible == SheetVisibleEnum.Visible]
    return shown or [each.name for each in sheets]


def _is_same(name: str, wanted: str) -> bool:
    return name.strip().casefold() == wanted.strip().casefold()


def _named(book: CalamineWorkbook, wanted: str) -> str:
    same = [name for name in book.sheet_names if _is_same(name, wanted)]
    if not same:
        there = ", ".join(
            f"“{masks.bounded(masks.visible(name))}”" for name in book.sheet_names[:_SHOWN_SHEETS]
        )
        raise SourceFormatError(
            f"Het werkblad “{masks.bounded(masks.visible(wanted))}” staat niet in dit Excel-bestand;"
            f" er zijn: {there}. Herstel de export of de instelling sheet."
        )
    return same[0]


@dataclass(frozen=True, slots=True)
class _Sheet:
    """A sheet with its header found; iterated, it gives the records below that."""

    sheet: CalamineSheet
    header: tuple[str, ...]
    line: int
    without_value: Collection[tuple[int, int]] = frozenset()

    def __iter__(self) -> Iterator[SourceRecord]:
        named = [(at, key) for at, key in enumerate(keys_of(self.header)) if self.header[at].strip()]
        for line, cells in _rows(self.sheet):
            if line > self.line and any(map(str.strip, cells)):
                values = {key: cells[at] for at, key in named}
                if self.without_value:
                    values |= {key: FAILED for at, key in named if (line, at + 1) in self.without_value}
                yield SourceRecord(values, line)


def _sheet(book: CalamineWorkbook, name: str, names: Names) -> _Sheet | None:
    """The sheet with its header; None for one that is empty."""
    sheet = _guarded(lambda: book.get_sheet_by_name(name))
    rows: Iterator[Row] = ((line, cells, False) for line, cells in _rows(sheet))
    found = headers.find(rows, names)
    return _Sheet(sheet, _without_end(found[1]), found[0]) if found else None


def _without_end(cells: Sequence[str]) -> tuple[str, ...]:
    """The cells up to the last that is filled."""
    return tuple(cells[: max(at for at, cell in enumerate(cells, 1) if cell.strip())])


def _rows(sheet: CalamineSheet) -> Iterator[tuple[int, list[str]]]:
    """The rows of a sheet by their numbers, empty ones too; an empty sheet has none."""
    if sheet.end is not None:
        for line, row in enumerate(sheet.iter_rows(), 1):
            yield line, [value if type(value) is str else as_text(value) for value in row]


def as_text(value: Value) -> str:
    """A cell's value as text: what a Dutch sheet shows, but for dates, which are ISO."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "WAAR" if value else "ONWAAR"
    if isinstance(value, int | float):
        return _number(value)
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == _MIDNIGHT else value.isoformat(timespec="seconds")
    if isinstance(value, date):
        return value.isoformat()
    return str(value).partition(".")[0]  # a time of day, or a duration


def _number(value: float) -> str:
    if not isfinite(value):
        return ""  # no program shows one
    if value == int(value):
        return str(int(value))
    return format(value, ".15g" if abs(value) >= 1e-4 else ".15f").replace(".", ",")
