"""By which names the cells of a record are known: those of the header, told apart where one stands twice."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

COLUMN_LIMIT = 5_000
"""Columns of a header at most."""


def keys_of(header: Sequence[str]) -> tuple[str, ...]:
    """The header's names made distinct: `Naam`, `Naam (2)`; never a name that the header has elsewhere."""
    names, seen = frozenset(header), Counter[str]()
    keys = []
    for name in header:
        seen[name] += 1
        key = name if seen[name] == 1 else f"{name} ({seen[name]})"
        while seen[name] > 1 and key in names:
            seen[name] += 1
            key = f"{name} ({seen[name]})"
        keys.append(key)
    return tuple(keys)
