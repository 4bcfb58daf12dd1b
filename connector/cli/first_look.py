"""The first rows of an export that no garage reads yet, as `init` judges it: headed or not, and of which sheet."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from connector import inbox, kit
from connector.errors import SourceFormatError
from connector.kit import header as headers
from connector.kit.headless_sheet import texts_of
from connector.kit.xlsx_rows import Sheet, sheets
from connector.model import ExportFile
from connector.proposing import header, names
from connector.proposing.proposal import REQUIRED
from connector.sampling import Sample, first_rows

_LEAST_FITTING = 2
"""Required fields that a sheet must have to be one of the customers."""


@dataclass(frozen=True, slots=True)
class FirstLook:
    """The first rows. `sheet` is theirs where a workbook has several, `others` those that could have been meant."""

    sample: Sample
    shown: Mapping[str, str]
    """Column → what people may see of its name."""
    sheet: str | None = None
    must_name: bool = False
    """Whether the garage's file must name the sheet for the same one to be read."""
    others: tuple[str, ...] = ()


def first_look(path: Path, sheet: str | None = None) -> FirstLook:
    """The first rows of a CSV export or a workbook; `sheet` names the one. Raises `SourceError`."""
    file = inbox.export_file(path)
    if kit.is_workbook(file):
        return _of_workbook(path, file, sheet)
    if sheet is not None:
        raise SourceFormatError("Dit is geen Excel-bestand en heeft geen werkbladen; laat --sheet weg.")
    return _of_text(path, file)


def _look(sample: Sample, first: Sequence[str], below: Sequence[Sequence[str]]) -> FirstLook:
    is_certain = bool(sample.names) or header.is_sure(first, below)
    return _on_one_line(FirstLook(sample, header.shown(sample.layout.columns, is_certain=is_certain)))


def _on_one_line(look: FirstLook) -> FirstLook:
    """Names of columns without the line breaks in them."""
    columns = look.sample.layout.columns
    if all(header.on_one_line(name) == name for name in columns):
        return look
    line = header.on_one_line
    layout = replace(look.sample.layout, columns=tuple(map(line, columns)))
    rows = tuple({line(name): cell for name, cell in row.items()} for row in look.sample.rows)
    shown = {line(name): line(told) for name, told in look.shown.items()}
    return replace(look, sample=replace(look.sample, layout=layout, rows=rows), shown=shown)


# ---------------------------------------------------------------- CSV


def _of_text(path: Path, file: ExportFile) -> FirstLook:
    """Judged once more with the rows below the first line in sight."""
    sample = headed = first_rows(path)
    if sample.names:
        headed = Sample.of(path, kit.read_csv(file, names=names.COMMON))
    first = headed.layout.columns
    below = [tuple(row.values()) for row in headed.rows[: header.LOOKED_AT]]
    if not header.is_data(first, below):
        sample = headed
    elif not sample.names:
        invented = header.invented(len(first))
        sample = Sample.of(path, kit.read_headless(file, invented), invented)
    return _look(sample, first, below)


# ---------------------------------------------------------------- Excel


@dataclass(frozen=True, slots=True)
class _Candidate:
    """A sheet that may hold the customers."""

    name: str
    first: tuple[str, ...]
    below: tuple[tuple[str, ...], ...]
    width: int
    is_data: bool

    @property
    def fitting(self) -> int:
        """How many of the required fields it seems to have."""
        if self.is_data:
            return header.required_kinds(self.below or (self.first,))
        found = {meant[0] for name in self.first if (meant := names.meaning(name))}
        return len(found & {*REQUIRED})


def _of_workbook(path: Path, file: ExportFile, sheet: str | None) -> FirstLook:
    if sheet is not None:
        kit.read_xlsx(file, sheet=sheet)  # says which sheets there are, where this is none
    every = [each for each in sheets(file) if sheet is None or each.is_called(sheet)]
    seen = [each for each in every if each.is_shown or sheet is not None] or every
    candidates = [found for each in seen if (found := _candidate(each))]
    if not candidates:
        raise SourceFormatError("Dit Excel-bestand is leeg: er is geen kopregel.")
    _, best = max(enumerate(candidates), key=lambda each: (each[1].fitting, len(each[1].below), each[0]))
    others = [each.name for each in candidates if each is not best and _rivals(each, best)]
    is_named = sheet is not None or bool(others) or (best.is_data and len(candidates) > 1)
    look = _look(_read(path, file, best), best.first, best.below)
    told = best.name if is_named or len(candidates) > 1 else None
    return replace(look, sheet=told, must_name=is_named, others=tuple(others))


def _read(path: Path, file: ExportFile, best: _Candidate) -> Sample:
    if not best.is_data:
        table = kit.read_xlsx(file, sheet=best.name, names=names.COMMON)
        return Sample.of(path, table)
    invented = header.invented(best.width)
    table = kit.read_headless_sheet(file, invented, sheet=best.name)
    return Sample.of(path, table, invented)


def _rivals(other: _Candidate, best: _Candidate) -> bool:
    """Whether another sheet has as many of the required fields."""
    return other.fitting == best.fitting >= _LEAST_FITTING and bool(other.below)


def _candidate(sheet: Sheet) -> _Candidate | None:
    rows = texts_of(sheet)
    found = headers.find(((line, cells, False) for line, cells in rows), headers.wanted(names.COMMON))
    if found is None:
        return None
    below = tuple(tuple(cells) for line, cells in rows if line > found[0])
    width = max(len(cells) for _, cells in rows)
    return _Candidate(sheet.name, tuple(found[1]), below, width, header.is_data(found[1], below))
