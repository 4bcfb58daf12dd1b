"""Whether the columns of a file have shifted: what stood in one field of a passport stands in another. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from connector.model import CONSENT_FIELDS

Said = Mapping[str, Any]
"""A passport's content with the facts beside it; a field that says nothing is left out."""
Pair = tuple[str, str]
"""The field in which something stood, and the one in which it stands now."""
Seen = tuple[str, Any, Any]
"""A plate, and what the first field of a pair held and holds."""

FEWEST = 20
"""So many passports must tell of a shift before it is believed of half of those that changed."""
FEWEST_OF_ALL = 5
"""So many, where it is nearly all that left the column, and at least half of all that stood in it."""
SHORTEST = 3
"""Characters of a value by which it is known again in another column; a shorter one, where two change places."""
EXAMPLES = 5


@dataclass(frozen=True, slots=True)
class Shift:
    """What `number` passports say of a pair; `exchanged`: the second field's values went to the first."""

    before: str
    after: str
    number: int
    exchanged: bool
    examples: tuple[Seen, ...]


@dataclass(slots=True)
class Shifts:
    """What known passports that changed tell of their columns, one by one."""

    compared: int = 0
    _had: Counter[str] = field(default_factory=Counter)
    _left: Counter[str] = field(default_factory=Counter)
    _moved: Counter[Pair] = field(default_factory=Counter)
    _examples: dict[Pair, list[Seen]] = field(default_factory=dict)

    def note(self, plate: str, new: Said, old: Said) -> None:
        """A known passport that changed: as it would be, and as it was."""
        self.compared += 1
        self._had.update(old.keys())
        changed = [name for name in {**old, **new} if new.get(name) != old.get(name)]
        self._left.update(changed)
        for pair in _moved(changed, new, old) if len(changed) > 1 else ():
            self._moved[pair] += 1
            examples = self._examples.setdefault(pair, [])
            if len(examples) < EXAMPLES:
                examples.append((plate, old.get(pair[0]), new.get(pair[0])))

    def found(self, recognised: int) -> list[Shift]:
        """The shifts that are believed, the most told first. `recognised`: known passports that did not change."""
        pairs = [pair for pair, number in self._moved.most_common() if self._is_one(pair, number, recognised)]
        once = [pair for place, pair in enumerate(pairs) if pair[::-1] not in pairs[:place]]
        return [
            Shift(*pair, self._moved[pair], pair[::-1] in pairs, tuple(self._examples[pair])) for pair in once
        ]

    def _is_one(self, pair: Pair, number: int, recognised: int) -> bool:
        if number >= FEWEST and number * 2 >= self.compared:
            return True
        nearly_all = number >= FEWEST_OF_ALL and number * 5 >= self._left[pair[0]] * 4
        return nearly_all and number * 2 >= self._had[pair[0]] + recognised


def yes_or_no(said: Said, name: str) -> bool | None:
    """What a field of `CONSENT_FIELDS` says: a consent of a day is a yes. None where it says nothing."""
    value = said.get(name)
    return None if value is None else value not in (False, "no")


def _moved(changed: Sequence[str], new: Said, old: Said) -> list[Pair]:
    """The pairs of these fields of which the first one's value stands in the second now."""
    was = {name: str(old.get(name, "")) for name in changed}
    becomes = {name: str(new.get(name, "")) for name in changed}
    pairs = [
        (before, after)
        for before in changed
        for after in changed
        if was[before] == becomes[after] != ""
        and (len(was[before]) >= SHORTEST or becomes[before] == was[after])
        and not {before, after} <= set(CONSENT_FIELDS)
        and before != after
    ]
    return [*pairs, CONSENT_FIELDS, CONSENT_FIELDS[::-1]] if _answers_exchanged(new, old) else pairs


def _answers_exchanged(new: Said, old: Said) -> bool:
    one, other = (yes_or_no(old, name) for name in CONSENT_FIELDS)
    if one is None or other is None or one == other:
        return False
    return (other, one) == tuple(yes_or_no(new, name) for name in CONSENT_FIELDS)
