"""Which of the files at rest are to be read. Pure: listing and history in, choices out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

Contains = Literal["all", "selection"]
FileState = Literal["reading", "staged", "accepting", "taken", "held", "superseded", "discarded"]


@dataclass(frozen=True, slots=True)
class Arrival:
    """A file at rest. `digest` is the SHA-256 of its content; None where nobody had a reason to open it."""

    name: str
    size: int
    modified: datetime
    digest: bytes | None


@dataclass(frozen=True, slots=True)
class KnownFile:
    """A file that the ledger met before, and what became of it."""

    id: int
    name: str
    size: int
    modified: datetime
    digest: bytes | None
    recipe: bytes
    state: FileState

    def is_the_file(self, arrival: Arrival) -> bool:
        """Whether this is the same file as far as a listing tells."""
        return (self.name, self.size, self.modified) == (arrival.name, arrival.size, arrival.modified)


@dataclass(frozen=True, slots=True)
class Choice:
    """What to do with an arrival: read it, or note that a newer one speaks in its place."""

    arrival: Arrival
    action: Literal["read", "supersede"]


class History:
    """What a source's files became, found by what a listing or their content tells: there may be many thousands."""

    def __init__(self, known: Sequence[KnownFile]) -> None:
        self._sights = {(each.name, each.size, each.modified) for each in known}
        self._by_digest: dict[bytes, list[KnownFile]] = {}
        for each in known:
            if each.digest is not None:
                self._by_digest.setdefault(each.digest, []).append(each)
        self.latest = _last(known, "taken", "held", "discarded")
        self.taken = _last(known, "taken")

    def met(self, arrival: Arrival) -> bool:
        """Whether this file was there before, as far as a listing tells."""
        return (arrival.name, arrival.size, arrival.modified) in self._sights

    def of_content(self, arrival: Arrival) -> Sequence[KnownFile]:
        """The files that had this content."""
        return self._by_digest.get(arrival.digest, ()) if arrival.digest is not None else ()


def worth_hashing(arrivals: Sequence[Arrival], history: History, contains: Contains) -> list[Arrival]:
    """The arrivals whose content decides: the newest always, and of a selection those never met.

    The newest is hashed even when name, size and time are known: an export may be rewritten within them.
    """
    ordered = _newest_last(arrivals)
    if contains == "all":
        return ordered[-1:]
    return [each for each in ordered[:-1] if not history.met(each)] + ordered[-1:]


def choose(arrivals: Sequence[Arrival], history: History, contains: Contains, recipe: bytes) -> list[Choice]:
    """What to do with each arrival that needs something done, in the order to do it.

    With `contains: all` the newest speaks for the source and the others are superseded; of a selection each is
    read, oldest first.
    """
    ordered = _newest_last(arrivals)
    if contains == "all":
        older = [Choice(each, "supersede") for each in ordered[:-1] if not history.met(each)]
        return older + _judge_each(ordered[-1:], history, recipe)
    return _judge_each([each for each in ordered if each.digest is not None], history, recipe)


def _judge_each(arrivals: Sequence[Arrival], history: History, recipe: bytes) -> list[Choice]:
    return [Choice(each, action) for each in arrivals if (action := _judge(each, history, recipe))]


def _judge(arrival: Arrival, history: History, recipe: bytes) -> Literal["read", "supersede"] | None:
    latest, taken = history.latest, history.taken
    if latest and latest.digest == arrival.digest:
        return None if latest.recipe == recipe or latest.state == "discarded" else "read"
    if taken and taken.digest == arrival.digest and taken.recipe == recipe:
        return None
    earlier = history.of_content(arrival)
    if not earlier:
        return "read"
    if taken is None or arrival.modified > taken.modified:
        return "read"
    return None if any(each.is_the_file(arrival) for each in earlier) else "supersede"


def _newest_last(arrivals: Sequence[Arrival]) -> list[Arrival]:
    return sorted(arrivals, key=lambda each: (each.modified, each.name))


def _last(known: Sequence[KnownFile], *states: FileState) -> KnownFile | None:
    return next((each for each in reversed(known) if each.state in states), None)
