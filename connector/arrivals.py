"""Which of the files at rest are to be read. Pure: listing and history in, choices out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
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
    found_at: datetime | None = None

    def is_the_file(self, arrival: Arrival) -> bool:
        """Whether this is the same file as far as a listing tells."""
        return (self.name, self.size, self.modified) == (arrival.name, arrival.size, arrival.modified)


@dataclass(frozen=True, slots=True)
class Choice:
    """What to do with an arrival: read it, or note that a newer one speaks in its place."""

    arrival: Arrival
    action: Literal["read", "supersede"]


AHEAD = timedelta(days=1)
"""A file dated further ahead than this was written under a wrong clock: it counts as of when it was found."""


class History:
    """What a source's files became, found by what a listing or their content tells: there may be many thousands."""

    def __init__(self, known: Sequence[KnownFile], now: datetime) -> None:
        self._now = now
        self._sights = {(each.name, each.size, each.modified): each for each in known}
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

    def time_of(self, arrival: Arrival) -> datetime:
        """When an arrival was written, as far as that can be believed."""
        before = self._sights.get((arrival.name, arrival.size, arrival.modified))
        found = before.found_at if before and before.found_at else self._now
        return arrival.modified if arrival.modified <= found + AHEAD else found

    def is_after_taken(self, arrival: Arrival) -> bool:
        """Whether an arrival was written after the last file that was taken, or none was."""
        return self.taken is None or self._is_after(self.taken, arrival)

    def is_after_another(self, arrival: Arrival) -> bool:
        """Whether a file was held or discarded since the last one that was taken, and an arrival written after it."""
        return self.latest is not None and self.latest != self.taken and self._is_after(self.latest, arrival)

    def _is_after(self, known: KnownFile, arrival: Arrival) -> bool:
        found = known.found_at or known.modified
        return self.time_of(arrival) > (known.modified if known.modified <= found + AHEAD else found)

    def in_order(self, arrivals: Sequence[Arrival]) -> list[Arrival]:
        """The newest last."""
        return sorted(arrivals, key=lambda each: (self.time_of(each), each.name))


def worth_hashing(arrivals: Sequence[Arrival], history: History, contains: Contains) -> list[Arrival]:
    """The arrivals whose content decides: of a whole customer base the newest, of a selection each.

    They are hashed even when name, size and time are known: an export may be rewritten within them.
    """
    ordered = history.in_order(arrivals)
    return ordered[-1:] if contains == "all" else ordered


def choose(
    arrivals: Sequence[Arrival],
    history: History,
    contains: Contains,
    recipe: bytes,
    moving: Sequence[Arrival] = (),
) -> list[Choice]:
    """What to do with each arrival that needs something done, in the order to do it.

    With `contains: all` the newest speaks for the source and the others are superseded; while a newer one is still
    `moving`, none speaks. Of a selection each is read, oldest first.
    """
    ordered = history.in_order(arrivals)
    if contains == "selection":
        return _judge_each([each for each in ordered if each.digest is not None], history, recipe)
    if set(history.in_order([*ordered[-1:], *moving])[-1:]) & set(moving):
        return []
    older = [Choice(each, "supersede") for each in ordered[:-1] if not history.met(each)]
    return older + _judge_each(ordered[-1:], history, recipe)


def _judge_each(arrivals: Sequence[Arrival], history: History, recipe: bytes) -> list[Choice]:
    return [Choice(each, action) for each in arrivals if (action := _judge(each, history, recipe))]


def _judge(arrival: Arrival, history: History, recipe: bytes) -> Literal["read", "supersede"] | None:
    latest, taken = history.latest, history.taken
    if latest and latest.digest == arrival.digest:
        return None if latest.recipe == recipe or latest.state == "discarded" else "read"
    if taken and taken.digest == arrival.digest and taken.recipe == recipe:
        return "read" if history.is_after_another(arrival) else None
    earlier = history.of_content(arrival)
    if not earlier:
        return "read"
    if any(each.state == "discarded" or _is_answered(each, arrival) for each in earlier):
        return None
    if history.is_after_taken(arrival):
        return "read"
    return None if any(each.is_the_file(arrival) for each in earlier) else "supersede"


def _is_answered(known: KnownFile, arrival: Arrival) -> bool:
    """Whether this very file was read before."""
    return known.is_the_file(arrival) and known.state != "superseded"


def _last(known: Sequence[KnownFile], *states: FileState) -> KnownFile | None:
    return next((each for each in reversed(known) if each.state in states), None)
