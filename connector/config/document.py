"""A configuration file as it was written: its data, and where each key and value stands.

Everything read from YAML is a text, a list, a mapping or None (nothing written); what a text means is for the
models to say.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from connector.errors import Mistake

Data = str | None | list["Data"] | dict[str, "Data"]
"""What a file may hold."""

Steps = tuple[str | int, ...]
"""The way from the top of a file to a value: keys and list indexes."""

LONGEST_KEY = 32
_FIRST_STRANGE_CHARACTER = re.compile(r"[^\w .-]")


class Place(NamedTuple):
    """A position in a file; both count from 1."""

    line: int
    column: int


START = Place(1, 1)
"""Where a file begins."""


@dataclass(frozen=True, slots=True)
class Document:
    """One file. `mistakes` are those of its form that leave the rest readable, as a key that stands twice."""

    file: Path
    data: Data
    keys: Mapping[Steps, Place]
    values: Mapping[Steps, Place]
    mistakes: tuple[Mistake, ...] = ()

    @property
    def folder(self) -> Path:
        """The folder that relative paths in this file are relative to; absolute."""
        return self.file.parent.absolute()

    def place_of_key(self, steps: Steps) -> Place:
        """Where the key stands, or a list's item begins; for what is not there, where its parent stands."""
        while steps:
            place = self.keys.get(steps) or self.values.get(steps)
            if place:
                return place
            steps = steps[:-1]
        return self.values.get((), START)

    def place_of_value(self, steps: Steps) -> Place:
        """Where the value begins; where nothing is written, where its key stands."""
        if self.at(steps) is None:
            return self.place_of_key(steps)
        return self.values.get(steps) or self.place_of_key(steps)

    def at(self, steps: Steps) -> Data:
        """The value at the end of `steps`; None when there is none."""
        data = self.data
        for step in steps:
            data = child(data, step) if has(data, step) else None
        return data

    def mistake(self, steps: Steps, message: str, place: Place) -> Mistake:
        """A mistake at a place of this file."""
        return Mistake(self.file, place.line, place.column, dotted(steps), message)


def has(data: Data, step: str | int) -> bool:
    """Whether one step leads on from here."""
    if isinstance(data, dict):
        return step in data
    return isinstance(data, list) and isinstance(step, int) and 0 <= step < len(data)


def child(data: Data, step: str | int) -> Data:
    """Where one step leads. Raises LookupError or TypeError when `has` says no."""
    if isinstance(data, list):
        return data[int(step)]
    if isinstance(data, dict):
        return data[str(step)]
    raise TypeError("nothing leads on from a text")


def dotted(steps: Steps) -> str:
    """`("sources", 0, "watch")` → `sources[0].watch`."""
    text = ""
    for step in steps:
        text += f"[{step}]" if isinstance(step, int) else f".{_shown(step)}"
    return text.removeprefix(".")


def _shown(key: str) -> str:
    """A key as a message may show it: `token:abc`, written without a space, is a key that holds a secret."""
    strange = _FIRST_STRANGE_CHARACTER.search(key)
    end = min(strange.start() if strange else len(key), LONGEST_KEY)
    return key if end == len(key) else key[:end] + "…"
