"""The cells of an export as places in its text, whatever is wrong with it: nothing is read and nothing refused.

Cut as `kit.read_csv` cuts: a cell is quoted where its first sign is a quote, and one that is never closed is the
rest of the text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

Span = tuple[int, int]
"""Where a cell begins and ends, its quotes included."""

_LINE_END = re.compile(r"\r\n|\r|\n")


@dataclass(frozen=True, slots=True)
class Cut:
    """One record: its first physical line, from 1, and its cells."""

    line: int
    cells: tuple[Span, ...]

    def raw(self, text: str) -> str:
        """The record as it stands in the text."""
        return text[self.cells[0][0] : self.cells[-1][1]]


def cut(text: str, delimiter: str) -> Iterator[Cut]:
    """The records of a text, blank lines too."""
    cell = re.compile(rf'(?:"[^"]*(?:""[^"]*)*(?:"|\Z))?[^{re.escape(delimiter)}\r\n]*')
    at, line = 0, 1
    while at < len(text):
        begin, cells = at, []
        while True:
            found = cell.match(text, at)
            end = found.end() if found else len(text)
            cells.append((at, end))
            at = end
            if not text.startswith(delimiter, at):
                break
            at += len(delimiter)
        yield Cut(line, tuple(cells))
        if ended := _LINE_END.match(text, at):
            at = ended.end()
        line += len(_LINE_END.findall(text, begin, at))


def inner(raw: str) -> tuple[str, bool]:
    """What a cell says, and whether it stands in quotes; a quote that is not closed is a sign as any other."""
    if (
        len(raw) >= 2
        and raw.startswith('"')
        and raw.endswith('"')
        and not raw[1:-1].replace('""', "").count('"')
    ):
        return raw[1:-1].replace('""', '"'), True
    return raw, False


def quoted(text: str) -> str:
    """A text as it stands in a quoted cell."""
    return '"' + text.replace('"', '""') + '"'
