"""Which character parts the cells of an export: `;`, `,`, TAB or `|`."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from typing import Annotated

from pydantic import AfterValidator, Field

CANDIDATES = (";", "\t", ",", "|")
"""In order of preference in a tie; Dutch Excel writes `;`, and a comma stands in many texts."""

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


def find_delimiter(lines: Sequence[str]) -> str:
    """The delimiter of these first lines: it gives most rows as many cells as the first row, and many.

    `;` where none of them parts the first row, as in an export of one column.
    """
    return max(CANDIDATES, key=lambda delimiter: _evidence(_rows(lines, delimiter)))


def _evidence(rows: Sequence[Sequence[str]]) -> float:
    if not rows:
        return 0.0
    width = len(rows[0])
    return (width - 1) * sum(len(row) == width for row in rows) / len(rows)


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
