"""`sample make` of XML and of workbooks: nobody is in the copy, and what was wrong is wrong there too."""

from __future__ import annotations

import io
import re
import zipfile
from datetime import date, datetime
from pathlib import Path

import openpyxl
import pytest

SAMPLES = Path(__file__).parents[2] / "plugins" / "carsys" / "sample"
COLUMNS = {
    "plate": "Kenteken", "last_name": "Achternaam", "email": "E-mail", "apk_due": "APK datum", "mileage": "Km stand",
    "phone": "Telefoon", "opt_out": "Afmelding", "make": None,
}  # fmt: skip
HEADER = ["Kenteken", "Achternaam", "E-mail", "APK datum", "Km stand", "Telefoon", "Afmelding", "Opmerking"]
MOMENT = datetime(2027, 6, 15, 10, 30)  # noqa: DTZ001  # as a sheet has it, without a zone
ROWS = [
    ["ZZ-417-Z", "Jansekanarie", "kanarie.een@kooitje.example", date(2027, 5, 14), 60517, 651423987, False, "Vijfuur"],
    ["ZZ-417-Z", "Jansekanarie", "kanarie.een@kooitje.example", date(2027, 5, 14), 60517, 651423987, False, "Vijfuur"],
    ["12-AOE-7", "Vogelnaar", "vogelnaar@kooitje.example", "31-02-2027", 60518.5, "06-51423988", "nee", None],
    ["", "Ledekanarie", "lede@kooitje.example", MOMENT, "1,5", None, True, "x"],
    ["ZZ-420-Z", "Tikfout", "mis.tik@kooitje,example", 46522, "123.456", None, None, None],
    ["ZZ-421-Z", "van der Nachtegaal", "geen", date(2027, 8, 20), None, None, "misschien", None],
    ["WI-AB 1234", "Buitenlander", "buiten@kooitje.example", None, 71234, None, None, None],
]  # fmt: skip
CANARIES = re.compile(
    r"(?i)kanarie|kooitje|vogelnaar|ledekan|tikfout|nachtegaal|buiten|vijfuur|417|60517|651423987|51423988|71234|46522"
    r"|2027-05-14|2027-06-15"
)


def workbook() -> bytes:
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "Lijst van Kanariepiet"
    sheet.append(["Overzicht van Garage Kanarie"])
    sheet.append([])
    for row in [HEADER, *ROWS]:
        sheet.append(row)
    sheet["H4"].comment = openpyxl.comments.Comment("Kanariegeheim", "Kanariebaas")
    sheet["C4"].hyperlink = "mailto:kanarie.een@kooitje.example"
    hidden = book.create_sheet("Blad2")
    hidden.append(["Kanarieoud", 651423987])
    hidden.sheet_state = "hidden"
    book.properties.creator = book.properties.lastModifiedBy = "Kanariebaas"
    written = io.BytesIO()
    book.save(written)
    return written.getvalue()


def made(garage, content: bytes, name: str, *more: str) -> bytes:
    path = garage.drop(content, name)
    output = garage.folder / f"copy-{name}"
    output.unlink(missing_ok=True)
    said = garage.main("sample", "make", path, "--output", output, *more)
    assert (said.status, said.out) == (0, f"geschreven: {output}\n"), said.err
    assert path.read_bytes() == content
    return output.read_bytes()


def told(garage, content: bytes, name: str) -> object:
    """What a preview says, row by row, without what is masked or a person's."""
    path = garage.folder / name
    path.write_bytes(content)
    seen = garage.main("preview", path, "--json").json
    rejected = [(each["line"], each["column"], each["code"]) for each in seen["rejected"]]
    counts = [seen[key] for key in ("rows", "new", "changed", "unchanged", "file_error")]
    return counts, rejected, seen["skipped"], [(each["code"], each["count"]) for each in seen["warnings"]]


@pytest.fixture
def aviary(garage):
    """A garage whose file reads the workbook."""
    garage.configure(source={"pattern": ["*.xlsx"]}, columns=COLUMNS)
    return garage


def members(packed: bytes) -> str:
    with zipfile.ZipFile(io.BytesIO(packed)) as archive:
        return "\n".join(
            [*archive.namelist(), *(archive.read(name).decode("utf-8") for name in archive.namelist())]
        )


def kinds(book: openpyxl.Workbook) -> list[list[type]]:
    """What kind of cell stands where, from the header on; a day is a day with a time or without."""
    alike = {float: int, date: datetime}
    rows = book.worksheets[0].iter_rows(min_row=3, values_only=True)
    return [[alike.get(type(value), type(value)) for value in row] for row in rows]


def test_nobody_is_in_the_copy_of_a_workbook_in_none_of_its_parts(aviary):
    everything = members(made(aviary, workbook(), "klanten.xlsx"))
    assert not set(CANARIES.findall(everything))
    assert "docProps" not in everything and "comments" not in everything


def test_the_copy_of_a_workbook_is_judged_as_the_workbook_is(aviary):
    copy = made(aviary, workbook(), "klanten.xlsx")
    assert told(aviary, copy, "b.xlsx") == told(aviary, workbook(), "a.xlsx")


def test_cells_stay_where_they_are_and_what_they_are(aviary):
    before = openpyxl.load_workbook(io.BytesIO(workbook()))
    after = openpyxl.load_workbook(io.BytesIO(made(aviary, workbook(), "klanten.xlsx")))
    assert [sheet.sheet_state for sheet in after] == ["visible", "hidden"]
    assert kinds(after) == kinds(before)
    assert [cell.value for cell in after.worksheets[0][3]] == HEADER
    assert [cell.value for cell in after.worksheets[0][4]] == [cell.value for cell in after.worksheets[0][5]]


def test_without_a_garage_the_header_of_a_workbook_says_what_columns_hold(installation, tmp_path):
    (tmp_path / "a.xlsx").write_bytes(workbook())
    said = installation.main("sample", "make", tmp_path / "a.xlsx", "--output", tmp_path / "b.xlsx", "--json")
    assert said.status == 0, said.err
    assert {"plate", "last_name", "email", "apk_due"} <= set(said.json["fields"])
    assert not set(CANARIES.findall(members((tmp_path / "b.xlsx").read_bytes())))


def test_a_workbook_that_cannot_be_read_is_not_copied(installation, tmp_path):
    (tmp_path / "a.xlsx").write_bytes(workbook()[:2000])
    said = installation.main("sample", "make", tmp_path / "a.xlsx", "--output", tmp_path / "b.xlsx")
    assert said.status == 2 and "Excel" in said.err
    assert not (tmp_path / "b.xlsx").exists()


# ---------------------------------------------------------------- XML


@pytest.fixture
def carsys(garage):
    """A garage whose file reads CarSys's XML."""
    garage.configure(source={"adapter": "carsys", "pattern": ["*.xml"], "settings": {}})
    return garage


def people(content: str) -> set[str]:
    """The words of a sample that belong to somebody: of four signs and more, in what is no tag's name."""
    said = re.sub(r"</?\w+|\b\w+=", " ", content)
    kept = {"version", "encoding", "8859", "lease", "benzine", "diesel", "elektrisch"}
    kept |= {"opel", "volvo", "fiat", "renault", "skoda"}
    kept |= {"citroën", "škoda", "2026", "2027", "2018", "2019", "2020", "2021", "2022", "2023"}
    return {word for word in re.findall(r"[^\W_]+", said.lower()) if len(word) >= 4} - kept


@pytest.mark.parametrize("name", ["klanten.xml", "klanten-attributen.xml"])
@pytest.mark.parametrize("configured", [True, False])
def test_the_copy_of_xml_has_nobody_in_it_and_is_judged_as_the_export_is(carsys, tmp_path, name, configured):
    content = (SAMPLES / name).read_bytes()
    if configured:
        copy = made(carsys, content, name)
    else:
        nobody = ("--config", tmp_path / "none")
        said = carsys.main("sample", "make", SAMPLES / name, "--output", tmp_path / "copy", *nobody)
        assert said.status == 0, said.err
        copy = (tmp_path / "copy").read_bytes()
    assert not people(content.decode()) & people(copy.decode())
    assert told(carsys, copy, "b.xml") == told(carsys, content, "a.xml")


@pytest.mark.parametrize("encoding", ["utf-16", "utf-8-sig", "iso-8859-1"])
def test_the_encoding_of_xml_stays(carsys, encoding):
    declared = {"utf-16": "UTF-16", "utf-8-sig": "UTF-8", "iso-8859-1": "ISO-8859-1"}[encoding]
    text = (SAMPLES / "klanten.xml").read_text("utf-8").replace("UTF-8", declared).replace("Š", "S")
    copy = made(carsys, text.encode(encoding), "klanten.xml")
    assert copy.decode(encoding).splitlines()[:1] == text.splitlines()[:1]
    assert not people(text) & people(copy.decode(encoding))
    assert told(carsys, copy, "b.xml") == told(carsys, text.encode(encoding), "a.xml")


def test_xml_that_is_broken_is_as_broken_in_the_copy(carsys):
    content = (SAMPLES / "klanten.xml").read_bytes()[:3000]
    copy = made(carsys, content, "klanten.xml")
    assert not people(content.decode()) & people(copy.decode())
    assert told(carsys, copy, "b.xml") == told(carsys, content, "a.xml")
