"""Rows of Excel workbooks made by a real writer, and of workbooks that no writer makes."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Iterable
from datetime import date, datetime, time, timedelta

import openpyxl
import pytest

from connector.errors import SourceFormatError
from connector.kit import is_workbook, read_xlsx, sheet_bounds, unpacking, xlsx_rows
from connector.model import ExportFile, SourceRecord

Export = Callable[[bytes], ExportFile]
NAMES = ("Kenteken", "Naam", "E-mail")


def book(*sheets: Iterable[Iterable[object]], titles: tuple[str, ...] = ("Blad1", "Blad2", "Blad3")) -> bytes:
    made = openpyxl.Workbook()
    made.remove(made.active)
    for title, rows in zip(titles, sheets, strict=False):
        sheet = made.create_sheet(title)
        for row in rows:
            sheet.append(list(row))
    return saved(made)


def saved(made: openpyxl.Workbook) -> bytes:
    packed = io.BytesIO()
    made.save(packed)
    return packed.getvalue()


def patched(packed: bytes, member: str, change: Callable[[bytes], bytes]) -> bytes:
    """The workbook with one member changed."""
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(packed)) as old, zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(name, change(old.read(name)) if name == member else old.read(name))
    return made.getvalue()


SHEET = "xl/worksheets/sheet1.xml"
DOCTYPE = b"<!DOCTYPE x [<!ENTITY y 'z'>]>"


def refusal(file: ExportFile, **form: object) -> SourceFormatError:
    with pytest.raises(SourceFormatError) as caught:
        list(read_xlsx(file, **form))  # type: ignore[arg-type]
    return caught.value


# ---------------------------------------------------------------- rows


def test_records_stand_under_their_header_with_the_numbers_of_their_rows(export: Export) -> None:
    rows = [
        ["Klantenlijst"],
        [],
        ["Kenteken", "Naam", None, "E-mail"],
        ["ZZ-001-Z", "Jansen", "x", "a@b.nl"],
        [],
        ["ZZ-002-Z"],
    ]
    table = read_xlsx(export(book(rows)), names=NAMES)
    assert (table.layout.columns, table.layout.header_line) == (("Kenteken", "Naam", "", "E-mail"), 3)
    assert list(table) == [
        SourceRecord({"Kenteken": "ZZ-001-Z", "Naam": "Jansen", "E-mail": "a@b.nl"}, 4),
        SourceRecord({"Kenteken": "ZZ-002-Z", "Naam": "", "E-mail": ""}, 6),
    ]
    assert list(table) == list(table)


def test_a_table_that_does_not_begin_in_the_corner_keeps_its_row_numbers(export: Export) -> None:
    made = openpyxl.Workbook()
    for at, text in {"C5": "Kenteken", "D5": "Naam", "C6": "ZZ-001-Z", "D6": "Jansen"}.items():
        made.active[at] = text
    assert [record.line for record in read_xlsx(export(saved(made)), names=NAMES)] == [6]


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("0612345678", "0612345678"),
        (612345678, "612345678"),
        (46387, "46387"),
        (1.5, "1,5"),
        (0.1 + 0.2, "0,3"),
        (-12.25, "-12,25"),
        (1e15, "1000000000000000"),
        (1e-7, "0,000000100000000"),
        (True, "WAAR"),
        (False, "ONWAAR"),
        (date(2026, 12, 31), "2026-12-31"),
        (datetime(2026, 12, 31), "2026-12-31"),  # noqa: DTZ001
        (datetime(2026, 12, 31, 9, 30), "2026-12-31T09:30:00"),  # noqa: DTZ001
        (time(9, 30), "09:30:00"),
        (timedelta(days=1, hours=3), "1 day, 3:00:00"),
        ("a_x000D_\nb", "a\r\nb"),
        ("=1/0", "#FOUT"),
        ("#N/A", "#FOUT"),
        (None, ""),
        ("'s-Gravenhage 🚗", "'s-Gravenhage 🚗"),
    ],
)
def test_a_cell_is_the_text_that_a_dutch_sheet_shows(export: Export, value: object, text: str) -> None:
    (record,) = read_xlsx(export(book([["a", "b"], ["x", value]])))
    assert record.values["b"] == text


@pytest.mark.parametrize("value", [float("inf"), float("nan")])
def test_a_number_that_is_none_is_empty(value: float) -> None:
    assert xlsx_rows.as_text(value) == ""


def test_doubled_names_are_told_apart(export: Export) -> None:
    (record,) = read_xlsx(export(book([["Naam", "Naam"], ["a", "b"]])))
    assert record.values == {"Naam": "a", "Naam (2)": "b"}


# ---------------------------------------------------------------- which sheet


def test_the_sheet_that_bears_the_mapped_names_is_taken(export: Export) -> None:
    packed = book([["Verslag", "Naam"]], [["x"]], [NAMES, ["1", "2", "3"]])
    assert [record.line for record in read_xlsx(export(packed), names=NAMES)] == [2]


def test_a_hidden_sheet_is_taken_only_by_its_name(export: Export) -> None:
    made = openpyxl.load_workbook(io.BytesIO(book([["Kenteken"], ["1"]], [NAMES, ["1", "2", "3"]])))
    made["Blad2"].sheet_state = "hidden"
    file = export(saved(made))
    assert read_xlsx(file, names=NAMES).layout.columns == ("Kenteken",)
    assert read_xlsx(file, names=NAMES, sheet=" blad2").layout.columns == NAMES


def test_a_sheet_that_is_not_there_is_named_with_those_that_are(export: Export) -> None:
    error = refusal(export(book([["a"]], [["b"]])), sheet="Klanten")
    assert "“Klanten” staat niet in" in str(error)
    assert "“Blad1”, “Blad2”" in str(error)


@pytest.mark.parametrize("rows", [[], [[" "]]])
def test_an_empty_workbook_has_no_header(export: Export, rows: list[list[object]]) -> None:
    assert "geen kopregel" in str(refusal(export(book(rows))))


# ---------------------------------------------------------------- what is no workbook, or too large


def test_a_workbook_is_known_by_its_first_bytes(export: Export) -> None:
    assert is_workbook(export(book([["a"]])))
    assert is_workbook(export(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"))
    assert not is_workbook(export(b"a;b\n"))
    assert not is_workbook(export(b""))


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "wachtwoord"),
        (b"PK\x03\x04 and no more", "beschadigd"),
        (book([["a"]])[:-30], "beschadigd"),
        (patched(book([["a"]]), SHEET, lambda xml: xml[:300]), "beschadigd"),
        (patched(book([["a"]]), "xl/workbook.xml", lambda xml: b"<workbook/>"), "geen kopregel"),
        (patched(book([["a"]]), SHEET, lambda xml: xml.replace(b'r="A1"', b'r="A0"')), "beschadigd"),
        (patched(book([["a"]]), SHEET, lambda xml: DOCTYPE + xml.replace(b'r="A1"', b"")), "beschadigd"),
    ],
)  # fmt: skip
def test_what_is_no_whole_workbook_is_refused(export: Export, data: bytes, words: str) -> None:
    assert words in str(refusal(export(data)))


def test_a_workbook_cut_at_any_byte_is_refused(export: Export) -> None:
    whole = book([NAMES, ["1", "2", "3"]])
    for at in range(4, len(whole), 97):
        refusal(export(whole[:at]))


def test_a_workbook_with_any_byte_changed_is_rows_or_a_refusal(export: Export) -> None:
    whole = book([NAMES, ["1", "2", "3"]])
    for at in range(4, len(whole), 41):
        data = bytearray(whole)
        data[at] ^= 0xFF
        try:
            list(read_xlsx(export(bytes(data)), names=NAMES))
        except SourceFormatError as error:
            assert str(error)


@pytest.mark.parametrize("address", ["XFD1048576", "ZZZZZZZ99999999999", "A6000001"])
def test_one_cell_far_away_is_refused_before_it_fills_the_memory(export: Export, address: str) -> None:
    def change(xml: bytes) -> bytes:
        return xml.replace(b'r="A2"', f'r="{address}"'.encode())

    error = refusal(export(patched(book([["a"], ["b"]]), SHEET, change)))
    assert "ver buiten de gegevens" in str(error)


def test_empty_cells_far_away_are_no_matter(export: Export) -> None:
    made = openpyxl.load_workbook(io.BytesIO(book([["a", "b"], ["x", "y"]])))
    made.active["XFD1048576"].font = openpyxl.styles.Font(bold=True)
    assert [record.line for record in read_xlsx(export(saved(made)))] == [2]


def test_cells_without_an_address_are_counted(export: Export) -> None:
    rows = b"<row>" + b"<c><v>1</v></c>" * 3_000 + b"</row>" + b"<row><c><v>1</v></c></row>" * 3_000
    small = patched(book([["a"]]), SHEET, lambda xml: xml.replace(b' r="A1"', b"").replace(b' r="1"', b""))
    large = patched(
        book([["a"]]),
        SHEET,
        lambda xml: xml.replace(b"<sheetData>", b"<sheetData>" + rows).replace(b'r="A1"', b""),
    )
    assert read_xlsx(export(small)).layout.columns == ("a",)
    assert "ver buiten de gegevens" in str(refusal(export(large)))


def test_a_long_text_used_many_times_is_refused(export: Export) -> None:
    text = "x" * 30_000
    shared = (
        f'<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><si><t>{text}</t></si></sst>'
    )
    cells = "".join(f'<row r="{n}"><c r="A{n}" t="s"><v>0</v></c></row>' for n in range(2, 12_000))
    packed = patched(
        book([["a"]]), SHEET, lambda xml: xml.replace(b"</sheetData>", cells.encode() + b"</sheetData>")
    )
    made = io.BytesIO(packed)
    with zipfile.ZipFile(made, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/sharedStrings.xml", shared)
    assert "te veel tekst" in str(refusal(export(made.getvalue())))


# ---------------------------------------------------------------- bombs and names


def with_member(name: str, content: bytes = b"x") -> bytes:
    made = io.BytesIO(book([["a"]]))
    with zipfile.ZipFile(made, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(zipfile.ZipInfo(name), content, zipfile.ZIP_DEFLATED)
    return made.getvalue()


@pytest.mark.parametrize("name", ["../../evil.xml", "/etc/passwd", "xl/../../x", "C:/x", "..\\x", "\\x"])
def test_a_member_whose_name_leads_out_is_refused(export: Export, name: str) -> None:
    assert "ongeldige naam" in str(refusal(export(with_member(name))))


def test_a_member_that_stands_twice_is_refused(export: Export) -> None:
    with pytest.warns(UserWarning, match="Duplicate name"):
        packed = with_member(SHEET)
    assert "ongeldige naam" in str(refusal(export(packed)))


BOMB = b"<x>" + b" " * (unpacking.UNPACKED_LIMIT + 9) + b"</x>"


def test_a_bomb_that_tells_its_size_is_refused_by_the_directory(export: Export) -> None:
    assert "uitgepakt te groot" in str(refusal(export(with_member("xl/bomb.xml", BOMB))))


def test_a_bomb_that_lies_about_its_size_is_refused_by_counting(export: Export) -> None:
    packed = with_member("xl/bomb.xml", BOMB)
    size, lie = len(BOMB).to_bytes(4, "little"), (9).to_bytes(4, "little")
    assert packed.count(size) == 2
    assert "uitgepakt te groot" in str(refusal(export(packed.replace(size, lie))))


def test_too_many_members_are_refused(export: Export) -> None:
    made = io.BytesIO(book([["a"]]))
    with zipfile.ZipFile(made, "a") as archive:
        for number in range(unpacking.MEMBER_LIMIT):
            archive.writestr(f"xl/{number}", b"")
    assert "te groot" in str(refusal(export(made.getvalue())))


def test_no_more_than_the_limit_is_read_of_a_large_file() -> None:
    class Endless(io.RawIOBase):
        def readable(self) -> bool:
            return True

        def readinto(self, buffer: bytearray) -> int:  # type: ignore[override]
            buffer[:] = b"PK\x03\x04" * (len(buffer) // 4) + b"PKPK"[: len(buffer) % 4]
            return len(buffer)

    file = ExportFile("x.xlsx", lambda: io.BufferedReader(Endless()), 1 << 40)  # type: ignore[type-var,arg-type]
    assert "128 MB" in str(refusal(file))


# ---------------------------------------------------------------- the two ways of counting agree


@pytest.mark.parametrize(
    ("xml", "extent"),
    [
        (b'<row r="1"><c r="A1"><v>1</v></c><c r="C1"/></row>', (1, 1)),
        (b"<row><c><v>1</v></c><c><is><t>x</t></is></c></row><row><c><v>1</v></c></row>", (2, 2)),
        (b'<row r="7"><c s="1"><v>1</v></c></row><row><c><f>1/0</f></c></row>', (8, 1)),
        (b'<x:row xmlns:x="u" r="2"><x:c r="ab2"><x:v>1</x:v></x:c></x:row>', (2, 28)),
    ],
)
def test_the_extent_of_a_sheet_is_that_of_its_filled_cells(xml: bytes, extent: tuple[int, int]) -> None:
    found = sheet_bounds.walked([b"<s>", xml, b"</s>"])
    assert (found.row, found.column) == extent


def test_shared_texts_are_counted_across_blocks() -> None:
    xml = b"<sst><si><t>abc</t></si><si><t>d</t></si></sst>"
    for at in range(len(xml)):
        sizes = sheet_bounds.text_sizes([xml[:at], xml[at:]])
        assert sizes == [len(b"<sst><si><t>abc</t>"), len(b"<si><t>d</t>"), len(b"</sst>")]
