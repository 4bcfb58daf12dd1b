from __future__ import annotations

import pytest

from connector.errors import SourceFormatError
from connector.kit.guarded_xml import DEPTH_LIMIT, LONGEST_NAME, NAME_LIMIT, TAG_LIMIT, reading

from .conftest import Export


class Nobody:
    """Hears everything and keeps nothing."""

    def start(self, name, attributes, line) -> None:
        pass

    def end(self) -> None:
        pass

    def text(self, text) -> None:
        pass


@pytest.fixture
def told(export: Export):
    """What is wrong with a file: line and sentence; None if nothing is."""

    def told(data: bytes) -> tuple[int | None, str] | None:
        try:
            list(reading(export(data), Nobody()))
        except SourceFormatError as error:
            return error.line, str(error)
        return None

    return told


NAMES = b"<a>" + b"".join(b"<n%d/>" % number for number in range(NAME_LIMIT - 1)) + b"</a>"


@pytest.mark.parametrize(
    "data",
    [
        b"<a/>",
        b"<a>" * DEPTH_LIMIT + b"</a>" * DEPTH_LIMIT,
        NAMES,
        b"<a><!--" + b"x" * (TAG_LIMIT // 2) + b"--></a>",
        b"<a>" + b"<!-- veel -->\n" * 200_000 + b"</a>",
        b"<a>" + b"x" * 3 * TAG_LIMIT + b"</a>",
        b"<a/>\n<!-- na afloop -->\n",
        b'<?xml-stylesheet href="http://voorbeeld.example/x.xsl"?><a/>',
    ],
)
def test_what_is_within_bounds_is_read(told, data) -> None:
    assert told(data) is None


@pytest.mark.parametrize(
    ("data", "line", "words"),
    [
        (b"", 1, "houdt te vroeg op"),
        (b"\n<a>", 2, "houdt te vroeg op"),
        (b"<a>\n<b", 2, "houdt te vroeg op"),
        (b"<a>\n<![CDATA[x", 2, "houdt te vroeg op"),
        (b"<a>\nJansen & Zn</a>", 2, "losse &"),
        (b"<a>\n&eacute;</a>", 2, "losse &"),
        (b"<a>\n\xe9</a>", 2, "losse &"),
        (b"<a>\n\0</a>", 2, "losse &"),
        (b"<a>\n</b>", 2, "geen goed gevormde XML"),
        (b"<a/>\n<a/>", 2, "geen goed gevormde XML"),
        (b'<a>\n<b c="1" c="2"/></a>', 2, "geen goed gevormde XML"),
        (b"Kenteken;Naam\n", 1, "niet in XML"),
        (b"<!DOCTYPE a>\n<a/>", 1, "DOCTYPE"),
        (b"\n<!DOCTYPE a SYSTEM 'http://voorbeeld.example/a.dtd'>\n<a/>", 2, "DOCTYPE"),
        (b"<a>\n" * (DEPTH_LIMIT + 1), DEPTH_LIMIT + 1, "dieper"),
        (NAMES.replace(b"</a>", b"<over/></a>"), 1, "namen"),
        (NAMES.replace(b"</a>", b"<a over='1'/></a>"), 1, "namen"),
        (b"<a><" + b"n" * (LONGEST_NAME + 1) + b"/></a>", 1, "namen"),
        (b"<a>\n<!--" + b"x" * (2 * TAG_LIMIT) + b"--></a>", 2, "te lang"),
        (b'<a>\n<b c="' + b"x" * (2 * TAG_LIMIT) + b'"/></a>', 2, "te lang"),
    ],
)
def test_what_is_broken_or_out_of_bounds_is_refused_with_its_line(told, data, line, words) -> None:
    found = told(data)
    assert found is not None
    assert (found[0], words in found[1]) == (line, True)
