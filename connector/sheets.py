"""A list for a Dutch sheet: CSV in which no cell is a formula.

What begins like one gets an apostrophe in front, which is taken off again when the list comes back.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")
"""What a sheet takes for the beginning of a formula, or strips to find one."""


@dataclass(frozen=True, slots=True)
class Mistake:
    """What is wrong with a line of a list that came back, as a Dutch sentence that says nothing of anybody."""

    line: int
    message: str


def written(columns: Sequence[str], lines: Iterable[Sequence[object]]) -> bytes:
    """A list as bytes: UTF-8 with its mark, `;` and CRLF, as a Dutch Excel opens it; None is an empty cell."""
    text = io.StringIO()
    sheet = csv.writer(text, delimiter=";", lineterminator="\r\n")
    sheet.writerow(columns)
    for line in lines:
        sheet.writerow(["" if cell is None else safe(str(cell)) for cell in line])
    return text.getvalue().encode("utf-8-sig")


def text(content: bytes) -> str:
    """The text of a list that came back: UTF-8, or what a sheet on Windows writes instead."""
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252", "replace")


def safe(cell: str) -> str:
    """The cell as no sheet takes it for a formula."""
    return f"'{cell}" if cell.startswith(FORMULA) else cell
