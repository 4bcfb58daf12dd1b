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
    titles: int = 0

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
        return len(rows) - (0 if "header" in self.settings else 1) - self.titles


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
    "first_with_a_name_alone": Shape(
        bare(PLATES, LAST, MAILS, above=[("", "Smitsloo", "")]), BARE_RIGHT, BARE_DOUBTS, 1, THREE,
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
    "last_name_for_some": Shape(
        table({"Kenteken": PLATES, "Achternaam": (*LAST[:3], *NONE[3:]), "Naam": INITIALLED, "E-mail": MAILS}),
        {"plate": "Kenteken", "full_name": ["Achternaam", "Naam"], "email": "E-mail"},
        {("filled_up", "full_name"), ("split", "full_name")},
    ),
    "last_name_for_some_and_infix": Shape(
        table({"Kenteken": PLATES, "Tussenv.": INFIX, "Achternaam": (*LAST[:3], *NONE[3:]), "Naam": LAST,
               "E-mail": MAILS}),
        {"plate": "Kenteken", "infix": "Tussenv.", "last_name": ["Achternaam", "Naam"], "email": "E-mail"},
        {("filled_up", "last_name")},
    ),
    "company_for_some_and_a_contact": Shape(
        table({"Kenteken": PLATES, "Bedrijfsnaam": FIRMS, "Contactpersoon": INITIALLED, "E-mail": MAILS}),
        {"plate": "Kenteken", "company": "Bedrijfsnaam", "full_name": "Contactpersoon", "email": "E-mail"},
        {("alike", "full_name"), ("split", "full_name")},
    ),
    "plate_in_the_other_column": Shape(
        table({"Kenteken": NONE, "Nummerplaat": PLATES, "Achternaam": LAST, "E-mail": MAILS}),
        {**SOUND_RIGHT, "plate": "Nummerplaat"}, {("empty_beside", "plate")},
    ),
    "plate_in_a_column_without_a_name": Shape(
        table({"Kenteken": NONE, "Object": PLATES, "Achternaam": LAST, "E-mail": MAILS}),
        {**SOUND_RIGHT, "plate": "Object"}, {("empty_beside", "plate"), ("by_look", "plate")},
    ),
    "last_name_in_the_other_column": Shape(
        table({"Kenteken": PLATES, "Achternaam": NONE, "Naam": INITIALLED, "E-mail": MAILS}),
        {"plate": "Kenteken", "full_name": "Naam", "email": "E-mail"},
        {("empty_beside", "full_name"), ("split", "full_name")},
    ),
    "customer_that_is_a_number": Shape(
        table({"Kenteken": PLATES, "Klant": NUMBERS, "Zoeknaam": LAST, "E-mail": MAILS}),
        {**SOUND_RIGHT, "last_name": "Zoeknaam"}, {("other_cells", "last_name"), ("alike", "last_name")},
    ),
    "first_infix_last": Shape(
        table({"Kenteken": PLATES, "Naam": WHOLE, "E-mail": MAILS}),
        {"plate": "Kenteken", "full_name": "Naam", "email": "E-mail"}, {("split", "full_name")},
    ),
    "infix_and_last": Shape(
        table({"Kenteken": PLATES, "Naam": [f"{infix} {last}".strip() for infix, last in zip(INFIX, LAST, strict=True)],
               "E-mail": MAILS}),
        {**SOUND_RIGHT, "last_name": "Naam"},
    ),
    "belgian": Shape(
        table({"Nummerplaat": BELGIAN, "Achternaam": LAST, "E-mail": MAILS, "Land": ("BE",) * 8}),
        {**SOUND_RIGHT, "plate": "Nummerplaat", "country": "Land"},
    ),
    "german": Shape(
        table({"Kenteken": GERMAN, "Achternaam": LAST, "E-mail": MAILS, "Landcode": (*("D",) * 6, "NL", "D")}),
        {**SOUND_RIGHT, "country": "Landcode"},
    ),
    "names_with_line_breaks": Shape(
        table({"Kenteken": PLATES, "Achter-\nnaam": LAST, "E-mail\nadres": MAILS, "Vrij\nveld": TOWNS}),
        {"plate": "Kenteken", "last_name": "Achter- naam", "email": "E-mail adres"},
    ),
    "workbook_with_line_breaks": Shape(
        {"Blad1": table({"Kenteken": PLATES, "Achter\nnaam": LAST, "E-mail\nadres": MAILS})},
        {"plate": "Kenteken", "last_name": "Achter naam", "email": "E-mail adres"},
    ),
    "free_fields_with_numbers": Shape(
        table({**SOUND, **{f"Veld {at:02}": ("x",) * 8 for at in range(1, 8)}}), SOUND_RIGHT,
    ),
    "names_with_numbers": Shape(
        table({"KENT01": PLATES, "NAAM01": LAST, "MAIL01": MAILS, "TELE01": PHONES, "APKD01": DAYS}),
        {"plate": "KENT01", "last_name": "NAAM01", "email": "MAIL01", "phone": "TELE01", "apk_due": "APKD01"},
        looked("plate", "last_name", "email", "phone", "apk_due") | {("strange_header", None)},
    ),
    "three_names_with_numbers": Shape(
        table({"KENT01": PLATES, "NAAM01": LAST, "MAIL01": MAILS}),
        {"plate": "KENT01", "last_name": "NAAM01", "email": "MAIL01"}, BARE_DOUBTS | {("strange_header", None)},
    ),
    "a_yes_or_no_of_another_kind": Shape(table({**SOUND, "Actief": YES_NO}), SOUND_RIGHT),
    "a_yes_or_no_that_may_be_consent": Shape(
        table({**SOUND, "AVG akkoord": YES_NO}), SOUND_RIGHT, {("maybe_consent", None)}
    ),
    "a_name_like_that_of_consent": Shape(
        table({**SOUND, "AVG toestemming": YES_NO}),
        {**SOUND_RIGHT, "consent": "AVG toestemming"}, {("alike", "consent"), ("consent", "consent")},
    ),
    "consent_twice": Shape(
        table({**SOUND, "Mailing J/N": YES_NO, "AVG toestemming": YES_NO}),
        {**SOUND_RIGHT, "consent": "Mailing J/N"}, {("maybe_consent", None), ("consent", "consent")},
    ),
    "initials_of_another_name": Shape(
        table({**SOUND, "Letters": INITIALS}), {**SOUND_RIGHT, "initials": "Letters"}, looked("initials")
    ),
    "type_of_customer": Shape(
        table({**SOUND, "Type": PERSON_OR_FIRM}), SOUND_RIGHT, {("other_cells", "model")}
    ),
    "owner_and_driver": Shape(
        table({"Kenteken": PLATES, "Naam bestuurder": INITIALLED[::-1], "E-mail bestuurder": MAILS[::-1],
               "Naam eigenaar": INITIALLED, "E-mail eigenaar": MAILS}),
        {"plate": "Kenteken", "full_name": "Naam eigenaar", "email": "E-mail eigenaar"},
        {("alike", "email"), ("another", "email"), ("split", "full_name")},
    ),
    "driver_alone": Shape(
        table({"Kenteken": PLATES, "Naam bestuurder": INITIALLED, "E-mail": MAILS}),
        {"plate": "Kenteken", "full_name": "Naam bestuurder", "email": "E-mail"}, {("split", "full_name")},
    ),
    "owner": Shape(
        table({"Reg No": PLATES, "Owner": INITIALLED, "Email": MAILS}),
        {"plate": "Reg No", "full_name": "Owner", "email": "Email"}, {("split", "full_name")},
    ),
    "name_1": Shape(
        table({"Kenteken": PLATES, "Naam 1": INITIALLED, "Naam 2": NONE, "E-mail": MAILS}),
        {"plate": "Kenteken", "full_name": "Naam 1", "email": "E-mail"}, {("split", "full_name")},
    ),
    "whole_names_without_header": Shape(
        bare(PLATES, INITIALLED, MAILS),
        {"plate": "kolom 1", "full_name": "kolom 2", "email": "kolom 3"},
        looked("plate", "full_name", "email") | {("split", "full_name")}, settings=THREE,
    ),
    "addresses_that_are_refused": Shape(
        table({**SOUND, "E-mail": REFUSED}), SOUND_RIGHT, {("some_unread", "email")}
    ),
    "two_titles_and_short_names": Shape(
        [["Klantenlijst", "Garage Voorbeeld", "25-11-2026"], *table({"Kntkn": PLATES, "Anaam": LAST, "Eml": MAILS})],
        {"plate": "Kntkn", "last_name": "Anaam", "email": "Eml"}, titles=1,
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
    flags = ("--column", "plate=kolom 1", "--column", "last_name=kolom 2", "--column", "email=kolom 3")
    for how in ("--json", "--yes"):
        said = installation.main("init", "--from", path, *GIVEN, *flags, how)
        assert said.status == 0
        assert not any(each in said.out + said.err for each in ("Smitsloo", "Bloemen", "Verderop"))
        comments = [line for line in garage_file(installation).read_text("utf-8").splitlines() if "#" in line]
        assert "Smitsloo" not in "".join(comments)
        garage_file(installation).unlink()


def test_a_name_with_a_line_break_is_given_on_one_line_and_shown_so(installation, tmp_path):
    path = SHAPES["names_with_line_breaks"].write(tmp_path)
    flags = ("--column", "email=e-mail adres", "--column", "city=Vrij veld")
    said = installation.main("init", "--from", path, *GIVEN, "--yes", *flags)
    assert said.status == 0
    assert settings_of(installation)["columns"]["city"] == "Vrij veld"
    assert "E-mail\n" not in said.out and "E-mail adres" in said.out


def test_a_name_that_no_column_will_give_is_a_doubt(installation, tmp_path):
    path = Shape(table({**SOUND, "Achternaam": (*LAST[:7], "")}), {}).write(tmp_path)
    said = installation.main("init", "--from", path, *GIVEN, "--json")
    assert {(each["why"], each["field"]) for each in said.json["doubts"]} == {
        ("some_without_name", "last_name")
    }


def test_a_customers_number_is_no_name_and_a_name_is_asked_for(installation, tmp_path):
    path = Shape(table({"Kenteken": PLATES, "Klant": NUMBERS, "E-mail": MAILS}), {}).write(tmp_path)
    said = installation.main("init", "--from", path, *GIVEN, "--yes")
    assert said.status == 2
    assert "--column last_name=COLUMN" in said.err
