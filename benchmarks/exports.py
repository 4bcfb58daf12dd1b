"""Exports to read: any number of rows of invented people and cars, the same at every run."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

HEADER = (
    "Klantnummer;Kenteken;Merk;Model;APK datum;Km stand;Achternaam;Tussenvoegsel;Voorletters;"
    "E-mail;Mobiel;Straat;Huisnummer;Postcode;Woonplaats"
)
COLUMNS: dict[str, Any] = {
    "customer_reference": "Klantnummer",
    "plate": "Kenteken",
    "make": "Merk",
    "model": "Model",
    "apk_due": "APK datum",
    "mileage": "Km stand",
    "last_name": "Achternaam",
    "infix": "Tussenvoegsel",
    "initials": "Voorletters",
    "email": "E-mail",
    "mobile": "Mobiel",
    "street": "Straat",
    "house_number": "Huisnummer",
    "postal_code": "Postcode",
    "city": "Woonplaats",
}
_LETTERS = "BDFGHJKLNPRSTXZ"
_CARS = (("Volvo", "V60"), ("Citroën", "C3"), ("Peugeot", "208"), ("Opel", "Corsa"), ("Volkswagen", "Golf"))
_NAMES = (("Jansen", ""), ("Vries", "de"), ("Berg", "van der"), ("Çelik", ""), ("Bakker", ""))


def write(path: Path, rows: int, *, changed_each: int = 0) -> Path:
    """Write an export as garage systems do: cp1252, `;`, CRLF. Of every `changed_each` rows one drove on (0: none)."""
    partial = path.with_suffix(".part")
    with partial.open("w", encoding="cp1252", newline="") as file:
        file.write(f"{HEADER}\r\n")
        file.writelines(f"{row}\r\n" for row in _rows(rows, changed_each))
    return partial.replace(path)


def _rows(rows: int, changed_each: int) -> Iterator[str]:
    for number in range(rows):
        drove = 500 if changed_each and number % changed_each == 0 else 0
        make, model = _CARS[number % len(_CARS)]
        last, infix = _NAMES[number % len(_NAMES)]
        yield ";".join(
            (
                str(100000 + number), _plate(number), make, model,
                f"{1 + number % 28:02}-{1 + number % 12:02}-2027", str(20000 + number % 90000 + drove),
                last, infix, "A.B.", f"klant{number}@voorbeeld.example", f"06-{number:08}",
                "Dorpsstraat", str(1 + number % 200), f"{1000 + number % 9000} AB", "Utrecht",
            )
        )  # fmt: skip


def _plate(number: int) -> str:
    """`XX-999-X`: so many plates that each of three million rows has its own."""
    letters, digits = divmod(number, 1000)
    rest, third = divmod(letters, len(_LETTERS))
    first, second = divmod(rest, len(_LETTERS))
    return f"{_LETTERS[first % len(_LETTERS)]}{_LETTERS[second]}-{digits:03}-{_LETTERS[third]}"
