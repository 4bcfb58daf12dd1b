"""Which character parts the cells of an export: `;`, `,`, TAB or `|`."""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Annotated

from pydantic import AfterValidator, Field

from connector.kit.header import Names, score

CANDIDATES = (";", "\t", ",", "|")
"""In order of preference in a tie; Dutch Excel writes `;`, and a comma stands in many texts."""

NO_NAMES: Names = frozenset()

_QUOTED = re.compile(r'"(?:[^"]|"")*+"')
"""A cell in quotes: the delimiters in it are text."""

_NAMES = {"auto": "auto", "tab": "\t", r"\t": "\t"}


def _checked(value: str) -> str:
    delimiter = _NAMES.get(value.strip().lower(), value)
    if delimiter == "auto":
        return delimiter
    if len(delimiter) != 1 or delimiter.isalnum() or delimiter in " \"'\r\n\0":
        raise ValueError(r"must be auto, tab or one character that is no letter, digit, quote or space")
    return delimiter


Delimiter = Annotated[
    str, AfterValidator(_checked), Field(description=r"auto, one character, or tab (also written \t)")
]
"""A setting: `auto`, or the character itself."""


def find_delimiter(lines: Sequence[str], names: Names = NO_NAMES) -> str:
    """The delimiter of these first lines: it gives a row most of the mapped names as cells, else it parts
    most rows into as many cells, and many. Titles above the header count for little.

    `;` where none of them parts anything, as in an export of one column.
    """
    bare = _QUOTED.sub("x", "".join(lines)).splitlines()
    return max(
        CANDIDATES, key=lambda delimiter: (_named(lines, delimiter, names), _evidence(bare, delimiter))
    )


def _named(lines: Sequence[str], delimiter: str, names: Names) -> int:
    return max((score(row, names) for row in _rows(lines, delimiter)), default=0) if names else 0


def _evidence(lines: Iterable[str], delimiter: str) -> float:
    """How many delimiters most rows have, by the share of the rows that have as many."""
    counts = Counter(line.count(delimiter) for line in lines if line.strip(delimiter + " "))
    usual, rows = max(counts.items(), key=lambda each: (each[1], each[0]), default=(0, 1))
    return usual * rows / max(counts.total(), 1)


def _rows(lines: Iterable[str], delimiter: str) -> list[list[str]]:
    """Rows as far as they can be cut; an unclosed quote swallows the rest and leaves the header."""
    rows: list[list[str]] = []
    try:
        for row in csv.reader(lines, delimiter=delimiter):
            if row:
                rows.append(row)
    except csv.Error:
        pass  # evidence enough; the reader itself will name the line
    return rows
