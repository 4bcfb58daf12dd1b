"""Exports of thousands of invented customers: plates of a real shape, distinct by number, and rows with faults.

Nothing of the connector is used here: what a row must become is said a second time, by other code.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

Row = dict[str, str]

LETTERS = "ZXWVTRPNMLKJHGFDB"
"""Issued on plates, and in no pair or group that is not (no vowels, C, Q or S), Z first: `ZZ-000-Z`."""

PLATES = 1000 * len(LETTERS) ** 3
"""So many plates there are."""


@dataclass(frozen=True, slots=True)
class Bad:
    """A row that cannot be a passport, with the column and the code it must be listed with."""

    row: Row
    column: str
    code: str


@dataclass(frozen=True, slots=True)
class Passed:
    """A row that is no passport and no mistake: it must be skipped."""

    row: Row


Line = Row | Bad | Passed
Fault = Literal["plate", "date", "number", "country"]


def plate(number: int) -> str:
    """The plate of a number, as people write it: shape `XX-999-X`."""
    letters, digits = divmod(number, 1000)
    rest, third = divmod(letters, len(LETTERS))
    first, second = divmod(rest, len(LETTERS))
    return f"{LETTERS[first]}{LETTERS[second]}-{digits:03}-{LETTERS[third]}"


def compact(text: str) -> str:
    """A plate as iGarage has it."""
    return text.replace("-", "").upper()


def customer(number: int, **changes: str) -> Row:
    """The row of a customer. `changes`: name, email, make, apk (dd-mm-yyyy), km, country, plate, opt_out."""
    cells = {
        "plate": plate(number),
        "name": f"Klant {number}",
        "email": f"klant{number}@voorbeeld.example",
        "make": "Volvo",
        "apk": "15-05-2027",
        "km": str(60_000 + number % 1000),
        "country": "",
        "opt_out": "",
        **changes,
    }
    names = ("Kenteken", "Achternaam", "E-mail", "Merk", "APK datum", "Km stand", "Land", "Afmelding")
    order = ("plate", "name", "email", "make", "apk", "km", "country", "opt_out")
    return {name: cells[key] for name, key in zip(names, order, strict=True)}


def customers(numbers: Iterable[int], **changes: str) -> list[Line]:
    """The rows of these customers."""
    return [customer(number, **changes) for number in numbers]


def bad(number: int, fault: Fault = "date") -> Bad:
    """A row with one fault."""
    match fault:
        case "plate":
            return Bad(customer(number, plate="12345678"), "Kenteken", "plate_foreign_needs_country")
        case "date":
            return Bad(customer(number, apk="31-02-2027"), "APK datum", "date_invalid")
        case "number":
            return Bad(customer(number, km="1,5"), "Km stand", "number_invalid")
        case "country":
            return Bad(customer(number, country="Atlantis"), "Land", "value_unknown")


def without_address(number: int) -> Passed:
    """A row that is passed over: nobody can be written to."""
    return Passed(customer(number, email=""))


def cells(line: Line) -> Row:
    """The cells of a line, whatever must become of it."""
    return line if isinstance(line, dict) else line.row


def written(lines: Iterable[Line], *, encoding: str = "cp1252") -> bytes:
    """The export as a garage system writes it: `;`, CRLF, a header."""
    header = tuple(customer(0))
    return "".join(_lines(header, lines)).encode(encoding)


def _lines(header: tuple[str, ...], lines: Iterable[Line]) -> Iterator[str]:
    yield ";".join(header) + "\r\n"
    for line in lines:
        row = cells(line)
        yield ";".join(row[name] for name in header) + "\r\n"
