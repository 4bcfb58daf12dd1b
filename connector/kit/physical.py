"""The physical lines of a text, bounded, with those of the record now being read held for its faults.

A text ends where DOS and disks say so: Ctrl-Z, or NUL where a line would begin, with nothing but more of the
same behind it.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Sequence

from connector.errors import SourceFormatError
from connector.kit.encoding import is_damaged

RECORD_LIMIT = 1 << 20
"""Characters in one record, over all its lines, at most: a line without an end does not fill the memory."""

_BINARY = "Het bestand bevat binaire tekens (NUL) tussen de gegevens; exporteer het opnieuw."
_HALVED = "Het bestand houdt midden in een teken op; het is niet heel, exporteer het opnieuw."
_TOO_LONG = "Een regel of een cel is te lang; dit lijkt geen CSV-bestand."
_MISQUOTED = (
    "Een cel begint met een aanhalingsteken dat niet goed wordt afgesloten; "
    "wat daarna komt is niet betrouwbaar in regels en cellen te verdelen."
)
_SWALLOWED = (
    "Een cel begint met een aanhalingsteken dat pas in een latere regel wordt afgesloten, zodat hele regels in die cel "
    "vallen; haal het aanhalingsteken weg in het garagesysteem."
)
# without the line: whoever shows an error adds its `line`


_PADDING = "\0\x1a \t\r\n"
_PADDING_LIMIT = 1 << 16
"""Characters that may pad the end: a block of a disk. More is a file of which the rest was never written."""


class PhysicalLines:
    """Lines with their ends as they stand (CR, LF or CRLF), for one pass.

    Raises `SourceFormatError` at a NUL among the data and at a text cut within a character, and `csv.Error`
    when a record passes `RECORD_LIMIT`, so that a reader of CSV has one kind of mistake to explain.
    """

    def __init__(self, text: io.TextIOWrapper) -> None:
        self._text = text
        self.number = 0
        """Of the line handed out last, from 1."""
        self.held: list[str] = []
        """The lines handed out since the last `next_record`."""
        self.damaged = False
        """Whether one of them holds a byte that is not of the encoding."""

    def next_record(self) -> None:
        """Tells that the record of the lines held is complete."""
        self.held.clear()
        self.damaged = False

    def __iter__(self) -> Iterator[str]:
        held = self.held
        size = 0
        for line in _unpadded(self._raw()):
            self.number += 1
            size = size + len(line) if held else len(line)
            held.append(line)
            if "\0" in line:
                raise SourceFormatError(_BINARY, line=self.number)
            if size >= RECORD_LIMIT:
                raise csv.Error("record too long")
            if not line.isascii() and is_damaged(line):
                self.damaged = True
            yield line

    def _raw(self) -> Iterator[str]:
        readline, number = self._text.readline, 1
        try:
            while line := readline(RECORD_LIMIT):
                yield line
                number += 1
        except UnicodeDecodeError:  # of UTF-16 alone: every other encoding escapes what it does not know
            raise SourceFormatError(_HALVED, line=number) from None


def _unpadded(lines: Iterator[str]) -> Iterator[str]:
    """The lines without what pads the end of a file. What turns out not to be its end is given after all."""
    waiting: list[str] = []
    size = 0
    for line in lines:
        if line[0] in "\0\x1a" and not line.strip(_PADDING) and size + len(line) <= _PADDING_LIMIT:
            waiting.append(line)
            size += len(line)
            continue
        if waiting:
            yield from waiting
            waiting.clear()
            size = 0
        yield _without_mark(line) if line[-1] in "\0\x1a" else line


def _without_mark(line: str) -> str:
    """A last line without the Ctrl-Z that ends it, and without the NULs behind that."""
    data, mark, _ = line.partition("\x1a")
    return data if mark and data and not line[len(data) :].strip(_PADDING) else line


def misread(lines: Sequence[str], first: int, delimiter: str) -> SourceFormatError:
    """Why these lines, beginning at line `first` of the file, are no record: a quote, or their length."""
    text = "".join(lines)
    opened = _last_quote(text, delimiter)
    if opened is None:
        return SourceFormatError(_TOO_LONG, line=first)
    return SourceFormatError(_MISQUOTED, line=first + len(_LINE_END.findall(text, 0, opened)))


def check_whole(lines: Sequence[str], first: int, delimiter: str, columns: int) -> None:
    """Raises `SourceFormatError` where a record over several lines has taken whole records into one of its cells.

    A quote that somebody typed opens a cell, and the next one closes it, rows later: then two lines of the record or
    more have all the columns by themselves. The lines of an address or of a remark do not; where there are only two
    columns, they may.
    """
    whole = sum(line.count(delimiter) >= columns - 1 for line in lines)
    if columns > 2 and whole > 1:
        raise SourceFormatError(_SWALLOWED, line=first)


_LINE_END = re.compile(r"\r\n|\r|\n")


def _last_quote(text: str, delimiter: str) -> int | None:
    """Where the last cell begins that is quoted, up to the first that is not followed by a delimiter."""
    cell = re.compile(rf'"[^"]*+(?:""[^"]*+)*+"?|[^{re.escape(delimiter)}\r\n]*')
    opened, at = None, 0
    while found := cell.match(text, at):
        if text.startswith('"', at):
            opened = at
        at = found.end()
        if not text.startswith(delimiter, at):
            break
        at += 1
    return opened
