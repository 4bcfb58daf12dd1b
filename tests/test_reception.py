"""Reception's list: what goes out opens in a sheet without doing anything, and what comes back is read by its lines."""

from __future__ import annotations

import csv
import io

import pytest

from connector.reception import COLUMNS, Filled, Mistake, Wrong, filled_in, written

LINE = Wrong("ZZ001Z", "J. Jansen", "jan@gmail.con", "lijkt een tikfout", "jan@gmail.com", "0612345678")
HEAD = ";".join(COLUMNS)


def sheet(*lines: str, head: str = HEAD) -> bytes:
    return "\r\n".join((head, *lines, "")).encode()


def test_a_list_goes_out_as_a_dutch_sheet_opens_it() -> None:
    text = written([LINE])
    assert text.startswith(b"\xef\xbb\xbfkenteken;naam;")
    (row,) = csv.DictReader(io.StringIO(text.decode("utf-8-sig")), delimiter=";")
    assert list(row.values()) == ["ZZ001Z", "J. Jansen", "jan@gmail.con", *list(row.values())[3:6], ""]


@pytest.mark.parametrize("begin", ["=", "+", "-", "@", "\t", "\r", "\n"])
def test_no_cell_is_a_formula(begin: str) -> None:
    evil = f"{begin}HYPERLINK(1)"
    text = written([Wrong(evil, evil, evil, evil, evil, evil)]).decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=";"))
    assert all(cell in ("", f"'{evil}") for cell in rows[1])


def test_what_goes_out_comes_back_with_its_new_address() -> None:
    evil = Wrong("ZZ-002-Z", "=1+1", "=jan@voorbeeld.example", "", "", "+31612345678")
    text = written([LINE, evil]).decode("utf-8-sig").replace("678;\r\n", "678;goed@voorbeeld.example\r\n")
    assert filled_in(text.encode("utf-8-sig")) == (
        [
            Filled(2, "ZZ001Z", "jan@gmail.con", "goed@voorbeeld.example"),
            Filled(3, "ZZ002Z", "=jan@voorbeeld.example", "goed@voorbeeld.example"),
        ],
        [],
    )


@pytest.mark.parametrize("delimiter", [";", ",", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252"])
def test_a_list_is_read_however_the_sheet_saved_it(delimiter: str, encoding: str) -> None:
    head = HEAD.replace(";", delimiter)
    line = "ZZ-001-Z;Çelik;fout@voorbeeld.example;;;;goed@voorbeeld.example".replace(";", delimiter)
    found, mistakes = filled_in(f"{head}\r\n{line}\r\n".encode(encoding))
    assert [each.plate for each in found] == ["ZZ001Z"] and mistakes == []


def test_lines_left_empty_are_passed_over_and_the_others_keep_their_number() -> None:
    found, _ = filled_in(sheet("ZZ001Z;;a@b.nl;;;;", "", "ZZ002Z;;a@b.nl;;;;c@voorbeeld.example"))
    assert [(each.line, each.plate) for each in found] == [(4, "ZZ002Z")]


@pytest.mark.parametrize(
    ("content", "line", "says"),
    [
        (b"", 1, "kolom kenteken ontbreekt"),
        (sheet(head="kenteken;onjuist adres"), 1, "kolom nieuw adres ontbreekt"),
        (sheet("ZZ001Z;;a@b.nl;;;;geen adres"), 2, "apenstaartje"),
        (sheet(";;a@b.nl;;;;c@voorbeeld.example"), 2, "het kenteken"),
        (sheet("ZZ001Z;;a@b.nl;;;;c@voorbeeld.example;meer"), 2, "een kolom te veel"),
    ],
)
def test_a_mistake_is_told_with_its_line(content: bytes, line: int, says: str) -> None:
    found, (mistake,) = filled_in(content)
    assert found == [] and isinstance(mistake, Mistake)
    assert mistake.line == line and says in mistake.message


@pytest.mark.parametrize("content", [b"\0\xff;\r\n\0", b'"', HEAD.encode() + b'\r\n"' + b"x" * 200_000])
def test_nothing_that_is_no_list_breaks_it(content: bytes) -> None:
    found, _mistakes = filled_in(content)
    assert found == []
