"""Reception's list: wrong addresses as a CSV for a Dutch sheet, which comes back with its last column filled in.

No cell of it can be a formula: what begins like one gets an apostrophe in front, which is taken off again.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from connector import emails, plates, sheets
from connector.sheets import Mistake

COLUMNS = ("kenteken", "naam", "onjuist adres", "reden", "voorstel", "telefoon", "nieuw adres")
_NEEDED = ("kenteken", "onjuist adres", "nieuw adres")


@dataclass(frozen=True, slots=True)
class Wrong:
    """A line of the list as it goes out."""

    plate: str
    name: str
    address: str
    reason: str
    suggestion: str
    phone: str


@dataclass(frozen=True, slots=True)
class Filled:
    """A line that came back with a new address. `line` is physical, from 1."""

    line: int
    plate: str
    address: str
    meant: str


def written(lines: Iterable[Wrong]) -> bytes:
    """The list as a Dutch Excel opens it."""
    return sheets.written(
        COLUMNS,
        (
            (each.plate, each.name, each.address, each.reason, each.suggestion, each.phone, "")
            for each in lines
        ),
    )


def filled_in(content: bytes) -> tuple[list[Filled], list[Mistake]]:
    """The lines of a list whose last column is filled in, and what is wrong in it. Never raises."""
    text = sheets.text(content)
    first = text.partition("\n")[0]
    delimiter = max(";,\t", key=first.count)
    reader = csv.DictReader(io.StringIO(text, newline=""), delimiter=delimiter, restkey="")
    try:
        names = [name.strip().casefold() for name in reader.fieldnames or ()]
        if missing := [name for name in _NEEDED if name not in names]:
            return [], [Mistake(1, f"de kolom {missing[0]} ontbreekt; laat de kopregel staan")]
        reader.fieldnames = names
        read = [_line(reader.line_num, row) for row in reader]
    except csv.Error:
        return [], [Mistake(reader.line_num or 1, "dit is niet als lijst te lezen; bewaar hem als CSV")]
    found = [each for each in read if each is not None]
    mistakes = [each for each in found if isinstance(each, Mistake)]
    return [each for each in found if isinstance(each, Filled)], mistakes


def _line(number: int, row: Mapping[str, str | Sequence[str] | None]) -> Filled | Mistake | None:
    """A line that was filled in, or what is wrong with it; None where it was left as it went out."""
    plate, address, meant = (_bare(row.get(name)) for name in _NEEDED)
    if not meant:
        return None
    if row.get(""):
        return Mistake(number, "deze regel heeft een kolom te veel")
    if not plate or not address:
        return Mistake(number, "het kenteken of het onjuiste adres is weg; laat die kolommen zoals ze waren")
    if fault := emails.fault(meant):
        return Mistake(number, f"kolom nieuw adres: {fault[0].lower()}{fault[1:].removesuffix('.')}")
    return Filled(number, plates.compact(plate), address, meant)


def _bare(cell: str | Sequence[str] | None) -> str:
    text = cell.strip() if isinstance(cell, str) else ""
    return text[1:] if text.startswith("'") and text[1:].startswith(sheets.FORMULA) else text
