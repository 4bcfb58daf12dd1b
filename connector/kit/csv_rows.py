"""Rows of a CSV export, streamed, with the physical line each begins on.

Quotes are read strictly: a quote that is not closed, or only rows later, would swallow the rows after it into one
cell, so the whole file is refused, with the line where that quote was opened. A row with too few or too many cells, or
with bytes that are not of the file's encoding, is yielded with its fault.

Bounds: a record at most `physical.RECORD_LIMIT` characters, a header at most `COLUMN_LIMIT` columns, a cell
at most `csv.field_size_limit()` characters. That last one belongs to the whole process (131,072 unless
someone changed it), so it is left as it is.
"""

from __future__ import annotations

import csv
import hashlib
import io
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from itertools import chain, islice

from connector.errors import SourceFormatError, SourceUnavailable
from connector.kit import header as headers
from connector.kit.cutting import Cutting
from connector.kit.delimiter import find_delimiter
from connector.kit.encoding import ESCAPED, encoding_of, errors_for
from connector.kit.header import Names, Row
from connector.kit.keys import COLUMN_LIMIT, keys_of
from connector.kit.physical import PhysicalLines, check_whole
from connector.kit.row_faults import fault_of
from connector.model import ExportFile, Layout, SourceRecord, Table
from connector.reciting import DIGEST, Recited, all_cut

SAMPLED_LINES = 100
SAMPLED_CHARACTERS = 1 << 18
"""The delimiter is found from so many lines, or characters, at most."""
RUN = 4000
"""Records that were said before are told so many at a time."""


def read_csv(
    file: ExportFile, *, encoding: str = "auto", delimiter: str = "auto", names: Iterable[str] = ()
) -> Table:
    """The records of a CSV export with their layout.

    The header is the first row that bears most of `names`, the mapped columns, else the first that is no title
    (`kit.header`); what stands above it is passed over. `encoding` is `auto` or a name as `kit.Encoding` gives
    it, `delimiter` is `auto` or one character; a first line `sep=;` is stronger. A record's values are keyed by
    the header's names as they stand; the second column called `Naam` is keyed `Naam (2)`, while the layout
    shows both as `Naam`. Blank lines are no records; a header alone is a table without records. The records
    can be iterated more than once: each time reads the file anew.

    Raises `SourceFormatError` for a file without a header, NUL among the data, UTF-32, a header or record out
    of bounds or a quote that is not closed in its record: at once for what stands up to the header, while
    iterating for what stands below it.
    """
    wanted = headers.wanted(names)
    found = encoding_of(file, encoding)
    cut_by = _find_delimiter(file, found, wanted) if delimiter == "auto" else delimiter
    form, header, line = _Form(file, found, cut_by).with_header(wanted)
    return Table(Layout(header, form.encoding, form.delimiter, line), _Records(form, header, line))


def _find_delimiter(file: ExportFile, encoding: str, names: Names) -> str:
    with _text(file, encoding) as text:
        lines = list(islice(_sample(PhysicalLines(text)), SAMPLED_LINES))
    told = headers.separator_of(lines[0]) if lines else None
    return told or find_delimiter(lines, names)


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


@contextmanager
def _text(file: ExportFile, encoding: str) -> Iterator[io.TextIOWrapper]:
    """The file as text, its line ends as they stand, what is not of `encoding` escaped in it."""
    with (
        file.open() as stream,
        io.TextIOWrapper(stream, encoding=encoding, errors=errors_for(encoding), newline="") as text,
    ):
        yield text


@dataclass(frozen=True, slots=True)
class _Form:
    """A file and how it is written."""

    file: ExportFile
    encoding: str
    delimiter: str

    def with_header(self, names: Names) -> tuple[_Form, tuple[str, ...], int]:
        """The form by which the header was found, the header, and its line."""
        with _text(self.file, self.encoding) as text:
            rows = _until_misread(Cutting(text, self.delimiter).rows())
            first = next(rows, None)
            told = _separator_told(first, self.delimiter)
            if told and told != self.delimiter:
                return replace(self, delimiter=told).with_header(names)
            found = headers.find(rows if told or first is None else chain([first], rows), names)
        line, header, damaged = found or (0, [], False)
        _check_header(self, header, line, damaged=damaged)
        self._check_delimiter(header, names)
        return self, tuple(header), line

    def _check_delimiter(self, header: Sequence[str], names: Names) -> None:
        """Raises `SourceFormatError` where another delimiter than the one set gives the mapped columns."""
        if not names or headers.score(header, names):
            return
        likely = _find_delimiter(self.file, self.encoding, names)
        if likely != self.delimiter and headers.score("".join(header).split(likely), names):
            raise SourceFormatError(
                f"Het scheidingsteken is ingesteld op {_shown(self.delimiter)}, maar in dit bestand is het"
                f" {_shown(likely)}; herstel de export of zet delimiter op auto."
            )


def _separator_told(first: Row | None, delimiter: str) -> str | None:
    return headers.separator_of(delimiter.join(first[1])) if first else None


def _shown(delimiter: str) -> str:
    return "TAB" if delimiter == "\t" else f"“{delimiter}”"


def _until_misread(rows: Iterator[Row]) -> Iterator[Row]:
    """Rows up to the first that cannot be cut: the header may stand above it, and its records are given first."""
    first = True
    while True:
        try:
            row = next(rows, None)
        except SourceFormatError:
            if first:
                raise
            return
        if row is None:
            return
        first = False
        yield row


def _check_header(form: _Form, header: Sequence[str], line: int, *, damaged: bool) -> None:
    if not header:
        raise SourceFormatError("Dit bestand is leeg: er is geen kopregel.")
    if damaged:
        raise SourceFormatError(
            f"De kopregel bevat tekens die niet in de codering {form.encoding} passen.", line=line
        )
    if len(header) > COLUMN_LIMIT:
        raise SourceFormatError(f"De kopregel heeft meer dan {COLUMN_LIMIT} kolommen.", line=line)


@dataclass(frozen=True, slots=True)
class _Records:
    """The records below the header; reads the file from its start each time it is iterated.

    A record's digest is of its lines as they stand, and of the header and the delimiter by which they are cut.
    """

    form: _Form
    header: tuple[str, ...]
    line: int
    """On which the header begins."""

    def __iter__(self) -> Iterator[SourceRecord]:
        return all_cut(self)

    def beside(self, said: set[bytes]) -> Iterator[SourceRecord | Recited]:
        """The records; runs of those that were said before are not cut.

        A line that was a whole record then is one now, for how it is cut depends on nothing above it.
        """
        keys, how = keys_of(self.header), self._how_cut()
        width, numbers, digests = len(keys), list[int](), list[bytes]()
        with _text(self.form.file, self.form.encoding) as text:
            cutting = Cutting(text, self.form.delimiter)
            lines = cutting.lines
            self._skip_header(cutting)
            for line in cutting.beginnings():
                digest = _digest(line, how)
                is_said = digest in said
                if is_said:
                    said.remove(digest)
                    numbers.append(lines.number)
                    digests.append(digest)
                if digests and (not is_said or len(digests) == RUN):
                    yield Recited(numbers, digests)
                    numbers, digests = [], []
                if is_said:
                    continue
                row = cutting.cut(line)
                if len(row) == width and len(lines.held) == 1 and not lines.damaged:
                    yield SourceRecord(dict(zip(keys, row, strict=True)), lines.number, None, digest)
                elif row:
                    yield self._record(keys, row, cutting, how)
            if digests:
                yield Recited(numbers, digests)

    def _record(
        self, keys: Sequence[str], row: Sequence[str], cutting: Cutting, how: hashlib.blake2b
    ) -> SourceRecord:
        held = cutting.lines.held
        check_whole(held, cutting.first, self.form.delimiter, len(keys))
        digest = _digest("".join(held), how)
        if len(row) == len(keys) and not cutting.lines.damaged:
            return SourceRecord(dict(zip(keys, row, strict=True)), cutting.first, None, digest)
        fault = fault_of(row, self.header, self.form.encoding)
        cells = (ESCAPED.sub("\ufffd", cell) for cell in row)
        return SourceRecord(dict(zip(keys, cells, strict=False)), cutting.first, fault, digest)

    def _skip_header(self, cutting: Cutting) -> None:
        found = next((cells for line, cells, _ in cutting.rows() if line >= self.line), ())
        if tuple(found) != self.header:
            raise SourceUnavailable(
                "het bestand veranderde tijdens het lezen: de kolommen kunnen verschoven zijn"
            )
        cutting.lines.next_record()

    def _how_cut(self) -> hashlib.blake2b:
        how = repr((self.header, self.form.delimiter)).encode("utf-8", "surrogatepass")
        person = hashlib.blake2b(how, digest_size=hashlib.blake2b.PERSON_SIZE).digest()
        return hashlib.blake2b(digest_size=DIGEST, person=person)


def _digest(text: str, how: hashlib.blake2b) -> bytes:
    """Of the text without its line end; `how` is copied, for that takes half the time of a new one."""
    said = how.copy()
    said.update(text.rstrip("\r\n").encode("utf-8", "surrogatepass"))
    return said.digest()
