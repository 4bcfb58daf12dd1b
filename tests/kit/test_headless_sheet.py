"""A sheet of a workbook without a header, under the names that the garage's file gives its columns."""

from __future__ import annotations

from io import BytesIO

import openpyxl
import pytest

from connector.errors import SourceFormatError
from connector.kit import read_headless_sheet

NAMES = ("kenteken", "naam", "plaats")
ROWS = (("ZZ-001-Z", "Jansen", "Ons Dorp"), (), ("ZZ-002-Z", "Bos"), ("ZZ-003-Z", 12, "Verderop"))


def packed(**sheets):
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(list(row))
    content = BytesIO()
    book.save(content)
    return content.getvalue()


def test_every_row_is_a_record_on_its_own_line_and_a_blank_one_is_none(export):
    table = read_headless_sheet(export(packed(Blad1=ROWS)), NAMES)
    assert (table.layout.columns, table.layout.header_line) == (NAMES, None)
    assert [(record.line, *record.values.values()) for record in table] == [
        (1, "ZZ-001-Z", "Jansen", "Ons Dorp"),
        (3, "ZZ-002-Z", "Bos", ""),
        (4, "ZZ-003-Z", "12", "Verderop"),
    ]
    assert list(table) == list(table)


@pytest.mark.parametrize("names", [NAMES[:2], (*NAMES, "telefoon")])
def test_a_sheet_of_another_width_is_held_whole(export, names):
    with pytest.raises(SourceFormatError, match="3 kolommen, en er zijn"):
        read_headless_sheet(export(packed(Blad1=ROWS)), names)


def test_it_is_the_first_sheet_with_anything_in_it_or_the_one_that_is_named(export):
    file = export(packed(Leeg=(), Nu=ROWS, Oud=ROWS[:1]))
    assert len(list(read_headless_sheet(file, NAMES))) == 3
    assert len(list(read_headless_sheet(file, NAMES, sheet="oud "))) == 1


@pytest.mark.parametrize("sheet", [None, "Blad9"])
def test_a_sheet_that_is_not_there_is_refused(export, sheet):
    with pytest.raises(SourceFormatError, match="staat niet in dit Excel-bestand"):
        read_headless_sheet(export(packed(Leeg=())), NAMES, sheet=sheet)
