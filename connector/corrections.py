"""Corrections of addresses: which address counts for a plate, given what the source says, and which correction ends.

A correction keeps the value that the source had (`seen`) and the value meant. It survives every export that still
says `seen`, and ends when the source says anything else. It is for one plate, or for an address wherever it stands;
the plate's own comes first. What is known is always folded: nothing that is meant is itself corrected.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from connector import emails
from connector.emails import key

Ending = Literal["fulfilled", "overruled"]
Fault = Literal["same", "circle", "known_invalid", "syntax"]

SENTENCES = {
    "same": "Dit is hetzelfde adres.",
    "circle": "Het nieuwe adres is zelf eerder verbeterd in het oude adres.",
    "known_invalid": "Van het nieuwe adres is bekend dat het niet werkt.",
    "syntax": "Het nieuwe adres is geen geldig e-mailadres.",
}
"""Why a correction is refused → a sentence."""


@dataclass(frozen=True, slots=True)
class Correction:
    """Where a source says `seen`, `meant` counts; for one `plate`, or (None) wherever the address stands."""

    seen: str
    meant: str
    plate: str | None = None
    by: Literal["person", "igarage"] = "person"


@dataclass(frozen=True, slots=True)
class Counted:
    """The `address` that counts for a plate, `by` which correction (None: it is what the source says).

    `ended` are the plate's own corrections that end: silently where `ending` is `fulfilled`, for the source says what
    was meant; where it is `overruled`, a third value wins.
    """

    address: str
    by: Correction | None = None
    ended: tuple[Correction, ...] = ()
    ending: Ending | None = None


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a correction is not taken."""

    fault: Fault

    @property
    def message(self) -> str:
        """The reason as a Dutch sentence, without an address."""
        return SENTENCES[self.fault]


def counted(said: str, plate: str, known: Sequence[Correction]) -> Counted:
    """Which address counts for a plate whose source says `said`, and which of its own corrections end by that."""
    own = {key(each.seen): each for each in known if each.plate == plate}
    by = _applied(said, own, _everywhere(known))
    if by is not None and by.plate is not None:
        return Counted(by.meant, by)
    fulfilled = any(_same(each.meant, said) for each in own.values())
    ending: Ending | None = ("fulfilled" if fulfilled else "overruled") if own else None
    return Counted(by.meant if by else said, by, tuple(own.values()), ending)


def is_over(correction: Correction, said: Iterable[str]) -> bool:
    """Whether a correction of an address wherever it stands has ended: no source says it any more, of all `said`."""
    return not any(_same(each, correction.seen) for each in said)


def add(
    known: Sequence[Correction], new: Correction, known_invalid: Collection[str] = ()
) -> tuple[Correction, ...] | Refusal:
    """What is known once `new` is, folded as `known` was: A→B and B→C become A→C and B→C; or why `new` is refused.

    A person's is refused when it is a circle, or when what it means is no address or `known_invalid` (as compared).
    iGarage's tells what happened there: it is never refused, and where it goes back, what it goes back on ends.
    """
    if new.by == "igarage" and _same(new.seen, new.meant):
        return tuple(known)
    if new.by == "igarage":
        return _fold(_without_what_it_goes_back_on(known, new), new)
    target = _target(known, new)
    fault = _fault(new, target, known_invalid)
    return Refusal(fault) if fault else _fold(known, replace(new, meant=target))


def _fault(new: Correction, target: str, known_invalid: Collection[str]) -> Fault | None:
    if _same(new.seen, new.meant):
        return "same"
    if emails.fault(new.meant):
        return "syntax"
    if _same(target, new.seen):
        return "circle"
    return "known_invalid" if key(target) in known_invalid else None


def _target(known: Sequence[Correction], new: Correction) -> str:
    """What is meant in the end: the address that it was corrected to itself, if it was."""
    if new.plate is not None:
        own = {key(each.seen): each for each in known if each.plate == new.plate}
        by = _applied(new.meant, own, _everywhere(known))
    else:
        by = _everywhere(known).get(key(new.meant))
    return by.meant if by else new.meant


def _fold(known: Sequence[Correction], new: Correction) -> tuple[Correction, ...]:
    """`new` in the place of one of the same scope, and at the end of all that led to what it corrects."""
    folded = {_place(each): each for each in known}
    for each in known:
        if not _same(each.meant, new.seen):
            continue
        if new.plate in (None, each.plate):
            folded[_place(each)] = replace(each, meant=_further(known, each, new.meant))
        elif each.plate is None:  # for this plate alone it goes on; its own word stands
            folded.setdefault((new.plate, key(each.seen)), replace(new, seen=each.seen))
    folded[_place(new)] = new
    return tuple(each for each in folded.values() if not _same(each.seen, each.meant))


def _further(known: Sequence[Correction], led_here: Correction, meant: str) -> str:
    """Where a plate's own correction leads to by its own word, once what it meant is corrected to `meant`.

    What led to the same address comes back to where it began, and so says nothing any more.
    """
    for each in known:
        if each.plate == led_here.plate is not None and _same(each.seen, meant):
            return meant if _same(each.meant, led_here.meant) else each.meant
    return meant


def _without_what_it_goes_back_on(known: Sequence[Correction], new: Correction) -> list[Correction]:
    """Those known but for the ones that correct what iGarage has now, in the scope it speaks of."""
    return [each for each in known if not (_same(each.seen, new.meant) and new.plate in (None, each.plate))]


def _applied(said: str, own: dict[str, Correction], everywhere: dict[str, Correction]) -> Correction | None:
    """The correction of what a plate's source says: its own, also of what an address was corrected to."""
    if key(said) in own:
        return own[key(said)]
    wide = everywhere.get(key(said))
    return own.get(key(wide.meant), wide) if wide else None


def _everywhere(known: Sequence[Correction]) -> dict[str, Correction]:
    return {key(each.seen): each for each in known if each.plate is None}


def _place(correction: Correction) -> tuple[str | None, str]:
    return correction.plate, key(correction.seen)


def _same(one: str, other: str) -> bool:
    return key(one) == key(other)
