"""Records of a JSON body: one object, several in a list, or an object that holds that list.

A value within a record is the field `path.to.field`; what is repeated is numbered as in XML, the second `Bestuurder`
of a record is `Bestuurder (2)`. Numbers stay the text they are written as, true and false become words, null an empty
text.

Bounds: `DEPTH_LIMIT` levels, a record at most `FIELD_LIMIT` fields. The body is parsed whole: it is for what is pushed,
which somebody has bounded.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator
from typing import Any, NoReturn

from connector.dictionary import folded
from connector.errors import SourceFormatError
from connector.model import ExportFile, Layout, SourceRecord, Table

DEPTH_LIMIT = 64
FIELD_LIMIT = 5_000

_NO_JSON = "Dit is geen goed gevormde JSON."
_TOO_DEEP = f"De gegevens zitten dieper in elkaar dan {DEPTH_LIMIT}."
_NO_RECORDS = "In deze JSON staan geen records: stuur één object, of een lijst van objecten."


def read_json(file: ExportFile, *, holding: Collection[str] = ()) -> Table:
    """The records of a JSON body, each with its fields as text.

    An object that has one of `holding` in it is a record by itself (names as `Kenteken`, compared by letters and
    digits alone); another that has one list of objects in it holds the records there. Raises `SourceFormatError`, with
    the line where there is one, for what is broken, out of bounds, or no record.
    """
    with file.open() as stream:
        body = stream.read()
    data = _parsed(body)
    records = list(_records(data, frozenset(map(folded, holding))))
    return Table(Layout((), json.detect_encoding(body)), records)


def _parsed(body: bytes) -> Any:
    try:
        text = body.decode(json.detect_encoding(body))
        return json.loads(
            text, parse_int=str, parse_float=str, parse_constant=_refuse, object_pairs_hook=_once
        )
    except json.JSONDecodeError as error:
        raise SourceFormatError(_NO_JSON, line=error.lineno) from None
    except RecursionError:
        raise SourceFormatError(_TOO_DEEP) from None
    except ValueError:  # the encoding, or a number that is none
        raise SourceFormatError(_NO_JSON) from None


def _refuse(_: str) -> NoReturn:
    raise ValueError("NaN and Infinity are no JSON")


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Of a name that stands there twice Python would keep the last without a word."""
    found = dict(pairs)
    if len(found) < len(pairs):
        raise SourceFormatError("Een veld staat meer dan eens in hetzelfde object.")
    return found


def _records(data: Any, holding: frozenset[str]) -> Iterator[SourceRecord]:
    for each in _listed(data, holding):
        if not isinstance(each, dict) or not each:
            raise SourceFormatError(_NO_RECORDS)
        yield SourceRecord(_flat(each))


def _listed(data: Any, holding: frozenset[str]) -> list[Any]:
    if isinstance(data, list):
        return data
    if not isinstance(data, dict):
        raise SourceFormatError(_NO_RECORDS)
    if not holding & set(map(folded, data)):
        lists = [each for each in data.values() if isinstance(each, list) and _are_objects(each)]
        if len(lists) == 1:
            return lists[0]
    return [data]


def _are_objects(values: list[Any]) -> bool:
    return all(isinstance(each, dict) for each in values)


def _flat(record: dict[str, Any]) -> dict[str, str]:
    found: dict[str, str] = {}
    for path, value in _leaves(record, "", 1):
        found[path] = _text(value)
        if len(found) > FIELD_LIMIT:
            raise SourceFormatError("Een record heeft te veel velden.")
    return found


def _leaves(value: Any, path: str, depth: int) -> Iterator[tuple[str, Any]]:
    """Path and value of all that is no object or list."""
    if depth > DEPTH_LIMIT:
        raise SourceFormatError(_TOO_DEEP)
    if isinstance(value, dict):
        for name, each in value.items():
            yield from _leaves(each, f"{path}.{name}" if path else name, depth + 1)
    elif isinstance(value, list):
        for number, each in enumerate(value, 1):
            yield from _leaves(each, path if number == 1 else f"{path} ({number})", depth + 1)
    else:
        yield path, value


def _text(value: Any) -> str:
    if value is None:
        return ""
    return str(value).lower() if isinstance(value, bool) else str(value)
