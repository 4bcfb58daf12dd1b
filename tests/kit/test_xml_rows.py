from __future__ import annotations

import io
import tracemalloc
from collections.abc import Mapping
from itertools import chain, repeat
from typing import Any

import pytest

from connector.errors import SourceFormatError
from connector.kit import read_xml
from connector.kit.xml_rows import FIELD_LIMIT, RECORD_LIMIT, TEXT_LIMIT
from connector.model import ExportFile

from .conftest import Export


@pytest.fixture
def read(export: Export):
    def read(text: str, written: str = "utf-8", **how: Any) -> list[tuple[int | None, Mapping[str, str]]]:
        return [(each.line, dict(each.values)) for each in read_xml(export(text.encode(written)), **how)]

    return read


@pytest.fixture
def fields(read):
    """The fields of the one record of this element."""

    def fields(inner: str) -> Mapping[str, str]:
        ((_, values),) = read(f"<a>{inner}</a>", record="v")
        return dict(values)

    return fields


@pytest.fixture
def refusal(export: Export):
    def refusal(text: str | bytes, **how: Any) -> tuple[int | None, str]:
        with pytest.raises(SourceFormatError) as caught:
            list(read_xml(export(text.encode() if isinstance(text, str) else text), **how))
        return caught.value.line, str(caught.value)

    return refusal


@pytest.mark.parametrize(
    ("inner", "expected"),
    [
        ("<v><k>ZZ-001-Z</k></v>", {"k": "ZZ-001-Z"}),
        ('<v k="ZZ-001-Z"/>', {"k": "ZZ-001-Z"}),
        ("<v><p><n>Bos</n></p></v>", {"p.n": "Bos"}),
        ('<v><p n="Bos"/></v>', {"p.n": "Bos", "p": ""}),
        ('<v><p n="Bos">x</p></v>', {"p.n": "Bos", "p": "x"}),
        ('<v><p><n soort="x">Bos</n></p></v>', {"p.n.soort": "x", "p.n": "Bos"}),
        ("<v><k/><l></l></v>", {"k": "", "l": ""}),
        ("<v> <p>\n <n> Bos </n> </p> </v>", {"p.n": " Bos "}),
        ("<v>los<k>1</k> en vast</v>", {"k": "1", "v": "los en vast"}),
        ("<v><k>a<![CDATA[<b>&]]>c &amp; &#233;<!-- x -->d</k></v>", {"k": "a<b>&c & éd"}),
        ("<v><t>1</t><t>2</t><t>3</t></v>", {"t": "1", "t (2)": "2", "t (3)": "3"}),
        ('<v t="1"><t>2</t></v>', {"t": "1", "t (2)": "2"}),
        ("<v><p><n>A</n></p><p><n>B</n></p></v>", {"p.n": "A", "p (2).n": "B"}),
        ("<v><p/><p><n>B</n></p></v>", {"p": "", "p (2).n": "B"}),
        ("<v><v>binnen</v></v>", {"v": "binnen"}),
        (
            '<v xmlns="u" xmlns:c="w" xml:space="x" xsi:nil="1"><c:k c:s="1">2</c:k></v>',
            {"k.s": "1", "k": "2"},
        ),
        ("<v/>", {}),
    ],
)
def test_elements_and_attributes_become_fields(fields, inner, expected) -> None:
    if "xsi" in inner:
        inner = inner.replace("xmlns:c", 'xmlns:xsi="i" xmlns:c')
    assert fields(inner) == expected


def test_a_record_has_the_line_on_which_its_tag_begins(read) -> None:
    text = '<?xml version="1.0"?>\n<a>\r\n<v\n k="1"/>\r<v k="2"/><v\n\nk="3"/>\n</a>'
    assert read(text) == [(3, {"k": "1"}), (5, {"k": "2"}), (5, {"k": "3"})]


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "windows-1252", "cp850", "iso-8859-15", "us-ascii"]
)
def test_a_file_is_read_in_the_encoding_that_it_names(read, export: Export, encoding) -> None:
    name = "Çelik" if encoding != "us-ascii" else "Celik"
    text = f'<?xml version="1.0" encoding="{encoding.removesuffix("-sig")}"?>\n<a><v><n>{name}</n></v></a>'
    assert read(text, encoding, record="v") == [(2, {"n": name})]
    assert read_xml(export(text.encode(encoding))).layout.encoding == encoding.removesuffix("-sig")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
@pytest.mark.parametrize("named", ["windows-1252", "ISO-8859-1", "cp850", "us-ascii"])
def test_a_file_of_utf8_that_names_another_encoding_is_read_as_what_it_is(read, encoding, named) -> None:
    text = f'<?xml version="1.0" encoding="{named}"?>\n<a><v><n>Renée Çelik</n></v></a>'
    assert read(text, encoding, record="v") == [(2, {"n": "Renée Çelik"})]


@pytest.mark.parametrize("named", ['encoding="utf-16"', 'encoding="utf-8"', ""])
def test_a_setting_is_stronger_than_what_a_file_says_of_itself(read, refusal, named) -> None:
    text = f'<?xml version="1.0" {named}?>\n<a><v><n>Çelik</n></v></a>'
    assert read(text, "cp1252", record="v", encoding="cp1252") == [(2, {"n": "Çelik"})]
    line, sentence = refusal(text.encode("cp1252"), record="v")
    assert "`encoding`" in sentence and line in (1, 2)


def test_a_bom_is_stronger_than_a_setting(read) -> None:
    text = '<?xml version="1.0"?><a><v><n>Çelik</n></v></a>'
    for encoding in ("utf-16", "utf-8-sig"):
        assert read(text, encoding, record="v", encoding="cp1252") == [(1, {"n": "Çelik"})]


@pytest.mark.parametrize("encoding", ["klingon", "utf-7", "rot13", "shift_jis", "punycode", "undefined"])
def test_an_encoding_that_is_none_is_refused(refusal, encoding) -> None:
    line, sentence = refusal(f'<?xml version="1.0" encoding="{encoding}"?>\n<a><v/></a>')
    assert "codering" in sentence and line == 1


# ---------------------------------------------------------------- which element is a record


@pytest.mark.parametrize(
    ("text", "how", "count"),
    [
        ("<a><v><k>1</k></v></a>", {"holding": ["k"]}, 1),
        ("<a><v><k>1</k><t>1</t><t>2</t></v></a>", {"holding": ["K"]}, 1),
        ('<a><v ken-teken="1"><t/><t/></v></a>', {"holding": ["Kenteken"]}, 1),
        ("<a><v><auto><k>1</k></auto><t/></v></a>", {"holding": ["auto.k"]}, 1),
        ('<a><v><auto k="1"/><t/></v></a>', {"holding": ["auto.k"]}, 1),
        ("<a><x><v><k>1</k></v></x><y><v><k>2</k></v></y></a>", {"holding": ["k"]}, 2),
        ("<a><d>x</d><v><k>1</k></v></a>", {"holding": ["niets", "k"]}, 1),
        ("<v><k>1</k></v>", {"holding": ["k"]}, 1),
        ("<a><v><k>1</k><t/></v><v><k>1</k></v></a>", {}, 2),
        ("<a><h><d/><d/></h><w><v/><v/><v/></w></a>", {}, 3),
        ("<a><w><v><k>1</k><l/></v></w></a>", {}, 1),
        ('<a><v k="1"/></a>', {}, 1),
        ("<a><V><k/></V><v><k/></v></a>", {"record": "v"}, 2),
        ("<s:a xmlns:s='u'><s:v><s:k>1</s:k></s:v></s:a>", {"record": "v"}, 1),
        ("<a/>", {"holding": ["k"]}, 0),
        ("<a><w></w></a>", {"holding": ["k"]}, 0),
        ("<a><h><d>x</d></h><w/></a>", {"record": "v", "holding": ["k"]}, 0),
    ],
)
def test_records_are_found_or_named(read, text, how, count) -> None:
    assert len(read(text, **how)) == count


@pytest.mark.parametrize(
    "text", ["<a><x><k>1</k></x></a>", "<a><x/><x/></a>", "<a><h/><l><x><m/></x><x><m/></x></l></a>"]
)
def test_other_records_than_the_named_ones_hold_the_file(refusal, text) -> None:
    line, sentence = refusal(text, record="v", holding=["k"])
    assert line is None
    assert "geen element “v”; bedoelt u “x”?" in sentence


def test_what_a_record_is_known_by_may_not_stand_outside_those_found(refusal, read) -> None:
    text = "<a><v><k>1</k></v>\n<v><k>2</k></v>\n<bus><k>3</k></bus></a>"
    line, sentence = refusal(text, holding=["k"])
    assert line == 3 and "`record`" in sentence
    assert len(read(text, record="v", holding=["k"])) == 2


def test_records_can_be_read_more_than_once(export: Export) -> None:
    table = read_xml(export(b"<a><v><k>1</k></v><v/></a>"))
    assert [each.line for each in table] == [each.line for each in table] == [1, 1]


# ---------------------------------------------------------------- bounds


@pytest.mark.parametrize(
    "record",
    [
        "<v>" + "<k/>" * (FIELD_LIMIT + 1) + "</v>",
        "<v><k>" + "x" * (TEXT_LIMIT + 1) + "</k></v>",
        '<v k="' + "x" * (TEXT_LIMIT + 1) + '"/>',
        "<v>" + "".join(f"<k{n}>{'x' * 100_000}</k{n}>" for n in range(RECORD_LIMIT // 100_000 + 1)) + "</v>",
        "<v>" + "x" * (RECORD_LIMIT + 1) + "</v>",
    ],
)
def test_a_record_beyond_its_bounds_holds_the_file(refusal, record) -> None:
    line, sentence = refusal(f"<a>\n<v/>\n{record}</a>", record="v")
    assert line == 3
    assert "te groot" in sentence


def test_memory_stays_flat_whatever_the_size_of_the_file() -> None:
    def peak(count: int) -> int:
        file = ExportFile("groot.xml", lambda: io.BufferedReader(_Long(count)), 0)
        tracemalloc.start()
        try:
            assert sum(1 for _ in read_xml(file, holding=["Kenteken"])) == count
            return tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()

    assert peak(20_000) < 1.2 * peak(2_000)


class _Long(io.RawIOBase):
    """An export of `count` records that stands nowhere as a whole."""

    RECORD = b"<Auto><Kenteken>ZZ-001-Z</Kenteken><Bestuurder><Naam>Bos</Naam></Bestuurder></Auto>\n"

    def __init__(self, count: int) -> None:
        self._pieces = chain([b"<Export>"], repeat(self.RECORD, count), [b"</Export>"])
        self._left = b""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        self._left = self._left or next(self._pieces, b"")
        size = min(len(buffer), len(self._left))
        buffer[:size], self._left = self._left[:size], self._left[size:]
        return size
