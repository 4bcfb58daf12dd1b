"""A text of CSV cut into rows, record by record; a record may be looked at by its first line, and not be cut at all."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator

from connector.errors import SourceFormatError
from connector.kit.header import Row
from connector.kit.physical import PhysicalLines, misread


class Cutting:
    """The rows of a text, cut one by one. A record may be looked at by its first line before it is cut."""

    def __init__(self, text: io.TextIOWrapper, delimiter: str) -> None:
        self.lines = PhysicalLines(text)
        self._delimiter = delimiter
        self._coming = iter(self.lines)
        self._begun: list[str] = []
        self._reader = csv.reader(self._fed(), delimiter=delimiter, strict=True)

    @property
    def first(self) -> int:
        """The physical line on which the record begins that is looked at."""
        return self.lines.number - len(self.lines.held) + 1

    def beginnings(self) -> Iterator[str]:
        """The first line of each record; one that is not cut is taken for the whole of it."""
        try:
            for line in self._coming:
                yield line
                self.lines.next_record()
        except csv.Error:
            raise self._misread() from None

    def cut(self, line: str) -> list[str]:
        """The row that begins with this line; empty where it is blank."""
        self._begun.append(line)
        try:
            row = next(self._reader)
        except csv.Error:
            raise self._misread() from None
        return row if len(row) > 1 or (row and row[0].strip()) else []

    def rows(self) -> Iterator[Row]:
        """All rows; blank lines are left out."""
        for line in self.beginnings():
            if row := self.cut(line):
                yield self.first, row, self.lines.damaged

    def _fed(self) -> Iterator[str]:
        while line := self._begun.pop() if self._begun else next(self._coming, None):
            yield line

    def _misread(self) -> SourceFormatError:
        """The csv module's own words name no line."""
        return misread(self.lines.held, self.first, self._delimiter)
