"""Records that a source said before, word for word: a reader that knows their raw text need not cut them into cells."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from connector.model import SourceRecord

DIGEST = 16
"""Bytes of the digest of a raw record."""


@dataclass(frozen=True, slots=True)
class Recited:
    """Records one behind the other, told by their digests alone; `lines` are their first physical lines, from 1."""

    lines: Sequence[int]
    digests: Sequence[bytes]


@runtime_checkable
class Reciting(Protocol):
    """Records that can be recognised before they are cut: they may be what a `Table` holds."""

    def beside(self, said: set[bytes]) -> Iterator[SourceRecord | Recited]:
        """All of them in their order; of those with a digest in `said` that alone, and it leaves the set.

        So a record that repeats another is told as any that is new.
        """


def beside(records: Iterable[SourceRecord], said: set[bytes]) -> Iterator[SourceRecord | Recited]:
    """The records, those that were said before by their digest alone where their reader can tell."""
    return records.beside(said) if isinstance(records, Reciting) else iter(records)


def all_cut(records: Reciting) -> Iterator[SourceRecord]:
    """All of the records, cut: nothing counts as said before."""
    return (told for told in records.beside(set()) if isinstance(told, SourceRecord))
