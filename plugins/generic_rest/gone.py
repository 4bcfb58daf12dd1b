"""What is gone from an answer: a mapped field that no record has any more, or the records; and what it may be now.

What is suggested are names of fields: a name counts as one where records share it, and never one with a digit in it.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from connector import kit
from connector.errors import SourceFormatError
from plugins.generic_rest.settings import Settings, search

Record = Mapping[str, Any]

ALWAYS_THERE = ("consent", "opt_out")
"""Of these fields a column must be in every page: silence is no yes."""
NEEDED = frozenset({"plate", "email", "last_name", "full_name", "changed"})
"""Of these no record can do without, or they are no column."""
ENOUGH = 20
"""So many records without a column mean that it is gone, and not only empty."""
DEEPEST = 4
"""Levels of a record in which a field's name is looked for."""

_WAY = re.compile(r"[A-Za-z_][A-Za-z0-9_]*(\.[A-Za-z_][A-Za-z0-9_]*)*", re.ASCII)
_NAME = re.compile(r"[A-Za-z_]{2,60}", re.ASCII)


Wanted = Mapping[str, tuple[str, ...]]
"""What a record must have → the ways to it, one of which will do."""


def refuse(settings: Settings, found: Sequence[Record]) -> None:
    """Raises `SourceFormatError` where a mapped column is gone, with the field that looks like it."""
    wanted = _wanted(settings)
    lacking = [each for each in wanted if _is_gone(each, wanted[each], found)]
    if lacking:
        told = "; ".join(_told(settings, each, wanted[each], found) for each in lacking)
        raise SourceFormatError(
            f"geen enkel record heeft het veld {told}: controleer columns{_remedy(lacking)}",
            column=wanted[lacking[0]][0],
        )


def _remedy(lacking: Sequence[str]) -> str:
    """Without a plate, an address or a name no record counts: it is never to be called optional for that."""
    if NEEDED.issuperset(lacking):
        return ""
    others = ", ".join(each for each in lacking if each not in NEEDED)
    put = "er optional: true bij" if NEEDED.isdisjoint(lacking) else f"bij {others} optional: true"
    return f", of zet {put} als het garagesysteem lege velden weglaat"


def _wanted(settings: Settings) -> Wanted:
    """The fields of which silence is no yes come first."""
    columns = {
        field: column.column
        for field, column in settings.columns.items()
        if column.column and not column.optional
    }
    first = {field: columns[field] for field in ALWAYS_THERE if field in columns}
    changed = {"changed": (settings.changed.field,)} if settings.changed else {}
    return {**first, **columns, **changed}


def _is_gone(field: str, ways: Sequence[str], found: Sequence[Record]) -> bool:
    if not found or (field not in ALWAYS_THERE and len(found) < ENOUGH):
        return False
    return not any(_is_there(way, each) for each in found for way in ways)


def _told(settings: Settings, field: str, ways: Sequence[str], found: Sequence[Record]) -> str:
    mapped = {kit.folded(each) for each in (*kit.names_of(settings.columns), settings.key)}
    free = [each for each in _shared(found) if kit.folded(each) not in mapped]
    meant = next((each for way in ways if (each := kit.look_alike(way, free, kit.folded))), None)
    return f"{' of '.join(ways)} ({field})" + (f", bedoelt u “{meant}”?" if meant else "")


def _shared(found: Sequence[Record]) -> list[str]:
    """The ways to the fields that records share, half of them and two at least."""
    counted = Counter(way for record in found for way in _ways(record, DEEPEST))
    return [way for way, many in counted.items() if many >= max(2, len(found) / 2)]


def _ways(record: Record, deepest: int) -> Iterator[str]:
    for name, value in record.items():
        if not isinstance(name, str) or not _NAME.fullmatch(name):
            continue
        if not isinstance(value, Mapping):
            yield name
        elif deepest > 1:
            yield from (f"{name}.{way}" for way in _ways(value, deepest - 1))


def lists(data: Any) -> str:
    """Where there are records in an answer all the same, as part of a sentence; nothing where they are nowhere else."""
    ways = list(_lists(data)) if isinstance(data, Mapping) else ["@"] * _is_list_of_records(data)
    return f"; bedoelt u {ways[0]}?" if len(ways) == 1 else ""


def _lists(data: Record, before: str = "") -> Iterator[str]:
    for name, value in data.items():
        if isinstance(name, str) and _NAME.fullmatch(name):
            if _is_list_of_records(value):
                yield f"{before}{name}[]"
            elif isinstance(value, Mapping) and not before:
                yield from _lists(value, f"{name}.")


def _is_list_of_records(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(each, Mapping) for each in value)


def _is_there(name: str, record: Record) -> bool:
    """Whether a record has a field, be it empty."""
    if not _WAY.fullmatch(name):
        return search(name, record) is not None
    return any(True for _ in _steps(name, record))


def _steps(name: str, record: Record) -> Iterator[bool]:
    at: Any = record
    for step in name.split("."):
        if at is None:
            break  # the group is there and empty
        if not isinstance(at, Mapping) or step not in at:
            return
        at = at[step]
    yield True
