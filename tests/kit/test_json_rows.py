from __future__ import annotations

from io import BytesIO

import pytest

from connector import kit
from connector.errors import SourceFormatError
from connector.model import ExportFile


def read(body: str | bytes, *holding: str) -> list[dict[str, str]]:
    raw = body.encode() if isinstance(body, str) else body
    table = kit.read_json(ExportFile("push", lambda: BytesIO(raw), len(raw)), holding=holding)
    return [dict(record.values) for record in table]


@pytest.mark.parametrize(
    ("body", "records"),
    [
        ('{"a": "1"}', [{"a": "1"}]),
        ('[{"a": "1"}, {"a": "2"}]', [{"a": "1"}, {"a": "2"}]),
        ('{"sent": "today", "cars": [{"a": "1"}]}', [{"a": "1"}]),
        ("[]", []),
        ('{"cars": []}', []),
        ('{"a": {"b": {"c": "x"}}}', [{"a.b.c": "x"}]),
        ('{"a": [{"b": "x"}, {"b": "y"}]}', [{"b": "x"}, {"b": "y"}]),
        ('{"a": ["x", "y"]}', [{"a": "x", "a (2)": "y"}]),
        ('{"a": 1.50, "b": 12345678901234567890, "c": 0e1}', [{"a": "1.50", "b": "12345678901234567890", "c": "0e1"}]),
        ('{"a": true, "b": false, "c": null}', [{"a": "true", "b": "false", "c": ""}]),
    ],
)  # fmt: skip
def test_records_of_a_body(body: str, records: list[dict[str, str]]) -> None:
    assert read(body) == records


def test_an_object_that_holds_a_known_name_is_a_record_whatever_lists_it_has() -> None:
    body = '{"kenteken": "1", "people": [{"name": "x"}, {"name": "y"}]}'
    assert read(body, "Kenteken") == [{"kenteken": "1", "people.name": "x", "people (2).name": "y"}]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32"])
def test_every_encoding_of_json_is_read(encoding: str) -> None:
    assert read('{"a": "Çelik"}'.encode(encoding)) == [{"a": "Çelik"}]


@pytest.mark.parametrize(
    "body",
    [
        "",
        "x",
        "null",
        "1",
        '"a"',
        "[1]",
        "[[]]",
        "{}",
        "[{}]",
        '{"a": NaN}',
        '{"a": 1',
        b'{"a": "\xff"}',
        "[" * 100_000,
    ],
)
def test_what_is_no_record_is_refused(body: str | bytes) -> None:
    with pytest.raises(SourceFormatError):
        read(body)


def test_a_broken_body_is_refused_with_its_line_and_nothing_of_its_content() -> None:
    with pytest.raises(SourceFormatError) as caught:
        read('[\n{"naam": "Jansen"},\n{"naam" "Jansen"}]')
    assert caught.value.line == 3
    assert "Jansen" not in str(caught.value)


def test_depth_and_fields_are_bounded() -> None:
    with pytest.raises(SourceFormatError, match="dieper"):
        read('{"a": ' * 100 + "1" + "}" * 100)
    with pytest.raises(SourceFormatError, match="te veel velden"):
        read("{" + ",".join(f'"{n}": 1' for n in range(6_000)) + "}")
