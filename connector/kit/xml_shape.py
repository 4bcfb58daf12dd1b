"""Which element of an XML export is a record: found from what stands in it, or from what repeats."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass

from connector.dictionary import folded
from connector.kit.guarded_xml import reading
from connector.model import ExportFile

SAMPLED = 20_000
"""Elements that are looked at, at most, to find what a record is."""

_DEEPEST = 4
"""Steps of the longest name that a record is found by."""


@dataclass(frozen=True, slots=True)
class Shape:
    """What a look at a file tells. `record` is the name of its records' element, None where there is none.

    `is_certain` where the element holds what was looked for, or stands there more than once.
    """

    record: str | None
    encoding: str
    is_certain: bool


def look(file: ExportFile, holding: Collection[str], encoding: str | None) -> Shape:
    """The shape of a file. `holding` are names of which every record has one, as `Kenteken`.

    Where none of them is found: the element that repeats, the outermost first; where none repeats, the first
    that has more than one element in it. Raises `SourceFormatError` for what is broken as far as it was read.
    """
    sight = _Sight(frozenset(map(folded, holding)))
    with closing(reading(file, sight, encoding)) as blocks:
        written = next(blocks)
        while not sight.is_enough and next(blocks, None):
            pass
    if sight.found:
        return Shape(sight.found, written, is_certain=True)
    repeated = sight.repeated()
    return Shape(repeated or sight.lone(), written, is_certain=repeated is not None)


def holder(names: Sequence[str], attributes: Collection[str], wanted: Collection[str]) -> str | None:
    """Which element has a wanted name (folded) within it: the last of `names`, open ones, or an attribute."""
    for steps in range(1, min(_DEEPEST, len(names) - 1) + 1):
        if folded("".join(names[-steps:])) in wanted:
            return names[-steps - 1]
    for name in attributes:
        for steps in range(min(_DEEPEST, len(names))):
            if folded("".join((*names[len(names) - steps :], name))) in wanted:
                return names[-steps - 1]
    return None


class _Sight:
    """What was seen of a file's elements, bounded by `SAMPLED` and the parser's bounds."""

    def __init__(self, wanted: frozenset[str]) -> None:
        self.found: str | None = None
        self._elements = 0
        self._wanted = wanted
        self._open: list[str] = []
        self._children: list[Counter[str]] = []
        self._most: dict[tuple[str, ...], int] = {}
        """Way from the root → so often under one parent."""
        self._attributed: set[tuple[str, ...]] = set()

    @property
    def is_enough(self) -> bool:
        """Whether more of the file will not be heard."""
        return self.found is not None or self._elements > SAMPLED

    def start(self, name: str, attributes: Mapping[str, str], line: int) -> None:
        if self.is_enough:
            return
        self._elements += 1
        often = 1
        if self._children:
            self._children[-1][name] += 1
            often = self._children[-1][name]
        self._open.append(name)
        self._children.append(Counter())
        way = tuple(self._open)
        self._most[way] = max(often, self._most.get(way, 0))
        if attributes:
            self._attributed.add(way)
        self.found = holder(self._open, attributes, self._wanted) if self._wanted else None

    def end(self) -> None:
        if not self.is_enough:
            self._open.pop()
            self._children.pop()

    def text(self, text: str) -> None:
        """Text tells nothing of the shape."""

    def repeated(self) -> str | None:
        """The outermost element of which a parent has several; of those equally far out the most frequent."""
        several = {way: often for way, often in self._most.items() if often > 1}
        return min(several, key=lambda way: (len(way), -several[way]))[-1] if several else None

    def lone(self) -> str | None:
        """Down from the root, as long as there is but one element within; None where nothing stands there."""
        way: tuple[str, ...] = ()
        within = self._within(way)
        while len(within) == 1:
            way = within[0]
            within = self._within(way)
        return way[-1] if within or (len(way) > 1 and way in self._attributed) else None

    def _within(self, way: tuple[str, ...]) -> list[tuple[str, ...]]:
        return [other for other in self._most if other[:-1] == way]
