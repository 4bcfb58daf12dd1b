"""`init --from`: from a garage's export to a garage's file, over the shapes in which exports come.

The people are invented. A shape says what its columns are called and how the file is written; what is right and
every doubt that belongs to it stand beside it.
"""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

PEOPLE: Sequence[Mapping[str, Any]] = [
    dict(zip(("last", "infix", "first", "initials", "street", "nr", "pc", "city", "mail"), each, strict=True))
    for each in (
        (
            "Jansen",
            "",
            "Piet",
            "P.",
            "Dorpsstraat",
            "12",
            "1234 AB",
            "Ons Dorp",
            "p.jansen@voorbeeld.example",
        ),
        (
            "Vries",
            "de",
            "Anna",
            "A.M.",
            "Molenweg",
            "3",
            "1234 AC",
            "Ons Dorp",
            "anna.devries@voorbeeld.example",
        ),
        (
            "Çelik",
            "",
            "Ayşe"[:2] + "e",
            "A.",
            "Coöperatiestraat",
            "3 bis",
            "1235 AA",
            "Verderop",
            "celik@voorbeeld.example",
        ),
        (
            "Berg",
            "van den",
            "Klaas",
            "K.",
            "Kerkplein",
            "8",
            "1235 AB",
            "Verderop",
            "klant4@voorbeeld.example",
        ),
        (
            "d'Hooghe",
            "",
            "René",
            "R.",
            "Laan van Zuid",
            "101",
            "1236 AA",
            "Middenstad",
            "r.dhooghe@voorbeeld.example",
        ),
        (
            "Özdemir",
            "",
            "Mehmet",
            "M.",
            "Stationsweg",
            "44",
            "1236 AB",
            "Middenstad",
            "m.ozdemir@voorbeeld.example",
        ),
        ("Bakker", "", "Sanne", "S.", "Eikenlaan", "7", "1236 AC", "Middenstad", ""),
        ("Smit", "", "Jan", "J.W.", "Havenkade", "19", "1237 AA", "Ons Dorp", "jwsmit@voorbeeld.example"),
        (
            "Meer",
            "van der",
            "Lisa",
            "L.",
            "Singel",
            "5",
            "1237 AB",
            "Ons Dorp",
            "lisa.vandermeer@voorbeeld.example",
        ),
        ("Mulder", "", "Tom", "T.", "Parkweg", "61", "1237 AC", "Verderop", "t.mulder@voorbeeld.example"),
        ("Visser", "", "Eva", "E.", "Marktplein", "2", "1238 AA", "Verderop", "eva@voorbeeld.example"),
        ("Bos", "", "Daan", "D.", "Beukenhof", "33", "1238 AB", "Middenstad", "daan.bos@voorbeeld.example"),
    )
]
CARS = (
    ("Volvo", "V60", "Benzine"),
    ("Citroën", "C3", "Diesel"),
    ("Opel", "Corsa", "Benzine"),
    ("Škoda"[1:], "Fabia", "LPG"),
)
DAY_FIRST = "%d-%m-%Y"


def cells(number: int, form: str, days: Sequence[int]) -> dict[str, str]:
    """All that can be told of customer `number`, by keys of our own."""
    person = PEOPLE[number]
    make, model, fuel = CARS[number % 3]
    day = days[number % len(days)]
    name = " ".join(filter(None, (person["initials"], person["infix"], person["last"])))
    return {
        **{key: str(value) for key, value in person.items()},
        "plate": f"ZZ-{number + 1:03}-Z",
        "plain_plate": f"ZZ{number + 1:03}Z",
        "old_plate": f"YY-{number + 1:03}-Y" if number % 2 else "",
        "make": make,
        "model": model,
        "fuel": fuel,
        "vin": f"WVWZZZ1KZAW0000{number + 10}",
        "first_reg": date(2012 + number % 7, 3, day).strftime(form),
        "apk": date(2027, 1 + number % 12, day).strftime(form),
        "km": str(60_500 + 1000 * number),
        "mobile": f"06-000000{number:02}",
        "phone": f"010-00000{number:02}",
        "nr_customer": f"{1001 + number}",
        "work_mail": f"werk{number}@zaak.voorbeeld.example" if number % 3 == 1 else "",
        "own_mail": "balie@garage.voorbeeld.example",
        "company": "Bloemen & Zo" if number == 4 else "",
        "yes_no": "J" if number % 4 == 0 else "N",
        "whole": name,
        "country": "NL",
        "born": f"{day:02}-05-19{60 + number}",
        "empty": "",
        "remark": "belt liever" if number == 2 else "",
    }


@dataclass(frozen=True)
class Shape:
    """How an export is written, what is right, and what is doubtful. `right`: field → its columns."""

    columns: Mapping[str, str]
    right: Mapping[str, Any]
    doubts: set[tuple[str, str | None]] = field(default_factory=set)
    encoding: str = "cp1252"
    delimiter: str = ";"
    end: str = "\r\n"
    headed: bool = True
    above: str = ""
    quoted: bool = False
    form: str = DAY_FIRST
    days: Sequence[int] = (3, 14, 27)

    def lines(self) -> Iterator[list[str]]:
        if self.headed:
            yield list(self.columns)
        for number in range(len(PEOPLE)):
            told = cells(number, self.form, self.days)
            yield [told[key] for key in self.columns.values()]

    def content(self) -> bytes:
        mark = '"' if self.quoted else ""
        lines = (self.delimiter.join(f"{mark}{cell}{mark}" for cell in line) for line in self.lines())
        return (self.above + "".join(line + self.end for line in lines)).encode(self.encoding)


DUTCH = {
    "Klantnr": "nr_customer", "Kenteken": "plate", "Merk": "make", "Model": "model", "Brandstof": "fuel",
    "Chassisnummer": "vin", "Datum eerste toelating": "first_reg", "APK vervaldatum": "apk", "Km stand": "km",
    "Bedrijfsnaam": "company", "Titel": "empty", "Voorletters": "initials", "Roepnaam": "first",
    "Tussenvoegsel": "infix", "Achternaam": "last", "Straat": "street", "Huisnummer": "nr", "Postcode": "pc",
    "Woonplaats": "city", "E-mail zakelijk": "work_mail", "E-mail privé": "mail", "Telefoon": "phone",
    "Mobiel": "mobile", "Landcode": "country", "Opmerking": "remark",
}  # fmt: skip
DUTCH_RIGHT = {
    "plate": "Kenteken", "email": ["E-mail privé", "E-mail zakelijk"], "last_name": "Achternaam",
    "infix": "Tussenvoegsel", "first_name": "Roepnaam", "initials": "Voorletters", "company": "Bedrijfsnaam",
    "apk_due": "APK vervaldatum", "first_registration": "Datum eerste toelating", "mileage": "Km stand",
    "mobile": "Mobiel", "phone": "Telefoon", "country": "Landcode", "customer_reference": "Klantnr",
}  # fmt: skip
SHORT = {
    "DEBNR": "nr_customer", "ANAAM": "last", "VOORL": "initials", "TV": "infix", "STR": "street", "HNR": "nr",
    "PC": "pc", "WPL": "city", "TEL": "phone", "GSM": "mobile", "EML": "mail", "KENT": "plain_plate", "MRK": "make",
    "BRST": "fuel", "APKD": "apk", "KMST": "km",
}  # fmt: skip
SHORT_RIGHT = {
    "plate": "KENT", "email": "EML", "last_name": "ANAAM", "infix": "TV", "apk_due": "APKD", "mileage": "KMST",
    "mobile": "GSM", "city": "WPL", "customer_reference": "DEBNR",
}  # fmt: skip
ENGLISH = {
    "Customer No": "nr_customer", "First Name": "first", "Surname": "last", "Company": "company", "Email": "mail",
    "Mobile": "mobile", "Address 1": "street", "Town": "city", "Post Code": "pc", "Reg No": "plate", "Make": "make",
    "Model": "model", "VIN": "vin", "Odometer": "km", "MOT Due": "apk", "Notes": "remark",
}  # fmt: skip
ENGLISH_RIGHT = {
    "plate": "Reg No", "email": "Email", "last_name": "Surname", "first_name": "First Name", "street": "Address 1",
    "mobile": "Mobile", "mileage": "Odometer",
}  # fmt: skip
BARE = {str(at): key for at, key in enumerate(("nr_customer", "initials", "infix", "last", "street", "nr", "pc", "city",
                                               "mobile", "mail", "plate", "make", "apk", "km"), 1)}  # fmt: skip
BARE_RIGHT = {
    "plate": "kolom 11", "email": "kolom 10", "last_name": "kolom 4", "infix": "kolom 3", "initials": "kolom 2",
    "apk_due": "kolom 13", "mobile": "kolom 9", "postal_code": "kolom 7", "city": "kolom 8",
}  # fmt: skip
BARE_DOUBTS = {("by_look", each) for each in (*BARE_RIGHT, "street", "house_number", "make")}
SMALL = {"Kenteken": "plate", "Achternaam": "last", "E-mail": "mail", "APK datum": "apk"}
SMALL_RIGHT = {"plate": "Kenteken", "email": "E-mail", "last_name": "Achternaam", "apk_due": "APK datum"}

SHAPES = {
    "dutch_cp1252": Shape(DUTCH, DUTCH_RIGHT),
    "dutch_cp850": Shape(DUTCH, DUTCH_RIGHT, encoding="cp850"),
    "dutch_utf8_tab": Shape(DUTCH, DUTCH_RIGHT, encoding="utf-8", delimiter="\t", end="\n"),
    "dutch_utf8_bom_quoted": Shape(DUTCH, DUTCH_RIGHT, encoding="utf-8-sig", delimiter=",", quoted=True),
    "short_cp850": Shape(SHORT, SHORT_RIGHT, encoding="cp850", form="%d-%m-%y"),
    "short_tab": Shape(SHORT, SHORT_RIGHT, delimiter="\t", form="%Y%m%d"),
    "english_utf8": Shape(ENGLISH, ENGLISH_RIGHT, encoding="utf-8", delimiter=",", form="%d/%m/%Y"),
    "english_month_first": Shape(
        ENGLISH, {**ENGLISH_RIGHT, "apk_due": "MOT Due"},
        {("month_first", "apk_due")}, encoding="utf-8", delimiter=",", form="%m/%d/%Y",
    ),
    "no_header_cp1252": Shape(BARE, BARE_RIGHT, BARE_DOUBTS, headed=False),
    "no_header_utf8_comma": Shape(
        BARE, BARE_RIGHT, BARE_DOUBTS, headed=False, encoding="utf-8", delimiter=",", end="\n"
    ),
    "no_header_cp850_tab": Shape(BARE, BARE_RIGHT, BARE_DOUBTS, headed=False, encoding="cp850", delimiter="\t"),
    "names_of_no_meaning": Shape(
        {"Veld1": "nr_customer", "Veld2": "last", "Veld3": "street",
         "Veld4": "mail", "Veld5": "plate", "Veld6": "apk"},
        {"plate": "Veld5", "email": "Veld4", "last_name": "Veld2"},
        {("strange_header", None)}
        | {("by_look", each) for each in ("plate", "email", "last_name", "street", "apk_due")},
    ),
    "typed_wrong": Shape(
        {"Kentekenn": "plate", "Acternaam": "last", "Emailadress ": "mail", "APK vervaldtum": "apk"},
        {"plate": "Kentekenn", "email": "Emailadress ", "last_name": "Acternaam"},
        {("alike", "plate"), ("alike", "last_name"), ("alike", "apk_due")},
    ),
    "whole_names": Shape(
        {"Naam": "whole", "Kenteken": "plate", "Mail": "mail"},
        {"plate": "Kenteken", "email": "Mail", "full_name": "Naam"}, {("split", "full_name")},
    ),
    "consent": Shape(
        {**SMALL, "Geen mailing": "yes_no", "Toestemming": "yes_no",
         "Wagenpark": "empty", "Leasemaatschappij": "empty"},
        {**SMALL_RIGHT, "opt_out": "Geen mailing", "consent": "Toestemming"},
        {("opt_out", "opt_out"), ("consent", "consent"), ("fleet", None), ("lease", None)},
    ),
    "day_or_month": Shape(SMALL, SMALL_RIGHT, {("day_or_month", "apk_due")}, days=(1, 5, 12)),
    "address_that_is_a_yes": Shape(
        {**SMALL, "E-mail": "yes_no", "Adres voor facturen": "mail"},
        {**SMALL_RIGHT, "email": "Adres voor facturen"},
        {("other_cells", "email"), ("by_look", "email")},
    ),
    "the_garages_own_address": Shape(
        {**SMALL, "E-mail": "own_mail", "E-mail klant": "mail"},
        {**SMALL_RIGHT, "email": "E-mail klant"}, {("always_one", "email")},
    ),
    "two_plates": Shape(
        {"Vorige auto": "old_plate", **SMALL}, SMALL_RIGHT, {("another", "plate")}, delimiter="\t"
    ),
    "no_apk_yet": Shape(
        {**SMALL, "APK datum": "empty", "Geboortedatum": "born"}, SMALL_RIGHT, {("empty", "apk_due")}
    ),
    "utf16": Shape(DUTCH, DUTCH_RIGHT, encoding="utf-16", delimiter="\t"),
    "utf16_english": Shape(ENGLISH, ENGLISH_RIGHT, encoding="utf-16", delimiter=",", form="%d/%m/%Y"),
    "titles": Shape(DUTCH, DUTCH_RIGHT, above="Klantenlijst\r\nGarage Voorbeeld, 01-11-2026\r\n\r\n"),
    "sep": Shape(SMALL, SMALL_RIGHT, above="sep=;\r\n"),
}  # fmt: skip
GIVEN = ("--garage-id", "noord", "--url", "https://api.example.nl/connector/v1")


@pytest.fixture
def drop(tmp_path: Path):
    """Writes an export of a shape."""

    def drop(name: str, shape: Shape | None = None) -> Path:
        path = tmp_path / f"{name}.csv"
        path.write_bytes((shape or SHAPES[name]).content())
        return path

    return drop


def file_of(installation, garage: str = "noord") -> Path:
    return installation.folder / "garages" / f"{garage}.yaml"


def settings_of(installation) -> dict[str, Any]:
    written = yaml.load(file_of(installation).read_text("utf-8"), yaml.BaseLoader)  # noqa: S506  # strings alone
    return dict(written["sources"][0]["settings"])


def without_format(column: Any) -> Any:
    return column["column"] if isinstance(column, dict) else column


def test_there_are_at_least_fifteen_shapes():
    assert len(SHAPES) >= 15


@pytest.mark.parametrize("name", SHAPES)
def test_every_field_is_right_every_doubt_is_marked_and_nothing_right_is_rejected(installation, drop, name):
    shape, path = SHAPES[name], drop(name)
    said = installation.main("init", "--from", path, *GIVEN, "--json")
    assert (said.status, said.err) == (0, "")
    found = said.json["columns"]
    assert {each: without_format(found.get(each)) for each in shape.right} == dict(shape.right)
    assert {(each["why"], each["field"]) for each in said.json["doubts"]} == set(shape.doubts)
    check = installation.main("config", "check", "--json")
    assert (check.status, check.json["mistakes"]) == (0, [])
    seen = installation.ask("preview", path)
    assert (seen["file_error"], seen["rejected"]) == (None, [])
    assert (seen["rows"], seen["new"]) == (len(PEOPLE), len(PEOPLE) - 1)  # one has no address


@pytest.mark.parametrize("name", SHAPES)
def test_every_doubt_stands_in_the_file_too(installation, drop, name):
    told = installation.main("init", "--from", drop(name), *GIVEN, "--json").json
    text = " ".join(file_of(installation).read_text("utf-8").replace("#", " ").split())
    for doubt in told["doubts"]:
        assert f"LET OP, kolom “{doubt['column']}”: {doubt['message']}" in text


def test_the_file_begins_with_its_schema_which_lies_beside_it_and_takes_it(installation, drop):
    installation.main("init", "--from", drop("dutch_cp1252"), *GIVEN, "--yes")
    first = file_of(installation).read_text("utf-8").splitlines()[0]
    assert first == "# yaml-language-server: $schema=../garage.schema.json"
    schema = json.loads((installation.folder / "garage.schema.json").read_text("utf-8"))
    jsonschema.validate(yaml.safe_load(file_of(installation).read_text("utf-8")), schema)


def test_five_rows_are_shown_masked_and_no_cell_of_the_export_is(installation, drop):
    said = installation.main("init", "--from", drop("dutch_cp1252"), *GIVEN, "--yes")
    assert said.status == 0
    assert "ZZ-***-*" in said.out and "p***@v***.example" in said.out and "J*****" in said.out
    assert "rij 5" in said.out and "rij 6" not in said.out
    written = file_of(installation).read_text("utf-8")
    for person in PEOPLE:
        for key in ("last", "first", "street", "mail", "pc"):
            told = [str(person[key])] if len(str(person[key])) > 4 else []
            assert not any(each in said.out or each in written for each in told)
    assert not re.search(r"ZZ-?00\d", said.out + written)


def test_a_garage_that_has_a_file_keeps_it(garage, drop):
    before = garage.file.read_bytes()
    said = garage.main("init", "--from", drop("dutch_cp1252"), *GIVEN, "--yes", "--garage-id", garage.id)
    assert (said.status, said.out) == (2, "")
    assert "not overwritten" in said.err
    assert garage.file.read_bytes() == before


def test_what_is_still_needed_is_told_at_once_and_nothing_is_written(installation, drop):
    path = drop("x", Shape({"Kenteken": "plate", "Plaats": "city"}, {}))
    said = installation.main("init", "--from", path, "--yes")
    assert said.status == 2
    assert all(each in said.err for each in ("--garage-id", "--url", "email", "last_name"))
    assert list((installation.folder / "garages").iterdir()) == []


def test_a_format_is_given_where_dates_would_be_read_otherwise(installation, drop):
    found = installation.main("init", "--from", drop("english_month_first"), *GIVEN, "--json").json["columns"]
    assert found["apk_due"] == {"column": "MOT Due", "format": "%m/%d/%Y"}


def test_flags_say_otherwise_than_the_proposal(installation, drop):
    flags = ("--name", "Garage Jansen & Zn", "--token-file", "t.token", "--watch", "../in", "--column")
    flags = (*flags, "plate=vorige AUTO", "--column", "apk_due=")
    said = installation.main("init", "--from", drop("two_plates"), *GIVEN, *flags, "--json")
    assert said.json["columns"]["plate"] == "Vorige auto" and "apk_due" not in said.json["columns"]
    assert said.json["doubts"] == []
    shown = {each["key"]: each["value"] for each in installation.ask("config", "show")}
    assert shown["name"] == "Garage Jansen & Zn"
    assert shown["igarage.token_file"] == str(installation.folder / "garages" / "t.token")
    assert shown["sources[0].watch"].endswith("in")


@pytest.mark.parametrize("column", ["plate", "wheels=Kenteken", "plate=Bestaat niet"])
def test_a_column_that_is_none_is_a_mistake_in_use(installation, drop, column):
    said = installation.main("init", "--from", drop("two_plates"), *GIVEN, "--yes", "--column", column)
    assert said.status == 2
    assert not file_of(installation).exists()


@pytest.mark.parametrize("bad", ["../x", "Jansen", "a/b", "x.yaml", "-x", "", "x" * 64, "a\x1b[2J"])
def test_an_id_that_no_file_can_have_is_named_and_nothing_is_left_behind(installation, drop, bad):
    path = drop("two_plates")
    (installation.folder / "garages").rmdir()
    before = sorted(installation.folder.parent.rglob("*"))
    said = installation.main("init", "--from", path, "--url", GIVEN[3], "--garage-id", bad, "--yes")
    assert said.status == 2
    assert "--garage-id" in said.err and (bad[:5] in said.err or not bad.isprintable())
    assert "\x1b" not in said.err and "holds no garage" not in said.err
    assert sorted(installation.folder.parent.rglob("*")) == before


def test_a_file_that_would_be_refused_leaves_nothing_behind(installation, drop):
    path = drop("two_plates")
    (installation.folder / "garages").rmdir()
    before = sorted(installation.folder.parent.rglob("*"))
    said = installation.main(
        "init", "--from", path, "--garage-id", "jansen", "--url", "ftp://nergens", "--yes"
    )
    assert said.status == 4
    assert "url" in said.err
    assert sorted(installation.folder.parent.rglob("*")) == before


def test_an_id_that_is_none_or_is_taken_is_asked_for_once_more(installation, drop):
    installation.add("oud")
    path = drop("x", Shape({"Kenteken": "plate", "E-mail": "mail", "Achternaam": "last"}, {}))
    running = installation.start("init", "--from", path, stdin=subprocess.PIPE)
    answers = ("", "../x", "oud", "noord", "Garage Noord", GIVEN[3], "", "")
    _, err = running.communicate("".join(f"{each}\n" for each in answers), timeout=60)
    assert running.returncode == 0, err
    assert "may hold only" in err and "not overwritten" in err
    assert file_of(installation).exists()


def test_an_export_with_its_date_for_an_ending_is_found_tomorrow_too(installation, drop):
    path = drop("dutch_cp1252")
    path = path.rename(path.with_name("klanten.25112026"))
    said = installation.main("init", "--from", path, *GIVEN, "--json")
    assert said.status == 0, said.err
    written = yaml.safe_load(file_of(installation).read_text("utf-8"))
    assert written["sources"][0]["pattern"] == ["klanten.*"]


def test_it_asks_for_what_it_does_not_know(installation, drop):
    path = drop("x", Shape({"Kenteken": "plate", "Klantadres": "mail", "Wie": "nr_customer"}, {}))
    running = installation.start("init", "--from", path, stdin=subprocess.PIPE)
    answers = ("", "last_name=Wie", "", "noord", "Garage Noord", "https://api.example.nl/v1", "", "")
    out, err = running.communicate("".join(f"{each}\n" for each in answers), timeout=60)
    assert running.returncode == 0, err
    assert "achternaam ontbreekt nog" in err and "geschreven:" in out
    assert settings_of(installation)["columns"]["last_name"] == "Wie"


@pytest.mark.parametrize(
    ("content", "sentence"),
    [(b"<?xml version='1.0'?><a/>", "XML"), (b"PK\x03\x04rest", "Excel"), (b"\r\n", "leeg")],
)
def test_what_is_no_csv_is_refused_with_what_to_do(installation, tmp_path, content, sentence):
    path = tmp_path / "x.csv"
    path.write_bytes(content)
    said = installation.main("init", "--from", path, *GIVEN, "--yes")
    assert said.status == 2
    assert sentence in said.err


def test_an_export_that_no_longer_fits_is_held_and_names_what_is_gone_and_what_looks_like_it(
    installation, drop
):
    installation.main("init", "--from", drop("dutch_cp1252"), *GIVEN, "--yes")
    later = {("APK-vervaldatum" if name == "APK vervaldatum" else name): key for name, key in DUTCH.items()}
    seen = installation.ask("preview", drop("later", Shape(later, {})))
    assert "ontbreekt de kolom “APK vervaldatum” (bedoelt u “APK-vervaldatum”?)" in seen["file_error"]


def test_an_export_without_a_header_with_another_number_of_columns_is_held(installation, drop):
    installation.main("init", "--from", drop("no_header_cp1252"), *GIVEN, "--yes")
    later = Shape({**BARE, "15": "phone"}, {}, headed=False)
    assert "15 cellen" in installation.ask("preview", drop("later", later))["file_error"]


def test_nothing_is_asked_of_igarage_and_the_export_stays_as_it_was(installation, sandbox, drop):
    path = drop("dutch_cp1252")
    before = (path.read_bytes(), path.stat().st_mtime_ns)
    installation.main("init", "--from", path, *GIVEN, "--yes")
    assert sandbox.requests() == []
    assert (path.read_bytes(), path.stat().st_mtime_ns) == before
    assert not installation.state.exists()


def test_a_workbook_is_read_as_any_export(installation):
    path = Path(__file__).parents[2] / "plugins" / "generic_csv" / "sample" / "klanten.xlsx"
    said = installation.main("init", "--from", path, *GIVEN, "--json")
    assert (said.status, said.err) == (0, "")
    assert {"plate", "email"} <= set(said.json["columns"]) and {"last_name", "full_name"} & set(
        said.json["columns"]
    )
    assert installation.main("config", "check").status == 0
    seen = installation.ask("preview", path)
    assert (seen["file_error"], seen["rejected"]) == (None, [])
    assert seen["new"] > 0


def test_of_a_workbook_no_delimiter_and_no_encoding_is_told(installation):
    path = Path(__file__).parents[2] / "plugins" / "generic_csv" / "sample" / "klanten.xlsx"
    said = installation.main("init", "--from", path, *GIVEN, "--yes")
    first = said.out.splitlines()[0]
    assert re.fullmatch(r"bestand klanten\.xlsx · werkblad “Klanten” · kopregel op regel \d+", first)


def test_where_each_date_alone_could_be_another_the_format_is_said_outright(installation, drop):
    shape = Shape(SMALL, {}, form="%d/%m/%Y")
    found = installation.main("init", "--from", drop("x", shape), *GIVEN, "--json").json
    assert found["columns"]["apk_due"] == {"column": "APK datum", "format": "%d/%m/%Y"}
    assert found["preview"]["warnings"] == {}


def test_a_company_will_do_for_a_last_name(installation, drop):
    shape = Shape({"Kenteken": "plate", "E-mail": "mail", "Bedrijfsnaam": "last"}, {})
    said = installation.main("init", "--from", drop("x", shape), *GIVEN, "--json")
    assert said.status == 0
    assert said.json["columns"] == {"plate": "Kenteken", "email": "E-mail", "company": "Bedrijfsnaam"}
