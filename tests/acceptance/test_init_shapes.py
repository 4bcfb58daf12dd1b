"""`init --from` over exports that are odd in one way: no header, a name in two columns, a column that is empty …

Each stands here cell by cell, with what is right and every doubt that belongs to it. The people are invented.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import yaml

GIVEN = ("--garage-id", "noord", "--url", "https://api.example.nl/connector/v1")

PLATES = ("ZZ-001-Z", "ZZ-002-Z", "ZZ-003-Z", "01-ZZZ-2", "ZZ-01-02", "5-ZZZ-03", "ZZZ-01-Z", "Z-001-ZZ")
FIRST = ("Jan", "Piet", "Anouk", "Thérèse", "Björn", "Kees", "Sanne", "Mo")
INITIALS = ("J.", "P.J.", "A.", "Th.", "B.", "K.", "S.A.", "M.")
INFIX = ("van der", "", "de", "", "van den", "", "", "el")
LAST = ("Berg", "Jansen", "Vries", "Renée", "Müller", "Bakker", "Visser", "Idrissi")
MAILS = (
    *("jan.berg@voorbeeld.example", "piet.jansen@voorbeeld.example", "anouk.vries@voorbeeld.example"),
    *("t.renee@voorbeeld.example", "b.muller@voorbeeld.example", "kees.bakker@voorbeeld.example"),
    *("sanne.visser@voorbeeld.example", "mo.idrissi@voorbeeld.example"),
)
TOWNS = ("Utrecht", "Zwolle", "Oss", "Ede", "Goes", "Delft", "Assen", "Gouda")
NUMBERS = tuple(f"1000{at}" for at in range(1, 9))
PHONES = tuple(f"030-000000{at}" for at in range(8))
DAYS = tuple(f"{at + 13}-03-2027" for at in range(8))
BELGIAN = tuple(f"1-ZZZ-00{at}" for at in range(1, 9))
GERMAN = ("B-ZZ 1234", "M-ZZ 12", "HH-AB 1", "K-ZZ 99", "KLE-AA 123", "B-ZZ 4444", "ZZ-001-Z", "AC-ZZ 11")
REFUSED = (
    "wil niet geven",
    "weigert",
    "wil niet geven",
    MAILS[3],
    "volgt nog",
    MAILS[5],
    "weigert",
    MAILS[7],
)
INITIALLED = tuple(" ".join(filter(None, each)) for each in zip(INITIALS, INFIX, LAST, strict=True))
WHOLE = tuple(" ".join(filter(None, each)) for each in zip(FIRST, INFIX, LAST, strict=True))
NONE = ("",) * 8
PERSON_OR_FIRM = ("Particulier", "Zakelijk") * 4
YES_NO = ("J", "N") * 4
FIRMS = ("Voorbeeld BV", "", "", "Zonnig VOF", "", "", "", "")

Columns = Mapping[str, Sequence[str]]
SOUND: Columns = {"Kenteken": PLATES, "Achternaam": LAST, "E-mail": MAILS}
SOUND_RIGHT = {"plate": "Kenteken", "last_name": "Achternaam", "email": "E-mail"}


def table(columns: Columns, *above: Sequence[str], headed: bool = True) -> list[list[str]]:
    """Rows, with the names of the columns above them."""
    return [
        *([[*columns]] if headed else []),
        *map(list, above),
        *map(list, zip(*columns.values(), strict=True)),
    ]


def bare(*columns: Sequence[str], above: Sequence[Sequence[str]] = ()) -> list[list[str]]:
    """Rows without a header; `above` are more of them."""
    return [*map(list, above), *map(list, zip(*columns, strict=True))]


@dataclass(frozen=True)
class Shape:
    """An export: its rows, or the sheets of a workbook; what is right; the doubts; how many are left out."""

    rows: Sequence[Sequence[str]] | Mapping[str, Sequence[Sequence[str]]]
    right: Mapping[str, Any]
    doubts: set[tuple[str, str | None]] = field(default_factory=set)
    skipped: int = 0
    settings: Mapping[str, Any] = field(default_factory=dict)

    def write(self, folder: Path) -> Path:
        """As CSV, or as a workbook where sheets are named."""
        if isinstance(self.rows, Mapping):
            return workbook(folder / "klanten.xlsx", self.rows)
        path = folder / "klanten.csv"
        lines = (";".join(f'"{cell}"' if "\n" in cell else cell for cell in row) for row in self.rows)
        path.write_bytes("".join(f"{line}\r\n" for line in lines).encode("cp1252"))
        return path

    def count(self) -> int:
        """Rows of the one that is read."""
        rows = max(self.rows.values(), key=len) if isinstance(self.rows, Mapping) else self.rows
        return len(rows) - (0 if "header" in self.settings else 1)


def workbook(path: Path, sheets: Mapping[str, Sequence[Sequence[str]]]) -> Path:
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append([cell or None for cell in row])
    book.save(path)
    return path


def looked(*fields: str) -> set[tuple[str, str | None]]:
    return {("by_look", each) for each in fields}


THREE = {"header": ["kolom 1", "kolom 2", "kolom 3"]}
FOUR = {"header": ["kolom 1", "kolom 2", "kolom 3", "kolom 4"]}
BARE_RIGHT = {"plate": "kolom 1", "last_name": "kolom 2", "email": "kolom 3"}
BARE_DOUBTS = looked("plate", "last_name", "email")

SHAPES = {
    "workbook_without_header": Shape(
        {"Blad1": bare(PLATES, LAST, MAILS)}, BARE_RIGHT, BARE_DOUBTS, settings=THREE
    ),
    "workbook_without_header_first_without_address": Shape(
        {"Blad1": bare(PLATES, LAST, MAILS, above=[("ZZ-009-Z", "Smit", "")])},
        BARE_RIGHT, BARE_DOUBTS, 1, THREE,
    ),
    "workbook_without_header_beside_a_cover": Shape(
        {"Voorblad": [["Garage Voorbeeld"]], "Klanten": bare(PLATES, LAST, MAILS)},
        BARE_RIGHT, BARE_DOUBTS, settings={**THREE, "sheet": "Klanten"},
    ),
    "first_of_few_cells": Shape(
        bare(PLATES, LAST, MAILS, above=[("ZZ-009-Z", "Smit", "")]),
        BARE_RIGHT, BARE_DOUBTS, 1, THREE,
    ),
    "first_from_abroad": Shape(
        bare(PLATES, LAST, MAILS, above=[("B-ZZ 1234", "Schmidt", "geen")]),
        BARE_RIGHT, BARE_DOUBTS | {("some_unread", "plate")}, 1, THREE,
    ),
    "first_from_abroad_with_town": Shape(
        bare(PLATES, LAST, MAILS, TOWNS, above=[("B-ZZ 1234", "Schmidt", "", "Utrecht")]),
        {**BARE_RIGHT, "city": "kolom 4"}, BARE_DOUBTS | {("some_unread", "plate"), ("by_look", "city")}, 1, FOUR,
    ),
    "two_sheets_that_fit": Shape(
        {"Klanten 2025": table(SOUND)[:5], "Klanten 2026": table(SOUND)},
        SOUND_RIGHT, {("sheets", None)}, settings={"sheet": "Klanten 2026"},
    ),
    "one_sheet_that_fits": Shape(
        {"Voorblad": [["Garage Voorbeeld"]], "Facturen": [["Nummer", "Bedrag"], ["1", "2"]], "Klanten": table(SOUND)},
        SOUND_RIGHT,
    ),
}  # fmt: skip


def garage_file(installation) -> Path:
    return installation.folder / "garages" / "noord.yaml"


def settings_of(installation) -> dict[str, Any]:
    written = yaml.load(garage_file(installation).read_text("utf-8"), yaml.BaseLoader)  # noqa: S506  # strings alone
    return dict(written["sources"][0]["settings"])


def without_format(column: Any) -> Any:
    return column["column"] if isinstance(column, dict) else column


@pytest.mark.parametrize("name", SHAPES)
def test_every_field_is_right_every_doubt_is_marked_and_nothing_right_is_rejected(
    installation, tmp_path, name
):
    shape = SHAPES[name]
    path = shape.write(tmp_path)
    said = installation.main("init", "--from", path, *GIVEN, "--json")
    assert (said.status, said.err) == (0, "")
    assert {each: without_format(column) for each, column in said.json["columns"].items()} == dict(
        shape.right
    )
    assert {(each["why"], each["field"]) for each in said.json["doubts"]} == shape.doubts
    settings = settings_of(installation)
    assert {key: settings.get(key) for key in ("header", "sheet") if key in settings} == dict(shape.settings)
    assert installation.main("config", "check").status == 0
    seen = installation.ask("preview", path)
    assert (seen["file_error"], seen["rejected"]) == (None, [])
    assert (seen["rows"], seen["new"]) == (shape.count(), shape.count() - shape.skipped)


@pytest.mark.parametrize("name", [name for name, shape in SHAPES.items() if "header" in shape.settings])
def test_no_cell_of_a_customer_in_the_first_row_is_shown_or_written(installation, tmp_path, name):
    shape = SHAPES[name]
    said = installation.main("init", "--from", shape.write(tmp_path), *GIVEN, "--yes")
    assert said.status == 0
    told = said.out + said.err + garage_file(installation).read_text("utf-8")
    rows = (
        shape.rows["Klanten" if "Klanten" in shape.rows else "Blad1"]
        if isinstance(shape.rows, dict)
        else shape.rows
    )
    assert not any(cell in told for cell in rows[0] if len(cell) > 4)


def test_a_sheet_can_be_named(installation, tmp_path):
    path = workbook(tmp_path / "x.xlsx", {"Oud": table(SOUND)[:5], "Nu": table(SOUND)})
    said = installation.main("init", "--from", path, *GIVEN, "--json", "--sheet", "oud")
    assert (said.json["sheet"], settings_of(installation)["sheet"]) == ("Oud", "Oud")
    assert said.json["preview"]["rows"] == 4


def test_a_sheet_that_is_not_there_is_refused_with_those_that_are(installation, tmp_path):
    path = workbook(tmp_path / "x.xlsx", {"Blad1": table(SOUND)})
    said = installation.main("init", "--from", path, *GIVEN, "--yes", "--sheet", "Blad9")
    assert said.status == 2
    assert "“Blad1”" in said.err
    assert not garage_file(installation).exists()


def test_people_are_told_which_sheet_is_read_and_which_fits_too(installation, tmp_path):
    path = SHAPES["two_sheets_that_fit"].write(tmp_path)
    said = installation.main("init", "--from", path, *GIVEN, "--yes")
    assert "werkblad “Klanten 2026” · kopregel op regel 1" in said.out
    assert "let op, werkblad “Klanten 2026”" in said.out and "“Klanten 2025”" in said.out
    text = " ".join(garage_file(installation).read_text("utf-8").replace("#", " ").split())
    assert "LET OP, werkblad “Klanten 2026”" in text


def test_a_header_that_may_be_a_customer_is_shown_by_places_and_masks_alone(installation, tmp_path):
    path = tmp_path / "x.csv"
    path.write_bytes(b"Smitsloo;Bloemen;Verderop\r\n" + b"Hendrikx;Kaas;Onsdorp\r\n" * 3)
    said = installation.main("init", "--from", path, *GIVEN, "--yes")
    assert said.status == 2
    assert not any(each in said.out + said.err for each in ("Smitsloo", "Bloemen", "Verderop"))
    assert "kolom 1 (S*******)" in said.out
