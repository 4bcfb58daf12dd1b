"""B01: nothing in it, or only a header."""

from __future__ import annotations

import pytest
from exports import HEADER, Told, csv_of, golden, xlsx_of

EMPTY = "Dit bestand is leeg: er is geen kopregel."
GONE = (
    "In het bestand ontbreken de kolommen “Kenteken”, “Achternaam”, “E-mail”."
    " Herstel de export of pas de kolomnamen in de instellingen aan."
)

CASES = {
    "a blank line": ("\r\n", golden(held=EMPTY)),
    "blanks and delimiters": (";;;\r\n \r\n;;;\r\n", golden(held=EMPTY)),
    "a BOM": (b"\xef\xbb\xbf", golden(held=EMPTY)),
    "a BOM of UTF-16": (b"\xff\xfe", golden(held=EMPTY)),
    "Ctrl-Z": ("\x1a", golden(held=EMPTY)),
    "NULs": (b"\0" * 512, golden(held=EMPTY)),
    "a header": (csv_of(), golden()),
    "a header without an end": (csv_of(end=""), golden()),
    "a header and blank lines": (csv_of() + "\r\n\r\n", golden()),
    "a sep line and a header": ("sep=;\r\n" + csv_of(), golden()),
    "a sep line": ("sep=;\r\n", golden(held=EMPTY)),
    "a title": ("Klantenlijst\r\n", golden(held=GONE)),
    "an Excel sheet with a header": (xlsx_of(), golden()),
    "an empty Excel sheet": (
        xlsx_of(header=()),
        golden(held="Dit Excel-bestand is leeg: er is geen kopregel."),
    ),
}


@pytest.mark.parametrize(("content", "expected"), CASES.values(), ids=CASES)
def test_an_export_without_rows(take, content: str | bytes, expected: Told) -> None:
    assert take(content) == expected


def test_an_export_without_rows_removes_nothing(garage) -> None:
    rows = [["ZZ-001-Z", "Klant", "klant@voorbeeld.example", "", ""]]
    assert garage.take(csv_of(*rows)) == golden([1])
    for content in (csv_of(), "\r\n", ";".join(HEADER)):
        garage.take(content)
        assert sorted(garage.contents()) == ["ZZ001Z"]
