"""Rows of a CSV export, streamed, with the physical line each begins on.

Quotes are read strictly: a quote that is not closed would swallow the rows after it into one cell, so the
whole file is refused, with the line where that quote was opened. A row with too few or too many cells, or
with bytes that are not of the file's encoding, is yielded with its fault.

Bounds: a record at most `physical.RECORD_LIMIT` characters, a header at most `COLUMN_LIMIT` columns, a cell
at most `csv.field_size_limit()` characters. That last one belongs to the whole process (131,072 unless
someone changed it), so it is left as it is.
"""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from itertools import islice

from connector.errors import SourceFormatError, SourceUnavailable
from connector.kit.delimiter import find_delimiter
from connector.kit.encoding import ESCAPED, encoding_of
from connector.kit.physical import PhysicalLines, misread
from connector.kit.row_faults import fault_of
from connector.model import ExportFile, Layout, SourceRecord, Table

COLUMN_LIMIT = 5_000
SAMPLED_LINES = 100
SAMPLED_CHARACTERS = 1 << 18
"""The delimiter is found from so many lines, or characters, at most."""


def read_csv(file: ExportFile, *, encoding: str = "auto", delimiter: str = "auto") -> Table:
    """The records of a CSV export with their layout; the header is the first line that is not blank.

    `encoding` is `auto` or a name as `kit.Encoding` gives it, `delimiter` is `auto` or one character. A
    record's values are keyed by the header's names as they stand; the second column called `Naam` is keyed
    `Naam (2)`, while the layout shows both as `Naam`. Blank lines are no records; a header alone is a table
    without records. The records can be iterated more than once: each time reads the file anew.

    Raises `SourceFormatError` for a file without a header, binary data, UTF-16, a header or record out of
    bounds or a quote that is not closed: at once for what stands up to the header, while iterating for what
    stands below it.
    """
    found = encoding_of(file, encoding)
    form = _Form(file, found, _find_delimiter(file, found) if delimiter == "auto" else delimiter)
    header, line = form.header()
    return Table(Layout(header, form.encoding, form.delimiter, line), _Records(form, header))


def _find_delimiter(file: ExportFile, encoding: str) -> str:
    with _text(file, encoding) as text:
        return find_delimiter(list(islice(_sample(PhysicalLines(text)), SAMPLED_LINES)))


def _sample(lines: PhysicalLines) -> Iterator[str]:
    """Lines, each taken for a record, up to one out of bounds: the reader will say what is wrong there."""
    size = 0
    with suppress(csv.Error):
        for line in lines:
            lines.next_record()
            yield line
            size += len(line)
            if size > SAMPLED_CHARACTERS:
                return


_Row = tuple[int, list[str], bool]
"""First physical line, cells, and whether bytes that are not of the encoding are escaped in them."""


@contextmanager
def _text(file: ExportFile, encoding: str) -> Iterator[io.TextIOWrapper]:
    """The file as text, its line ends as they stand, bytes that are not of `encoding` escaped in it."""
    with (
        file.open() as stream,
        io.TextIOWrapper(stream, encoding=encoding, errors="surrogateescape", newline="") as text,
    ):
        yield text


@dataclass(frozen=True, slots=True)
class _Form:
    """A file and how it is written."""

    file: ExportFile
    encoding: str
    delimiter: str

    def header(self) -> tuple[tuple[str, ...], int]:
        with _text(self.file, self.encoding) as text:
            line, header, damaged = _first_filled(_rows(text, self.delimiter))
        _check_header(self, header, line, damaged=damaged)
        return tuple(header), line


def _check_header(form: _Form, header: Sequence[str], line: int, *, damaged: bool) -> None:
    if not header:
        raise SourceFormatError("Dit bestand is leeg: er is geen kopregel.")
    if damaged:
        raise SourceFormatError(
            f"De kopregel bevat tekens die niet in de codering {form.encoding} passen.", line=line
        )
    if len(header) > COLUMN_LIMIT:
        raise SourceFormatError(f"De kopregel heeft meer dan {COLUMN_LIMIT} kolommen.", line=line)


def _rows(text: io.TextIOWrapper, delimiter: str) -> Iterator[_Row]:
    """The rows of a text; blank lines are left out."""
    lines = PhysicalLines(text)
    reader = csv.reader(lines, delimiter=delimiter, strict=True)
    first = 1
    try:
        for row in reader:
            if len(row) > 1 or (row and row[0].strip()):
                yield first, row, lines.damaged
            lines.next_record()
            first = reader.line_num + 1
    except csv.Error:
        raise misread(lines.held, first, delimiter) from None  # the csv module's own words name no line


def _first_filled(rows: Iterator[_Row]) -> _Row:
    """The header: the first row with anything in it."""
    return next((row for row in rows if any(cell.strip() for cell in row[1])), (0, [], False))


@dataclass(frozen=True, slots=True)
class _Records:
    """The records below the header; reads the file from its start each time it is iterated."""

    form: _Form
    header: tuple[str, ...]

    def __iter__(self) -> Iterator[SourceRecord]:
        keys = _keys(self.header)
        width = len(keys)
        with _text(self.form.file, self.form.encoding) as text:
            rows = _rows(text, self.form.delimiter)
            self._skip_header(rows)
            for line, row, damaged in rows:
                if len(row) == width and not damaged:
                    yield SourceRecord(dict(zip(keys, row, strict=True)), line)
                else:
                    yield self._doubtful(keys, row, line)

    def _skip_header(self, rows: Iterator[_Row]) -> None:
        _, header, _ = _first_filled(rows)
        if tuple(header) != self.header:
            raise SourceUnavailable(
                "het bestand veranderde tijdens het lezen: de kolommen kunnen verschoven zijn"
            )

    def _doubtful(self, keys: Sequence[str], row: Sequence[str], line: int) -> SourceRecord:
        fault = fault_of(row, self.header, self.form.encoding)
        cells = (ESCAPED.sub("\ufffd", cell) for cell in row)
        return SourceRecord(dict(zip(keys, cells, strict=False)), line, fault)


def _keys(header: Sequence[str]) -> tuple[str, ...]:
    """The header's names made distinct: `Naam`, `Naam (2)`; never a name that the header has elsewhere."""
    names, seen = frozenset(header), Counter[str]()
    keys = []
    for name in header:
        seen[name] += 1
        key = name if seen[name] == 1 else f"{name} ({seen[name]})"
        while seen[name] > 1 and key in names:
            seen[name] += 1
            key = f"{name} ({seen[name]})"
        keys.append(key)
    return tuple(keys)
