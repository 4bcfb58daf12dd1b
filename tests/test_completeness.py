"""Whether a file is written to its end, by its name and its first and last bytes."""

from __future__ import annotations

import io
import zipfile

import pytest

from connector.completeness import HEAD, TAIL, is_complete


def zipped(comment: bytes = b"") -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        archive.writestr("xl/workbook.xml", "<workbook/>")
        archive.comment = comment
    return made.getvalue()


def complete(name: str, content: bytes) -> bool:
    return is_complete(name, content[:HEAD], content[-TAIL:])


@pytest.mark.parametrize(
    ("name", "content", "whole"),
    [
        ("a.csv", b"a;b\r\n", True),
        ("a.csv", b"a;b\r", True),
        ("a.csv", b"a;b\n\x1a", True),
        ("a.csv", b"a;b\n\0\0\0", True),
        ("a.csv", "a;b\r\n".encode("utf-16-le"), True),
        ("a.csv", "a;b\r\n".encode("utf-16-be"), True),
        ("a.csv", b"a;b", False),
        ("a.csv", "a;b".encode("utf-16-le"), False),
        ("a.csv", b"", False),
        ("a.txt", b"a\tb\n", True),
        ("A.XLSX", zipped(), True),
        ("a.xlsm", zipped(b"saved by someone"), True),
        ("a.xlsx", zipped(b"c" * 65_535), True),
        ("a.xlsx", zipped()[:-1], False),
        ("a.xlsx", zipped()[:-22], False),
        ("a.xlsx", zipped() + b"\n", False),
        ("a.xlsx", b"a;b\r\n", False),
        ("a.xml", b"<klanten><klant/></klanten>", True),
        ("a.xml", b"<klanten><klant/></klanten >\r\n<!-- einde -->\n", True),
        ("a.xml", b"<?xml version='1.0'?>\n<!-- <klant> --><!DOCTYPE k [<!ELEMENT k ANY>]><k>x</k>", True),
        ("a.xml", b"<k/>", True),
        ("a.xml", b"<k a='1' />\n", True),
        ("a.xml", b"<x:k xmlns:x='u'></x:k>", True),
        ("a.xml", "\ufeff<klanten></klanten>".encode("utf-16-le"), True),
        ("a.xml", b"<klanten><klant></klant>\n", False),
        ("a.xml", b"<klanten><klant></klant></klanten", False),
        ("a.xml", b"<klanten></klanten><!-- half", False),
        ("a.xml", b"<klanten></klanten>\n<klant>", False),
        ("a.xml", b"<?xml version='1.0'?>\n", False),
        ("a.xml", b"", False),
    ],
)
def test_a_file_is_whole_when_it_ends_as_its_format_does(name: str, content: bytes, whole: bool) -> None:
    assert complete(name, content) is whole


def test_an_xlsx_cut_at_any_byte_is_not_whole() -> None:
    content = zipped()
    assert [at for at in range(len(content)) if complete("a.xlsx", content[:at])] == []


def test_an_xml_cut_at_any_byte_is_not_whole() -> None:
    content = b"<?xml version='1.0'?><klanten><klant><klanten2/></klant><!-- </klanten --></klanten>"
    assert [at for at in range(len(content)) if complete("a.xml", content[:at])] == []
