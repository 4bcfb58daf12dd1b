"""A consent or opt-out that is gone from an export without a header, as XML: judged by how many records had it before.

A system may leave an empty element out, so that nobody has it where nobody opted out. It is held to be gone only where
that is no chance: no record has it, and every record of the last export had it, or so many that among the records of
this one seven could be expected (by chance none would be among them once in a thousand times).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

from connector.model import Column, Layout, SourceRecord, Table

EXPECTED = 7.0
"""So many records that should have an element, and its absence is no chance."""
NAMES = 10_000
"""Names of elements that are remembered, at most."""


@dataclass(frozen=True, slots=True)
class Counts:
    """How many records there were, and field → how many had an element of it."""

    records: int
    having: Mapping[str, int]


def gone(before: Counts | None, now: Counts) -> frozenset[str]:
    """The fields that the last export had and this one lacks, by more than chance; None: there was none before."""
    if before is None:
        return frozenset()
    return frozenset(
        name
        for name, count in before.having.items()
        if now.having.get(name) == 0 and _is_missed(count, before, now)
    )


def _is_missed(count: int, before: Counts, now: Counts) -> bool:
    if not count or not now.records:
        return False
    return count == before.records or now.records * count / before.records >= EXPECTED


@dataclass(slots=True)
class Counting:
    """The records of a table without a header, counted while they are read. `alike` is how names are compared."""

    table: Table
    columns: Mapping[str, Column]
    alike: Callable[[str], str]
    records: int = 0
    _having: Counter[str] = field(default_factory=Counter)
    _known: dict[str, str | None] = field(default_factory=dict)
    """Name of an element → the field it is of."""

    @property
    def layout(self) -> Layout:
        """What was found of the file's form."""
        return self.table.layout

    @property
    def counts(self) -> Counts:
        """What was counted so far."""
        return Counts(self.records, {name: self._having[name] for name in self.columns})

    def __iter__(self) -> Iterator[SourceRecord]:
        for record in self.table:
            self.records += 1
            self._having.update({found for name in record.values if (found := self._field(name))})
            yield record

    def _field(self, name: str) -> str | None:
        if name not in self._known and len(self._known) < NAMES:
            alike = self.alike(name)
            self._known[name] = next(
                (field for field, column in self.columns.items() if alike in map(self.alike, column.names)),
                None,
            )
        return self._known.get(name)
