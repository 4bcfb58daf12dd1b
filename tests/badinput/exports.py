"""Exports to be taken in, and what is expected of them."""

from __future__ import annotations

import io
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import openpyxl

HEADER = ("Kenteken", "Achternaam", "E-mail", "APK datum", "Km stand")
COLUMNS: Mapping[str, Any] = {
    "plate": "Kenteken",
    "last_name": "Achternaam",
    "email": "E-mail",
    "apk_due": {"column": "APK datum", "optional": True},
    "mileage": {"column": "Km stand", "optional": True},
}


@dataclass(frozen=True, slots=True)
class Told:
    """What became of an export: the plates that stand in the ledger, and each row that does not, with its line.

    `rejected`: line, column, code. `warnings`: plate, column, code, masked value. `held`: why the file was held.
    """

    accepted: tuple[str, ...] = ()
    skipped: tuple[tuple[int, str], ...] = ()
    rejected: tuple[tuple[int, str | None, str], ...] = ()
    warnings: tuple[tuple[str, str, str, str], ...] = ()
    held: str | None = None


def golden(
    accepted: Iterable[int | str] = (),
    *,
    skipped: Iterable[tuple[int, str]] = (),
    rejected: Iterable[tuple[int, str | None, str]] = (),
    warnings: Iterable[tuple[int, str, str, str]] = (),
    held: str | None = None,
) -> Told:
    """What is expected; a plate may be its number in `car`."""
    plates = tuple(plate if isinstance(plate, str) else f"ZZ{plate:03}Z" for plate in accepted)
    warned = tuple((f"ZZ{plate:03}Z", *rest) for plate, *rest in warnings)
    return Told(plates, tuple(skipped), tuple(rejected), warned, held)


def car(number: int, **changes: str) -> list[str]:
    """A row under `HEADER`: plate `ZZ-007-Z` and address `klant7@voorbeeld.example` for number 7."""
    row = {
        "plate": f"ZZ-{number:03}-Z",
        "name": f"Klant {number}",
        "email": f"klant{number}@voorbeeld.example",
        "apk": "15-05-2027",
        "km": "60500",
    }
    return list((row | changes).values())


def csv_of(
    *rows: Iterable[str], header: Iterable[str] = HEADER, delimiter: str = ";", end: str = "\r\n"
) -> str:
    """Rows as a garage system writes them, without a quote."""
    return "".join(delimiter.join(row) + end for row in (header, *rows))


def xlsx_of(*rows: Iterable[object], header: Iterable[object] = HEADER, title: str = "Klanten") -> bytes:
    """Rows as Excel keeps them."""
    made, packed = openpyxl.Workbook(), io.BytesIO()
    made.active.title = title
    for row in (header, *rows):
        made.active.append(list(row))
    made.save(packed)
    return packed.getvalue()
