"""Formulas that gave no value: they are told apart from empty cells, for an opt-out that failed is no "no"."""

from __future__ import annotations

import io
import zipfile

import openpyxl
import pytest

from connector.errors import SourceFormatError
from connector.kit import read_xlsx
from connector.kit.sheet_formulas import without_value
from connector.kit.unpacking import Archive
from connector.model import ExportFile

WORKBOOK = (
    b'<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
    b' xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets>'
    b'<sheet name="Oud &amp; nieuw" sheetId="1" r:id="rId2"/><sheet name="Lijst" sheetId="2" r:id="rId1"/>'
    b"</sheets></workbook>"
)
LINK = b'<Relationship Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet"'
LINKS = (
    b'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
    + LINK
    + b' Target="worksheets/een.xml" Id="rId1"/>'
    + LINK
    + b' Target="/xl/worksheets/twee.xml" Id="rId2"/></Relationships>'
)
TYPES = b'<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>'


def text(place: str, value: str) -> str:
    return f'<c r="{place}" t="inlineStr"><is><t>{value}</t></is></c>'


def row(number: int, *cells: str) -> str:
    return f'<row r="{number}">{"".join(cells)}</row>'


def sheet(*rows: str) -> bytes:
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    return f'<worksheet xmlns="{main}"><sheetData>{"".join(rows)}</sheetData></worksheet>'.encode()


def packed(one: bytes, two: bytes, *, links: bytes = LINKS) -> bytes:
    """A workbook of which the first sheet, `Oud & nieuw`, is the second member."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        for name, content in (
            ("[Content_Types].xml", TYPES),
            ("xl/workbook.xml", WORKBOOK),
            ("xl/_rels/workbook.xml.rels", links),
            ("xl/worksheets/een.xml", one),
            ("xl/worksheets/twee.xml", two),
        ):
            archive.writestr(name, content)
    return made.getvalue()


def found(cell: str) -> set[tuple[int, int]]:
    archive = Archive(packed(sheet(row(2, text("A2", "x"), cell)), sheet()))
    return without_value(archive, "Lijst")


@pytest.mark.parametrize(
    "cell",
    [
        '<c r="B2" t="e"><v>#N/A</v></c>',
        "<c t='e' r='B2'><f>VLOOKUP(1,X,1)</f><v>#REF!</v></c>",
        '<c r="B2" s="1" t = "e" ><v>#DIV/0!</v></c>',
        '<c r="B2"><f>1/0</f></c>',
        '<c r="B2"><f>1/0</f><v/></c>',
        '<c r="B2"><f>1/0</f><v></v></c>',
        '<c r="B2"><f t="shared" si="0"/></c>',
        '<x:c r="B2"><x:f>A1</x:f><x:v></x:v></x:c>',
    ],
)
def test_a_formula_that_failed_or_was_never_worked_out_has_no_value(cell: str) -> None:
    assert found(cell) == {(2, 2)}


@pytest.mark.parametrize(
    "cell",
    [
        "",
        '<c r="B2"/>',
        '<c r="B2" s="1"></c>',
        '<c r="B2"><v>0</v></c>',
        '<c r="B2"><f>A1</f><v>0</v></c>',
        '<c r="B2" t="b"><f>A1</f><v>0</v></c>',
        '<c r="B2" t="str"><f>IF(A1=1,"ja","")</f><v></v></c>',
        '<c r="B2" t="str"><f>A1</f></c>',
        '<c r="B2" t="inlineStr"><is><t>t="e"</t></is></c>',
        '<c t="e"><v>#N/A</v></c>',  # it does not say where it stands
    ],
)
def test_whatever_else_a_cell_holds_is_its_value(cell: str) -> None:
    assert found(cell) == set()


def test_an_empty_cell_does_not_take_its_neighbour_for_its_own(  # `<c/>` has no end of its own
) -> None:
    assert found('<c r="B2"/><c r="C2" t="e"><v>#N/A</v></c><c r="D2"/>') == {(2, 3)}


def test_each_sheet_has_its_own_by_the_name_it_is_shown_with() -> None:
    failed = '<c r="{}" t="e"><v>#N/A</v></c>'
    archive = Archive(packed(sheet(row(5, failed.format("A5"))), sheet(row(700, failed.format("AB700")))))
    assert without_value(archive, "Lijst") == {(5, 1)}
    assert without_value(archive, "Oud & nieuw") == {(700, 28)}
    assert without_value(archive, "elders") == set()


def test_a_row_is_found_wherever_the_blocks_of_its_member_part() -> None:
    rows = [
        row(number, text(f"A{number}", "x" * 61), f'<c r="B{number}" t="e"><v>#N/A</v></c>')
        for number in range(1, 9001)
    ]
    archive = Archive(packed(sheet(*rows), sheet()))
    assert without_value(archive, "Lijst") == {(number, 2) for number in range(1, 9001)}


def test_a_sheet_full_of_formulas_without_a_value_is_refused() -> None:
    rows = [row(number, f'<c r="A{number}"><f>B1</f></c>') for number in range(1, 6)]
    with pytest.raises(SourceFormatError, match="formules zonder uitkomst"):
        without_value(Archive(packed(sheet(*rows), sheet())), "Lijst", most=4)


def test_a_record_shows_them_and_no_row_is_made_of_them_alone() -> None:
    made, saved = openpyxl.Workbook(), io.BytesIO()
    for cells in (["Kenteken", "Afgemeld"], ["ZZ-001-Z", "#N/A"], ["ZZ-002-Z", True], ["=1/0", "#REF!"]):
        made.active.append(cells)
    made.save(saved)
    file = ExportFile("lijst.xlsx", lambda: io.BytesIO(saved.getvalue()), len(saved.getvalue()))
    assert [list(record.values.values()) for record in read_xlsx(file, names=("Kenteken",)).records] == [
        ["ZZ-001-Z", "#FOUT"],
        ["ZZ-002-Z", "WAAR"],
    ]
