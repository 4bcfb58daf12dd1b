"""The file brake: whether a file as a whole is out of proportion to what is known. Pure.

A file that halves, that is another customer's, or whose columns have shifted would write nonsense over a whole garage
before anybody looked. It is held whole, before anything of it leaves, and a person gives leave or takes it away.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from connector import emails, masks, plates

Content = Mapping[str, Any]

WAIVABLE = ("rows_halved", "passports_changed", "column_moved", "addresses_equal")
"""Findings for which a person can give leave: the file can be read, it only looks wrong."""

EXAMPLES = 5
FEWEST_MOVED = 20
"""So many passports must tell of a shifted column before it is believed."""
FEWEST_EQUAL = 10
"""So many passports must share one address before it is no coincidence."""
SHORTEST = 3
"""Characters of a value by which it is known again in another column."""


@dataclass(frozen=True, slots=True)
class Limits:
    """The garage's `brake`: how many known passports may change, by both measures, and what share of rows must be."""

    changed_percent: float = 30.0
    changed_passports: int = 50
    rows_percent: float = 50.0


LIMITS = Limits()


@dataclass(frozen=True, slots=True)
class Braked:
    """Why a file is held: a code of `WAIVABLE`, and a Dutch sentence with numbers and masked examples."""

    reason: str
    message: str


@dataclass(slots=True)
class Weighing:
    """What a file comes to, row by row. Rows that were recognised change nothing and are only counted."""

    rows: int = 0
    known: int = 0
    changed: int = 0
    compared: int = 0
    examples: list[str] = field(default_factory=list)
    _recognised: int = 0
    _passports: int = 0
    _addresses: set[str] = field(default_factory=set)
    _moved: Counter[tuple[str, str]] = field(default_factory=Counter)

    def recognised(self, number: int = 1, *, is_passport: bool) -> None:
        """Rows that their source said before, word for word."""
        self.rows += number
        self.known += number * is_passport
        self._recognised += number * is_passport

    def passed_over(self, number: int = 1) -> None:
        """Rows that are no passport."""
        self.rows += number

    def newcomers(self, number: int, addresses: Iterable[str]) -> None:
        """Rows that are passports the ledger does not know yet.

        `addresses`, as addresses are compared: theirs, or some of which two differ where any do.
        """
        self._addresses.update(islice(set(addresses) - self._addresses, 2 - len(self._addresses)))
        self.rows += number
        self._passports += number

    def passport(self, plate: str, new: Content, old: Content | None) -> None:
        """A row that is a passport: as it would be, and as the ledger has it (None: not yet)."""
        self.newcomers(1, [emails.key(str(new.get("email", "")))])
        if old is not None:
            self.known += 1
            self._compare(plate, new, old)

    def verdict(self, limits: Limits, rows_before: int | None) -> Braked | None:
        """Whether the file is held. `rows_before`: rows of the source's last taken file, where that must hold."""
        return (
            self._halved(limits, rows_before)
            or self._columns_moved()
            or self._addresses_equal()
            or self._too_many_changed(limits)
        )

    def _compare(self, plate: str, new: Content, old: Content) -> None:
        if new == old:
            return
        self.compared += 1
        if _is_other(new, old):
            self.changed += 1
            if len(self.examples) < EXAMPLES:
                self.examples.append(_example(plate, new, old))
        for before, value in old.items():
            if len(str(value)) >= SHORTEST and new.get(before) != value:
                self._moved.update(
                    (before, after) for after in new if new[after] == value and old.get(after) != value
                )

    def _halved(self, limits: Limits, before: int | None) -> Braked | None:
        if before is None or self.rows * 100 >= before * limits.rows_percent:
            return None
        return Braked(
            "rows_halved",
            f"Dit bestand heeft {self.rows} rijen en het vorige had er {before}: een deel van de klanten ontbreekt.",
        )

    def _columns_moved(self) -> Braked | None:
        (fields, number), *_ = self._moved.most_common(1) or [(("", ""), 0)]
        if number < max(FEWEST_MOVED, self.compared / 2):
            return None
        return Braked(
            "column_moved",
            f"Bij {number} AutoPaspoorten staat wat in {fields[0]} stond nu in {fields[1]}:"
            " de kolommen zijn verschoven." + self._shown(),
        )

    def _addresses_equal(self) -> Braked | None:
        if self._recognised or self._passports < FEWEST_EQUAL or len(self._addresses) != 1:
            return None
        (address,) = self._addresses
        return Braked(
            "addresses_equal",
            f"Alle {self._passports} rijen noemen hetzelfde e-mailadres ({emails.mask(address)}).",
        )

    def _too_many_changed(self, limits: Limits) -> Braked | None:
        few = self.changed <= limits.changed_passports
        if few or self.changed * 100 <= self.known * limits.changed_percent:
            return None
        return Braked(
            "passports_changed",
            f"Dit bestand zou bij {self.changed} van de {self.known} bekende AutoPaspoorten het adres of de eigenaar"
            " wijzigen." + self._shown(),
        )

    def _shown(self) -> str:
        return " Voorbeelden: " + "; ".join(self.examples) + "." if self.examples else ""


def _is_other(new: Content, old: Content) -> bool:
    """Whether the address or the owner is another."""
    if emails.key(str(new.get("email", ""))) != emails.key(str(old.get("email", ""))):
        return True
    owner = ("customer_reference", "last_name")
    return any(str(new.get(name, "")).casefold() != str(old.get(name, "")).casefold() for name in owner)


def _example(plate: str, new: Content, old: Content) -> str:
    was, becomes = (emails.mask(str(each.get("email", ""))) for each in (old, new))
    if was == becomes:
        was, becomes = (masks.text(str(each.get("last_name", ""))) for each in (old, new))
    return f"{plates.mask(plate)}: {was} → {becomes}"
