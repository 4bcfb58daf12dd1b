"""S06: names that lead out of the folder, as names of files, of columns, of sheets and in cells."""

from __future__ import annotations

import io
import os

import openpyxl
import pytest

posix = pytest.mark.skipif(os.name == "nt", reason="Windows has no such names")
NAMES = (
    "x\\..\\..\\klanten.csv",
    "%2e%2e%2fklanten.csv",
    "klanten.csv;rm -rf .csv",
    "$(id).csv",
    "-rf.csv",
)


def everything(folder) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*"))


@posix
@pytest.mark.parametrize("name", NAMES)
def test_a_file_with_such_a_name_is_read_where_it_lies_and_nothing_is_made(
    garage, car, tmp_path, name: str
) -> None:
    garage.drop(garage.export(car(1)).read_bytes(), name, at=2_000_000_000.0)
    (garage.export_folder / "klanten.csv").unlink()
    garage.run()
    before = everything(tmp_path)
    garage.drop(
        (garage.export_folder / name).read_bytes().replace(b"60500", b"70500"), name, at=2_000_000_060.0
    )
    assert garage.run().status == 0
    assert garage.stand()["sources"][0]["last_file"] == name
    assert everything(tmp_path) == before


def test_a_hidden_name_is_no_export(garage, car) -> None:
    garage.export(car(1)).rename(garage.export_folder / "..klanten.csv")
    assert garage.run().status == 0
    assert garage.counts() == {}


@pytest.mark.parametrize("pattern", ["../*.csv", "..", "a/b.csv", "..\\*.csv", "/etc/*"])
def test_a_pattern_that_leads_out_is_a_mistake(garage, pattern: str) -> None:
    garage.configure(source={"pattern": [pattern]})
    said = garage.main("config", "check")
    assert said.status == 4
    assert "pattern" in said.out + said.err


@pytest.mark.parametrize(
    "text", ["../../etc/passwd", "..\\..\\x", "/etc/passwd", "C:\\x", "file:///etc/passwd"]
)
def test_in_cells_it_is_a_text_like_any_other(garage, sandbox, car, tmp_path, text: str) -> None:
    garage.export(car(1, name=text, make=text), car(2, **{"plate": text}))
    garage.run()
    assert [(deed.plate, deed.body["customer"]["last_name"]) for deed in garage.deeds()] == [("ZZ001Z", text)]
    assert [row["code"] for row in garage.ask("rejected")] == ["plate_foreign_needs_country"]
    assert all("passwd" not in path and ".." not in path for _, path in garage.asked())


def test_a_sheet_with_such_a_name_is_a_sheet(garage) -> None:
    made, packed = openpyxl.Workbook(), io.BytesIO()
    made.active.title = "..!..!etc"
    for row in (("Kenteken", "Achternaam", "E-mail"), ("ZZ-001-Z", "Klant", "klant@voorbeeld.example")):
        made.active.append(row)
    made.save(packed)
    columns = {"plate": "Kenteken", "last_name": "Achternaam", "email": "E-mail"}
    garage.configure(source={"pattern": ["*.xlsx"], "settings": {"sheet": "..!..!etc", "columns": columns}})
    garage.drop(packed.getvalue(), "klanten.xlsx", at=1_790_000_000.0)
    assert garage.run().status == 0
    assert garage.counts() == {"total": 1, "delivered": 1}
