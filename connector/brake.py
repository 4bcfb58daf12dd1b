"""The file brake: whether a file as a whole is out of proportion to what is known. Pure.

A file that halves, that is another customer's, or whose columns have shifted would write nonsense over a whole garage
before anybody looked. It is held whole, before anything of it leaves, and a person gives leave or takes it away. All
that is found of it is told at once, for leave is given for what was told.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice

from connector import emails, masks, owners, plates
from connector.model import CONSENT_FIELDS, FACT_FIELDS
from connector.shifts import Said, Shift, Shifts, yes_or_no

WAIVABLE = (
    "rows_halved",
    "passports_halved",
    "other_customers",
    "column_moved",
    "addresses_equal",
    "passports_changed",
    "consents_changed",
)
"""Findings for which a person can give leave: the file can be read, it only looks wrong."""

EXAMPLES = 5
FEWEST_KNOWN = 10
"""So many passports the last file must have named, and so many others this one, before they are another garage's."""
FEWEST_EQUAL = 10
"""So many passports must get one address before it is no coincidence."""
FEWEST_LIFTED = 5
"""So many opt-outs must be taken back before it is no coincidence, and more than half of all there are."""
_BETWEEN = ", "


@dataclass(frozen=True, slots=True)
class Limits:
    """The garage's `brake`: how many known passports may change, by both measures, and what share of rows must be."""

    changed_percent: float = 30.0
    changed_passports: int = 50
    rows_percent: float = 50.0

    def too_many(self, changed: int, known: int) -> bool:
        """Whether so many of the known passports are more than may change."""
        return changed > self.changed_passports and changed * 100 > known * self.changed_percent

    def too_few(self, number: int, before: int) -> bool:
        """Whether a number fell too far below what it was."""
        return number * 100 < before * self.rows_percent


LIMITS = Limits()


@dataclass(frozen=True, slots=True)
class Before:
    """The last file of a source that was taken: its rows, and those of them that were passports."""

    rows: int
    passports: int


@dataclass(frozen=True, slots=True)
class Braked:
    """Why a file is held: codes of `WAIVABLE`, and Dutch sentences with numbers; masked examples as far as at hand."""

    reason: str
    message: str
    examples: tuple[str, ...] = ()

    def shown(self, examples: Iterable[str] = ()) -> Braked:
        """With its examples in the sentence: its own, or where it has none the first of these."""
        given = self.examples or tuple(islice(examples, EXAMPLES))
        told = f"{self.message} Voorbeelden: {'; '.join(given)}." if given else self.message
        return replace(self, message=told, examples=given)


def together(found: Sequence[Braked]) -> Braked | None:
    """All that was found of a file as one; None where nothing was."""
    if not found:
        return None
    return Braked(_BETWEEN.join(each.reason for each in found), " ".join(each.message for each in found))


def codes(reason: str) -> tuple[str, ...]:
    """The findings that a file is held for, by its reason."""
    return tuple(reason.split(_BETWEEN))


@dataclass(slots=True)
class Weighing:
    """What a file comes to, row by row. Rows that were recognised change nothing and are only counted.

    `columns`: field → what the export calls its column. `opted_out`: known passports whose owner opted out.
    """

    columns: Mapping[str, str] = field(default_factory=dict)
    opted_out: int = 0
    rows: int = 0
    known: int = 0
    changed: int = 0
    lifted: int = 0
    """Opt-outs that would be taken back."""
    _answered: int = 0
    _recognised: int = 0
    _passports: int = 0
    _readdressed: int = 0
    _addresses: set[str] = field(default_factory=set)
    _examples: dict[str, list[str]] = field(default_factory=dict)
    _shifts: Shifts = field(default_factory=Shifts)

    @property
    def passports(self) -> int:
        """The rows that are passports."""
        return self._recognised + self._passports

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
        self._count(number, addresses)
        self._readdressed += number

    def passport(self, plate: str, new: Said, old: Said | None, waiting: Said | None = None) -> None:
        """A row that is a passport: as it would be, and as the ledger has it (None: not yet), facts and all.

        `waiting`: as a newcomer would have it of whom a person is asked. Where the row speaks of him, he is no news.
        """
        address = emails.key(str(new.get("email", "")))
        if old is None:
            self.newcomers(1, [address])
            return
        self._count(1, [address])
        self.known += 1
        before = waiting if waiting is not None and _is_other(new, old) else old
        unsaid = {name: before[name] for name in FACT_FIELDS if name in before}  # it stays as it is
        self._compare(plate, {**unsaid, **new}, before)

    def findings(self, limits: Limits, before: Before | None) -> list[Braked]:
        """All that the file is out of proportion in. `before`: the source's last taken file, where that must hold."""
        found = (
            self._rows_halved(limits, before),
            self._passports_halved(limits, before),
            self._other_customers(limits, before),
            self._columns_moved(),
            self._addresses_equal(),
            self._too_many_changed(limits),
            self._consents_changed(limits),
        )
        return [each for each in found if each]

    def _count(self, number: int, addresses: Iterable[str]) -> None:
        self._addresses.update(islice(set(addresses) - self._addresses, 2 - len(self._addresses)))
        self.rows += number
        self._passports += number

    def _compare(self, plate: str, new: Said, old: Said) -> None:
        if new == old:
            return
        if _differs_in_address(new, old):
            self._readdressed += 1
            self._example("addresses_equal", plate, new, old, "email")
        if _is_other(new, old):
            self.changed += 1
            other = "email" if _differs_in_address(new, old) else "last_name"
            self._example("passports_changed", plate, new, old, other)
        if answers := [name for name in CONSENT_FIELDS if _is_answered_otherwise(name, new, old)]:
            self._answered += 1
            self.lifted += bool(old.get("opt_out")) and "opt_out" in answers
            self._example("consents_changed", plate, new, old, answers[-1])
        self._shifts.note(plate, new, old)

    def _rows_halved(self, limits: Limits, before: Before | None) -> Braked | None:
        if before is None or not limits.too_few(self.rows, before.rows):
            return None
        return Braked(
            "rows_halved",
            f"Dit bestand heeft {self.rows} rijen en het vorige had er {before.rows}:"
            " een deel van de klanten ontbreekt.",
        )

    def _passports_halved(self, limits: Limits, before: Before | None) -> Braked | None:
        if before is None or not limits.too_few(self.passports, before.passports):
            return None
        if limits.too_few(self.rows, before.rows) and self.passports * 2 >= self.rows:
            return None  # that there are fewer rows says it
        return Braked(
            "passports_halved",
            f"Van dit bestand kunnen {self.passports} rijen een AutoPaspoort zijn en van het vorige {before.passports}:"
            f" de andere {self.rows - self.passports} zijn afgekeurd of overgeslagen.",
        )

    def _other_customers(self, limits: Limits, before: Before | None) -> Braked | None:
        if before is None or before.passports < FEWEST_KNOWN:
            return None
        others = self.passports - self.known
        fewer = limits.too_few(self.passports, before.passports)  # which is told already
        expected = self.passports if fewer else before.passports
        if others < FEWEST_KNOWN or not limits.too_few(self.known, expected):
            return None
        return Braked(
            "other_customers",
            f"Van de {before.passports} auto's in het vorige bestand staan er nog {self.known} in dit, naast {others}"
            " die niet bekend zijn: het lijkt van een andere garage.",
        )

    def _columns_moved(self) -> Braked | None:
        shifts = self._shifts.found(self._recognised)
        if not shifts:
            return None
        told = ", ".join(
            f"staat bij {each.number} AutoPaspoorten wat in {self._column(each.before)} stond nu in"
            f" {self._column(each.after)}{' en omgekeerd' * each.exchanged}"
            for each in shifts[:EXAMPLES]
        )
        return Braked(
            "column_moved", f"In dit bestand {told}: de kolommen zijn verschoven.", self._moved(shifts[0])
        )

    def _moved(self, shift: Shift) -> tuple[str, ...]:
        name = shift.before
        return tuple(
            f"{plates.mask(plate)} {self._column(name)}: {_masked(name, was)} → {_masked(name, becomes)}"
            for plate, was, becomes in shift.examples
        )

    def _column(self, name: str) -> str:
        return f"“{self.columns.get(name, name)}”"

    def _addresses_equal(self) -> Braked | None:
        few = self._readdressed < FEWEST_EQUAL or self._readdressed * 2 <= self.passports
        if few or len(self._addresses) != 1:
            return None
        (address,) = self._addresses
        return Braked(
            "addresses_equal",
            f"Bij {self._readdressed} van de {self.passports} AutoPaspoorten zou hetzelfde e-mailadres komen te staan"
            f" ({emails.mask(address)}).",
            self._examples_of("addresses_equal"),
        )

    def _too_many_changed(self, limits: Limits) -> Braked | None:
        if not limits.too_many(self.changed, self.known):
            return None
        return Braked(
            "passports_changed",
            f"Dit bestand zou bij {self.changed} van de {self.known} bekende AutoPaspoorten het adres of de eigenaar"
            " wijzigen.",
            self._examples_of("passports_changed"),
        )

    def _consents_changed(self, limits: Limits) -> Braked | None:
        lifted = self.lifted >= FEWEST_LIFTED and self.lifted * 2 > self.opted_out
        if not lifted and not limits.too_many(self._answered, self.known):
            return None
        what = (
            f"bij {self.lifted} van de {max(self.lifted, self.opted_out)} klanten die zich hebben afgemeld de afmelding"
            " intrekken"
            if lifted
            else f"bij {self._answered} van de {self.known} bekende AutoPaspoorten de toestemming of de afmelding"
            " wijzigen"
        )
        return Braked("consents_changed", f"Dit bestand zou {what}.", self._examples_of("consents_changed"))

    def _example(self, code: str, plate: str, new: Said, old: Said, name: str) -> None:
        examples = self._examples.setdefault(code, [])
        if len(examples) < EXAMPLES:
            was, becomes = _masked(name, old.get(name)), _masked(name, new.get(name))
            column = f" {self._column(name)}" if name in CONSENT_FIELDS else ""
            examples.append(f"{plates.mask(plate)}{column}: {was} → {becomes}")

    def _examples_of(self, code: str) -> tuple[str, ...]:
        return tuple(self._examples.get(code, ()))


def _is_other(new: Said, old: Said) -> bool:
    """Whether the address or the name is another: without either nobody is another owner."""
    return _differs_in_address(new, old) or owners.is_renamed(old, new)


def _differs_in_address(new: Said, old: Said) -> bool:
    return emails.key(str(new.get("email", ""))) != emails.key(str(old.get("email", "")))


def _is_answered_otherwise(name: str, new: Said, old: Said) -> bool:
    """Whether a yes became a no, or a no a yes; what was not said before is no change."""
    was, becomes = yes_or_no(old, name), yes_or_no(new, name)
    return was is not None and becomes is not None and was != becomes


def _masked(name: str, value: object) -> str:
    if value is None or value == "":
        return "leeg"
    if name in CONSENT_FIELDS:
        return "nee" if value in (False, "no") else "ja"
    return emails.mask(str(value)) if name == "email" else masks.text(str(value))
