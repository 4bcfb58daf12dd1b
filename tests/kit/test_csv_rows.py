from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable
from itertools import accumulate
from typing import BinaryIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.errors import SourceFormatError, SourceUnavailable
from connector.kit import read_csv
from connector.kit.csv_rows import RUN
from connector.kit.physical import RECORD_LIMIT
from connector.model import ExportFile, Fault, SourceRecord
from connector.reciting import Recited, beside

Export = Callable[[bytes], ExportFile]


def lines_and_values(file: ExportFile, **form: str) -> list[tuple[int | None, list[str]]]:
    return [(record.line, list(record.values.values())) for record in read_csv(file, **form)]


def refusal(file: ExportFile, **form: str) -> SourceFormatError:
    with pytest.raises(SourceFormatError) as caught:
        list(read_csv(file, **form))
    return caught.value


# ---------------------------------------------------------------- layout and header


def test_layout_and_records(export: Export) -> None:
    table = read_csv(export("Kenteken;E-mail privé\n12-AB-34;j@example.nl\n".encode("cp1252")))
    assert (table.layout.columns, table.layout.encoding) == (("Kenteken", "E-mail privé"), "cp1252")
    assert (table.layout.delimiter, table.layout.header_line) == (";", 1)
    told = [each._replace(digest=None) for each in table]
    assert told == [SourceRecord({"Kenteken": "12-AB-34", "E-mail privé": "j@example.nl"}, 2)]


def test_records_can_be_read_again(export: Export) -> None:
    table = read_csv(export(b"a;b\n1;2\n"))
    assert list(table) == list(table) != []


@pytest.mark.parametrize("data", [b"a;b", b"a;b\n", b"a;b\r\n\r\n"])
def test_a_header_alone_is_a_table_without_records(export: Export, data: bytes) -> None:
    table = read_csv(export(data))
    assert table.layout.columns == ("a", "b")
    assert list(table) == []


@pytest.mark.parametrize(
    "data", [b"", b"\0" * 9, b"\x1a", b"\n\n", b" \r\n\t\n", b"\xef\xbb\xbf", b";;;\n;;;\n"]
)
def test_a_file_without_header_is_refused(export: Export, data: bytes) -> None:
    assert "geen kopregel" in str(refusal(export(data)))


def test_blank_lines_before_the_header_are_counted(export: Export) -> None:
    table = read_csv(export(b"\r\n;;\r\na;b;c\r\n1;2;3\r\n"))
    assert table.layout.header_line == 3
    assert [record.line for record in table] == [4]


def test_a_bom_is_no_part_of_the_first_name(export: Export) -> None:
    assert read_csv(export(b"\xef\xbb\xbfa;b\n1;2\n"), encoding="utf-8").layout.columns == ("a", "b")


@pytest.mark.parametrize(
    ("header", "keys"),
    [
        ("Naam;Naam;Naam", ["Naam", "Naam (2)", "Naam (3)"]),
        ("Naam;Naam (2);Naam", ["Naam", "Naam (2)", "Naam (3)"]),
        ("Naam;Naam;Naam (2)", ["Naam", "Naam (3)", "Naam (2)"]),
        ("a;;b;", ["a", "", "b", " (2)"]),
    ],
)
def test_doubled_names_are_told_apart_and_shown_as_they_stand(
    export: Export, header: str, keys: list[str]
) -> None:
    row = ";".join("1234"[: header.count(";") + 1])
    table = read_csv(export(f"{header}\n{row}\n".encode()))
    assert table.layout.columns == tuple(header.split(";"))
    assert [list(record.values) for record in table] == [keys]


def test_five_thousand_columns_pass_and_one_more_does_not(export: Export) -> None:
    wide = read_csv(export(b";" * 4_999 + b"a\n"), delimiter=";")
    assert len(wide.layout.columns) == 5_000
    assert "5000 kolommen" in str(refusal(export(b";" * 5_000 + b"a\n"), delimiter=";"))


def test_a_header_in_another_encoding_is_refused(export: Export) -> None:
    error = refusal(export("Kenteken;E-mail privé\n".encode("cp1252")), encoding="utf-8")
    assert error.line == 1
    assert "codering utf-8" in str(error)


def test_a_file_that_changes_between_looks_is_not_read_with_shifted_columns() -> None:
    looks = iter([b"a;b\n1;2\n", b"a;b\n1;2\n", b"b;a\n2;1\n"])
    file = ExportFile("x.csv", lambda: io.BytesIO(next(looks)), 8)
    table = read_csv(file, encoding="utf-8", delimiter=";")
    with pytest.raises(SourceUnavailable):
        list(table)


# ---------------------------------------------------------------- physical lines


@pytest.mark.parametrize("end", ["\n", "\r", "\r\n"])
def test_lines_are_physical_with_any_line_end(export: Export, end: str) -> None:
    data = end.join(["a;b", "1;2", "", '3;"4', 'and";', "", "5;6", "7;8"])
    rows = lines_and_values(export(data.encode()))
    assert rows == [(2, ["1", "2"]), (4, ["3", f"4{end}and"]), (7, ["5", "6"]), (8, ["7", "8"])]


def test_lines_with_mixed_ends(export: Export) -> None:
    rows = lines_and_values(export(b'a;b\r\n1;2\n3;"x\r\ny\rz"\r5;6\r\n'))
    assert rows == [(2, ["1", "2"]), (3, ["3", "x\r\ny\rz"]), (6, ["5", "6"])]


def test_only_line_ends_part_lines(export: Export) -> None:
    text = "a;b\nform\x0cfeed;\x0b\x1c\x85\u2028\n3;4\n"
    assert [line for line, _ in lines_and_values(export(text.encode()))] == [2, 3]


# ---------------------------------------------------------------- faults of one row


@pytest.mark.parametrize(
    ("row", "fault"),
    [
        ("1;2;3", None),
        ("1;2;3;;  ;", None),
        (
            "1;2",
            Fault(
                "row_too_short",
                "Deze regel heeft 2 kolommen, verwacht zijn er 3; controleer op een ontbrekend scheidingsteken.",
            ),
        ),
        (
            "x",
            Fault(
                "row_too_short",
                "Deze regel heeft 1 kolom, verwacht zijn er 3; controleer op een ontbrekend scheidingsteken.",
            ),
        ),
        (
            "1;2;3;;5",
            Fault(
                "row_too_long",
                "Deze regel heeft 5 kolommen, verwacht zijn er 3; "
                "controleer op een scheidingsteken te veel in een cel.",
            ),
        ),
    ],
)
def test_rows_of_another_width(export: Export, row: str, fault: Fault | None) -> None:
    first, bad, last = read_csv(export(f"a;b;c\n1;2;3\n{row}\n4;5;6\n".encode()), delimiter=";")
    assert (bad.fault, bad.line) == (fault, 3)
    assert list(bad.values.values()) == row.split(";")[:3]
    assert (first.fault, last.fault) == (None, None)


def test_unnamed_last_columns_of_the_header_may_be_left_out(export: Export) -> None:
    rows = list(read_csv(export(b"a;b;;\n1;2\n1;2;;\n1;2;3;4\n")))
    assert [row.fault for row in rows] == [None, None, None]


def test_a_row_in_another_encoding_is_rejected_alone(export: Export) -> None:
    data = "Kenteken;Achternaam\n1;Müller\n2;Çelik\n".encode() + b"3;Jos\xe9 Pi\xf1a\n4;Bos\n"
    bad = list(read_csv(export(data)))[2]
    assert bad.line == 4
    assert bad.fault is not None
    assert (bad.fault.code, bad.fault.column, bad.fault.value) == (
        "encoding_error",
        "Achternaam",
        "J*** ****",
    )
    assert "“Achternaam”" in bad.fault.message
    assert bad.values["Achternaam"] == "Jos\ufffd Pi\ufffda"
    assert [row.line for row in read_csv(export(data)) if row.fault is None] == [2, 3, 5]


def test_a_given_encoding_rejects_the_rows_that_are_not_in_it(export: Export) -> None:
    rows = list(read_csv(export(b"a;b\n1;\x81\n2;\x80\n"), encoding="cp1252"))
    assert [row.fault.code if row.fault else None for row in rows] == ["encoding_error", None]
    assert rows[1].values["b"] == "€"


def test_damage_in_one_record_of_two_lines_does_not_taint_the_next(export: Export) -> None:
    rows = list(read_csv(export(b'a;b\n1;"\xe9\nx"\n2;3\n'), encoding="utf-8"))
    assert [bool(row.fault) for row in rows] == [True, False]


# ---------------------------------------------------------------- the file is refused


def test_an_unclosed_quote_names_the_line_where_it_was_opened(export: Export) -> None:
    rows = [f"{number};naam;straat" for number in range(1_000)]
    rows[0] = '0;"naam;straat'
    error = refusal(export(("a;b;c\n" + "\n".join(rows)).encode()))
    assert error.line == 2
    assert "aanhalingsteken" in str(error)


@pytest.mark.parametrize(
    ("body", "line"),
    [
        ('1;2\n"3;4\n5;6\n', 3),
        ('1;2\n"3\n";"4\n5;6\n', 4),  # the first quote is closed, on the line where the second begins
        ('1;"2"x\n', 2),
        ('1;"Jan "de" Boer"\n', 2),
        ('1;"x\n2;"Piet";y\n', 2),
        ('1;"a ""b"" c";"\r\n2;3\r\n', 2),
        ('1;"x\ry\r\nz";"open\n2', 4),
        ('1;"' + "x\n" * 200_000, 2),  # more than a cell may hold
    ],
)
def test_misquoted_rows(export: Export, body: str, line: int) -> None:
    assert refusal(export(("a;b\n" + body).encode()), delimiter=";").line == line


def test_rows_before_an_unclosed_quote_are_given_first(export: Export) -> None:
    records = iter(read_csv(export(b'a;b\n1;2\n3;"4\n')))
    assert next(records).line == 2
    with pytest.raises(SourceFormatError):
        next(records)


def test_doubled_and_bare_quotes(export: Export) -> None:
    rows = lines_and_values(export(b'a;b\n1;"5"" velg"\n2;5" velg\n'))
    assert rows == [(2, ["1", '5" velg']), (3, ["2", '5" velg'])]


@pytest.mark.parametrize(("body", "line"), [("1;\0\n", 2), ('1;2\n3;"\n\0"\n', 4)])
def test_binary_data_is_refused(export: Export, body: str, line: int) -> None:
    error = refusal(export(("a;b\n" + body).encode()))
    assert (error.line, "NUL" in str(error)) == (line, True)


@pytest.mark.parametrize(
    "data",
    [
        b"a;b\n1;" + b"x" * 140_000,
        b"a;b\n" + b"1;" * RECORD_LIMIT,
        b"a;b\n" + b'"x\n";' * (RECORD_LIMIT // 4),  # over many lines
        b"x" * (RECORD_LIMIT + 9),
    ],
)
def test_what_is_out_of_bounds_is_refused(export: Export, data: bytes) -> None:
    assert refusal(export(data)).line is not None


def test_a_cell_of_a_hundred_thousand_characters_passes(export: Export) -> None:
    (record,) = read_csv(export(b"a;b\n1;" + b"x" * 100_000 + b"\n"))
    assert len(record.values["b"]) == 100_000


@pytest.mark.parametrize("unit", [b'"a";', b'"a\n', b"x"])
def test_a_record_without_end_is_refused_before_it_fills_the_memory(unit: bytes) -> None:
    class Endless(io.RawIOBase):
        given = 0

        def readable(self) -> bool:
            return True

        def readinto(self, buffer: bytearray) -> int:  # type: ignore[override]
            Endless.given += len(buffer)
            buffer[:] = (unit * len(buffer))[: len(buffer)]
            return len(buffer)

    def opened() -> BinaryIO:
        return io.BufferedReader(Endless())  # type: ignore[type-var]  # a raw stream, whatever typeshed says

    file = ExportFile("x.csv", opened, 1 << 40)
    assert refusal(file, encoding="cp1252").line in (1, 2)
    assert Endless.given < 4 * RECORD_LIMIT


def test_the_files_are_closed(export: Export) -> None:
    opened: list[io.BytesIO] = []

    def open_one() -> BinaryIO:
        opened.append(io.BytesIO(b'a;b\n1;2\n3;"4\n'))
        return opened[-1]

    table = read_csv(ExportFile("x.csv", open_one, 9))
    records = iter(table)
    next(records)
    del records
    with pytest.raises(SourceFormatError):
        list(table)
    assert [stream.closed for stream in opened] == [True] * len(opened)


# ---------------------------------------------------------------- what stands above the header

NAMES = ("Kenteken", "Naam", "E-mail")


@pytest.mark.parametrize(
    ("text", "names", "line"),
    [
        ("Kenteken;Naam;E-mail\n1;2;3\n", NAMES, 1),
        ("Klanten van Garage X\n\nPer:;01-01-2027\nKenteken;Naam;E-mail\n1;2;3\n", NAMES, 4),
        ("Klanten;;\n;;\nKenteken;Naam;E-mail\n1;2;3\n", NAMES, 3),
        ("sep=;\nKenteken;Naam;E-mail\n1;2;3\n", NAMES, 2),
        ('"sep=;"\r\n\r\nKenteken;Naam;E-mail\r\n', NAMES, 3),
        ("Klanten, per 1-1-2027, alle\nkenteken ;NAAM;E-mail;x\n1;2;3;4\n", NAMES, 2),
        ("a;b;c\nKenteken;Naam;x\nKenteken;Naam;x\n", NAMES, 2),  # most of the names, and the first of equals
        ("a;b;c\n1;2;3\n", NAMES, 1),  # none of the names: the widest
        ("Klanten\nVerslag;2027\na;b;c;d;e;f\n1;2;3;4;5;6\n5;6;7;8;9;0\n", (), 3),
        ("a;b;c\n1;2\n1;2\n", (), 1),
        ("a;b\n1;2;3;4\n1;2;3;4\n", (), 1),
    ],
)
def test_the_header_is_found_below_titles(
    export: Export, text: str, names: tuple[str, ...], line: int
) -> None:
    assert read_csv(export(text.encode()), names=names).layout.header_line == line


@pytest.mark.parametrize("delimiter", ["auto", ";"])
@pytest.mark.parametrize("told", ",\t|^")
def test_a_first_line_sep_tells_the_delimiter(export: Export, told: str, delimiter: str) -> None:
    text = f"sep={told}\n" + told.join(NAMES) + f"\n1{told}2;2{told}3\n"
    table = read_csv(export(text.encode()), delimiter=delimiter, names=NAMES)
    assert (table.layout.delimiter, table.layout.columns, table.layout.header_line) == (told, NAMES, 2)
    assert [list(record.values.values()) for record in table] == [["1", "2;2", "3"]]


def test_another_delimiter_than_the_one_set_is_named(export: Export) -> None:
    error = refusal(export(b"Kenteken,Naam,E-mail\n1,2,3\n"), delimiter=";", names=NAMES)  # type: ignore[arg-type]
    assert "ingesteld op “;”, maar in dit bestand is het “,”" in str(error)


def test_the_mapped_names_find_the_delimiter(export: Export) -> None:
    text = "a,b,c,d;x\nKenteken;Naam;E-mail\n1,0,0,0;2;3\n"
    assert read_csv(export(text.encode()), names=NAMES).layout.delimiter == ";"


# ---------------------------------------------------------------- how a file ends


@pytest.mark.parametrize(
    "end",
    [
        "\n",
        "\x1a",
        "\n\x1a",
        "\n\x1a\r\n",
        "\n\0\0\0",
        "\n\x1a\0\0",
        "\x1a\0",
        "\n\n\0\n\x1a\x1a\n",
        "\n" + "\0" * (1 << 16),
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16-le", "utf-16"])
def test_padding_at_the_end_is_no_row(export: Export, end: str, encoding: str) -> None:
    if encoding == "utf-16-le" and "\0" in end:
        return  # of so small a file half is padding, and its encoding is not to be known
    rows = lines_and_values(export(("a;b\n1;2\n3;4" + end).encode(encoding)))
    assert rows == [(2, ["1", "2"]), (3, ["3", "4"])]


def test_a_control_z_among_the_rows_ends_nothing(export: Export) -> None:
    rows = lines_and_values(export(b"a;b\n1;2\n\x1a\n3;\x1a\n5;6\n"))
    assert rows == [(2, ["1", "2"]), (3, ["\x1a"]), (4, ["3", "\x1a"]), (5, ["5", "6"])]


@pytest.mark.parametrize(
    ("text", "line"),
    [("a;b\n1;2\n\0\0\n3;4\n", 3), ("a;b\n1;2\n3;4\0\0", 3), ("a;b\n1;2\n" + "\0" * 70_000, 3)],
)
def test_nul_among_the_data_or_without_end_is_refused(export: Export, text: str, line: int) -> None:
    error = refusal(export(text.encode()))
    assert error.line == line
    assert "NUL" in str(error)


def test_utf16_that_ends_within_a_character_is_refused(export: Export) -> None:
    error = refusal(export("a;b\n1;2\n3;4".encode("utf-16")[:-1]))
    assert (error.line, "midden in een teken" in str(error)) == (3, True)


def test_a_lone_surrogate_in_utf16_rejects_its_row_alone(export: Export) -> None:
    rows = list(read_csv(export("a;b\n1;Jos\ud800\n2;é\n".encode("utf-16-le", "surrogatepass"))))
    assert [row.fault.code if row.fault else None for row in rows] == ["encoding_error", None]
    assert rows[0].values["b"] == "Jos\ufffd"


# ---------------------------------------------------------------- any text, any bytes

CELLS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=8)
ROWS = st.integers(1, 4).flatmap(
    lambda width: st.lists(st.lists(CELLS, min_size=width, max_size=width), min_size=1, max_size=6)
)


@given(rows=ROWS, end=st.sampled_from(["\n", "\r", "\r\n"]), delimiter=st.sampled_from(";,\t|"))
def test_what_a_csv_writer_writes_is_read_back_with_its_lines(
    export: Export, rows: list[list[str]], end: str, delimiter: str
) -> None:
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=delimiter, lineterminator=end, quoting=csv.QUOTE_ALL)
    header = [f"kolom {number}" for number in range(len(rows[0]))]
    writer.writerows([header, *rows])
    lines = accumulate((1 + len(re.findall("\r\n|\r|\n", "\x1f".join(row))) for row in rows), initial=2)
    written = [(line, row) for line, row in zip(lines, rows, strict=False) if len(row) > 1 or row[0].strip()]
    data = text.getvalue().encode()
    assert lines_and_values(export(data), encoding="utf-8", delimiter=delimiter) == written


@given(st.lists(st.sampled_from([b'"', b";", b",", b"\n", b"\r", b"a", b"\xe9", b"\xc3\xa9", b"\0", b" "])))
def test_any_bytes_are_rows_or_a_format_error(export: Export, parts: list[bytes]) -> None:
    try:
        records = list(read_csv(export(b"".join(parts))))
    except SourceFormatError as error:
        assert str(error)
    else:
        text = repr([(record.values, record.fault) for record in records])
        assert not re.search("[\ud800-\udfff]", text)


@given(st.binary())
def test_any_binary_data_is_rows_or_a_format_error(export: Export, data: bytes) -> None:
    try:
        list(read_csv(export(data)))
    except SourceFormatError as error:
        assert str(error)


# ---------------------------------------------------------------- what was said before


def told(file: ExportFile, said: set[bytes], **form: str) -> list[tuple[int | None, bytes | None, bool]]:
    """Line and digest of each record, and whether it was cut."""
    found: list[tuple[int | None, bytes | None, bool]] = []
    for each in beside(read_csv(file, **form).records, said):
        if isinstance(each, Recited):
            found += ((line, digest, False) for line, digest in zip(each.lines, each.digests, strict=True))
        else:
            found.append((each.line, each.digest, True))
    return found


def digests(file: ExportFile, **form: str) -> list[bytes]:
    return [each.digest or b"" for each in read_csv(file, **form)]


def test_a_record_that_was_said_before_is_told_by_its_digest_and_not_cut(export: Export) -> None:
    before = digests(export(b"a;b\n1;2\n3;4\n5;6\n"))
    found = told(export(b"a;b\n9;9\n3;4\n\n5;6\n7;8\n1;2"), set(before))
    assert [(line, is_cut) for line, _, is_cut in found] == [
        (2, True),
        (3, False),
        (5, False),
        (6, True),
        (7, False),
    ]
    assert {digest for _, digest, is_cut in found if not is_cut} == set(before)


def test_who_says_the_same_twice_is_told_by_the_digest_once(export: Export) -> None:
    before = digests(export(b"a;b\n1;2\n"))
    found = told(export(b"a;b\n1;2\n1;2\n"), set(before))
    assert found == [(2, before[0], False), (3, before[0], True)]


@pytest.mark.parametrize("data", [b"a;b\r\n1;2\r\n", b"a;b\n0;0\n1;2", b"a;b\r1;2\r"])
def test_line_ends_and_neighbours_are_nothing_to_a_record(export: Export, data: bytes) -> None:
    assert digests(export(data))[-1] == digests(export(b"a;b\n1;2\n"))[0]


@pytest.mark.parametrize("data", [b"a;c\n1;2\n", b"a,b\n1,2\n", b"a;b\n1;2 \n", b'a;b\n1;"2"\n'])
def test_a_record_under_another_header_or_written_otherwise_is_another(export: Export, data: bytes) -> None:
    assert digests(export(data)) != digests(export(b"a;b\n1;2\n"))


def test_a_long_run_is_told_in_parts(export: Export) -> None:
    data = b"a;b\n" + b"".join(b"%d;x\n" % number for number in range(RUN * 2 + 5))
    said = set(digests(export(data)))
    runs = [each for each in beside(read_csv(export(data)).records, said) if isinstance(each, Recited)]
    assert [len(each.digests) for each in runs] == [RUN, RUN, 5] and said == set()


CELL = st.text(st.sampled_from('ab"\n;é'), max_size=4)


@given(rows=st.lists(st.tuples(CELL, CELL), max_size=8), data=st.data())
def test_of_any_records_those_said_before_are_left_uncut_and_nothing_else_differs(
    rows: list[tuple[str, str]], data: st.DataObject
) -> None:
    text = io.StringIO()
    csv.writer(text, delimiter=";", lineterminator="\n").writerows([("a", "b"), *rows])
    content = text.getvalue().encode()
    file = ExportFile("klanten.csv", lambda: io.BytesIO(content), len(content))
    all_of_it = [(each.line, each.digest) for each in read_csv(file, encoding="utf-8", delimiter=";")]
    said = (
        data.draw(st.sets(st.sampled_from([digest or b"" for _, digest in all_of_it])))
        if all_of_it
        else set()
    )
    left = set(said)
    found = told(file, left, encoding="utf-8", delimiter=";")
    assert [(line, digest) for line, digest, _ in found] == all_of_it
    uncut = [digest for _, digest, is_cut in found if not is_cut]
    assert len(uncut) == len(set(uncut)) and {*uncut, *left} == said
