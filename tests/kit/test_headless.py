"""An export without a header, under the names that the garage's file gives its columns."""

from __future__ import annotations

import pytest
from pydantic import TypeAdapter, ValidationError

from connector.errors import SourceFormatError
from connector.kit import Header, read_headless
from connector.reciting import Recited, beside

NAMES = ("kenteken", "naam", "plaats")
ROWS = (
    b'ZZ-001-Z;Jansen;Ons Dorp\r\nZZ-002-Z;"De\r\nBoer";Verderop\r\nZZ-003-Z;Vos\r\nZZ-004-Z;Bos;Verderop\r\n'
)


def test_the_first_line_is_a_record_and_lines_are_those_of_the_export(export):
    table = read_headless(export(ROWS), NAMES)
    assert (table.layout.columns, table.layout.delimiter, table.layout.header_line) == (NAMES, ";", None)
    assert [record.line for record in table] == [1, 2, 4, 5]
    assert next(iter(table)).values == {"kenteken": "ZZ-001-Z", "naam": "Jansen", "plaats": "Ons Dorp"}


def test_a_fault_is_that_of_a_row_and_names_the_given_column(export):
    records = list(read_headless(export(ROWS), NAMES))
    assert [record.fault.code if record.fault else None for record in records] == [
        None,
        None,
        "row_too_short",
        None,
    ]
    damaged = "ZZ-001-Z;Çelik;Één\r\n".encode() * 9 + b"ZZ-002-Z;Ren\xe9;Dorp\r\n"
    fault = list(read_headless(export(damaged), NAMES))[-1].fault
    assert fault is not None and (fault.code, fault.column) == ("encoding_error", "naam")


@pytest.mark.parametrize("row", [b"ZZ-001-Z;Jansen\r\n", b"ZZ-001-Z;Jansen;Dorp;06\r\n"])
def test_another_number_of_columns_holds_the_file_and_shows_no_cell(export, row):
    with pytest.raises(SourceFormatError, match="3 kolomnamen") as caught:
        read_headless(export(row), NAMES)
    assert caught.value.line == 1
    assert "Jansen" not in str(caught.value)


def test_an_unclosed_quote_is_on_its_own_line(export):
    with pytest.raises(SourceFormatError) as caught:
        list(read_headless(export(b'ZZ-001-Z;Jansen;Dorp\r\nZZ-002-Z;"Vos;Dorp\r\n'), NAMES))
    assert caught.value.line == 2


def test_a_bom_stays_in_front(export):
    table = read_headless(export(b"\xef\xbb\xbf" + ROWS), NAMES)
    assert table.layout.encoding == "utf-8-sig"
    assert next(iter(table)).values["kenteken"] == "ZZ-001-Z"


def test_the_records_can_be_read_twice(export):
    table = read_headless(export(ROWS), NAMES)
    assert list(table) == list(table)


def test_what_was_said_before_is_told_on_the_lines_of_the_export(export):
    table = read_headless(export(ROWS), NAMES)
    first, *_, last = [record.digest for record in table]
    told = list(beside(table.records, {first, last}))
    assert [each.lines if isinstance(each, Recited) else each.line for each in told] == [[1], 2, 4, [5]]


@pytest.mark.parametrize("names", [["a", "A "], ["a", " "], ["a", "b\n"]])
def test_columns_have_each_a_name_of_their_own(names):
    with pytest.raises(ValidationError):
        TypeAdapter(Header).validate_python(names)
