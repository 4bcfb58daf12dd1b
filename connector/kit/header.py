"""Which of the first rows of an export is its header: titles, dates and blank rows may stand above it.

The row that bears most of the mapped names is it, the first of equals. Where none bears any, it is the first
row that is filled as widely as the rows below it: a title fills one or two cells.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence

from connector.columns import normalised

LOOKED_AT = 50
"""Filled rows, from the top, among which the header is looked for."""

_SEPARATOR_LINE = re.compile(r'"?sep=(.)"?', re.IGNORECASE)
_TITLE_WIDTH = 2
"""Cells that a title fills at most: `Klanten per:` and a date."""

Row = tuple[int, Sequence[str], bool]
"""First physical line, cells, and whether bytes that are not of the encoding are escaped in them."""

Names = frozenset[str]
"""Normalised names of columns."""


def wanted(names: Iterable[str]) -> Names:
    """These names of columns as headers are compared."""
    return frozenset(map(normalised, names))


def separator_of(line: str) -> str | None:
    """The delimiter of a first line `sep=;`, with which Excel is told of it; None for any other line."""
    found = _SEPARATOR_LINE.fullmatch(line.strip(" \r\n\ufeff"))
    return found[1] if found else None


def find(rows: Iterable[Row], names: Names) -> Row | None:
    """The header among these rows, of which no more are taken than it needs; None where all are empty."""
    seen: list[Row] = []
    for row in _filled(rows):
        seen.append(row)
        if names and score(row[1], names) == len(names):
            break
        if len(seen) == LOOKED_AT:
            break
    if not seen:
        return None
    best = max(seen, key=lambda row: score(row[1], names))
    return best if score(best[1], names) else _widest(seen)


def score(cells: Collection[str], names: Names) -> int:
    """How many of the names stand in these cells."""
    return len(names.intersection(map(normalised, cells))) if names else 0


def _filled(rows: Iterable[Row]) -> Iterator[Row]:
    return (row for row in rows if any(cell.strip() for cell in row[1]))


def _widest(rows: Sequence[Row]) -> Row:
    """The first row below the titles: those that are far narrower than most rows are."""
    widths = [sum(1 for cell in cells if cell.strip()) for _, cells, _ in rows]
    usual = Counter(widths).most_common(1)[0][0]
    title = min(_TITLE_WIDTH, max(1, usual // 3)) if usual > 1 else 0
    return next((row for row, width in zip(rows, widths, strict=True) if width > title), rows[0])
