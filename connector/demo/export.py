"""The demonstration's exports: forty rows as they come, of invented people and cars."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

HEADER = (
    "Kenteken;Merk;Model;Achternaam;Tussenvoegsel;Voorletters;E-mail privé;E-mail zakelijk;Bedrijfsnaam;"
    "Mobiel;APK datum;Km stand;Land"
)
Row = list[str]
SOUND = 29
"""Rows that are to become AutoPaspoorten, once the wrong address among them is mended."""


def written(rows: Sequence[Row]) -> bytes:
    """An export as garage systems write it: cp1252, `;`, CRLF."""
    lines = [HEADER, *(";".join(row) for row in rows)]
    return ("\r\n".join(lines) + "\r\n").encode("cp1252")


def half(content: bytes) -> bytes:
    """The same export while it is still being written: it ends in the middle of a row."""
    return content[: len(content) // 2].rstrip(b"\r\n")


def put(export: Path, content: bytes) -> None:
    """Write an export whole at once, under its name only when it is complete."""
    partial = export.with_suffix(".part")
    partial.write_bytes(content)
    partial.replace(export)


def sound(rows: Iterator[Row]) -> Iterator[Row]:
    """The rows that are to become AutoPaspoorten: the first of the export."""
    for number, row in enumerate(rows, start=1):
        if number <= SOUND:
            yield row


_NAMES = (
    ("Jansen", ""), ("Vries", "de"), ("Berg", "van der"), ("Çelik", ""), ("d'Hooghe", ""), ("Dijk", "van"),
    ("Bakker", ""), ("Özdemir", ""), ("Smit", ""), ("Velde", "van de"),
)  # fmt: skip
_CARS = (("Volvo", "V60"), ("Citroën", "C3"), ("Peugeot", "208"), ("Opel", "Corsa"), ("Volkswagen", "Golf"))


def rows(*, corrected: bool) -> Iterator[Row]:
    """Forty rows as they come: most are sound, and each of the others is wrong in a way of its own."""
    yield from _sound_rows(corrected=corrected)
    yield from _held_rows()
    yield from _skipped_rows()
    yield from _rejected_rows()


def address(number: int) -> str:
    """The address of a customer, as the export has it."""
    return f"klant{number}@voorbeeld.example"


def _sound_rows(*, corrected: bool) -> Iterator[Row]:
    for number in range(1, 27):
        owner = 3 if number == 4 else number  # two cars
        km = "61000" if corrected and number == 7 else "60500"
        yield _row(f"ZZ-{number:03}-Z", number, address(owner), km=km)
    yield _row("B-XY-123", 27, "klant27@voorbeeld.example", country="Duitsland")
    yield [
        *_row("ZZ-028-Z", 28, "")[:7],
        "zaak28@voorbeeld.example",
        "Bloemen & Zo",
        "",
        "01-06-2027",
        "",
        "",
    ]
    yield _row("ZZ-029-Z", 29, address(29) if corrected else "klant29@voorbeeld,example")


def _held_rows() -> Iterator[Row]:
    yield _row("ZZ-030-Z", 30, "klant30.voorbeeld.example")
    yield _row("ZZ-031-Z", 31, "klant 31@voorbeeld.example")


def _skipped_rows() -> Iterator[Row]:
    yield _row("ZZ-032-Z", 32, "geen")
    yield _row("ZZ-033-Z", 33, "")
    yield _row("", 34, "klant34@voorbeeld.example")
    yield _row("ZZ-001-Z", 1, "klant1@voorbeeld.example")  # word for word the first
    yield _row("ZZ-002-Z", 2, "oud2@voorbeeld.example", apk="")  # the same car, an older card


def _rejected_rows() -> Iterator[Row]:
    yield _row("ZZ-0361-Z", 36, "klant36@voorbeeld.example", country="NL")
    yield _row("WI-AB 1234", 37, "klant37@voorbeeld.example")
    yield _row("ZZ-038-Z", 38, "klant38@voorbeeld.example", apk="31-02-2027")
    yield [
        *_row("ZZ-039-Z", 39, "klant39@voorbeeld.example")[:3],
        "",
        "",
        "",
        "klant39@voorbeeld.example",
        *[""] * 6,
    ]


def _row(
    plate: str, number: int, address: str, *, apk: str = "15-05-2027", km: str = "60500", country: str = ""
) -> Row:
    make, model = _CARS[number % len(_CARS)]
    last, infix = _NAMES[number % len(_NAMES)]
    mobile = f"06-000000{number:02}"
    return [plate, make, model, last, infix, "A.B.", address, "", "", mobile, apk, km, country]
