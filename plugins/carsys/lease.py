"""Which companies are lease companies: by name, the garage's own compared loosely, the usual ones word by word."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Self

from connector import kit

USUAL = "usual"
"""What a garage writes among the names of its own for those that are usually one; it is so where it names none."""

KNOWN = ("ALD Automotive", "Alphabet Nederland", "Arval", "Athlon", "Ayvens")
"""How the usual names begin that need no `lease` in them."""

_USUAL = re.compile(
    r"\b(?!(?:p|re)leas(?:e|ing))\w*leas(?:e|ing)"
    rf"|^(?:{'|'.join(' ?'.join(map(kit.folded, name.split())) for name in KNOWN)})"
)
"""In a name's `_words`: one with lease or leasing in it, as Autolease, that is not Please, Release or the like."""

_LONGEST = 500
_NO_COMPANY = frozenset(("", "geen", "nvt", "onbekend", "particulier", "prive"))

_BETWEEN = re.compile(r"[\s/&+,;:|()_\u2010-\u2014-]+")
"""What parts the words of a name. A dot does not: `A.L.D.` is one word."""


@dataclass(frozen=True, slots=True)
class Companies:
    """Whom a garage takes for a lease company."""

    listed: re.Pattern[str] | None
    with_usual: bool

    @classmethod
    def of(cls, written: Iterable[str]) -> Self:
        """As they are written: names, in which `*` stands for anything, and `usual`."""
        names = list(written)
        own = [_expression(name) for name in names if kit.folded(name) != USUAL]
        return cls(re.compile("|".join(own)) if own else None, len(own) < len(names))

    def has(self, name: str) -> bool:
        """Whether this is the name of one."""
        if self.listed and self.listed.fullmatch(_plain(name)):
            return True
        return self.with_usual and _USUAL.search(_words(name)) is not None


def names_one(company: str) -> bool:
    """Whether the cell of a company names one; it may say in words, or with signs alone, that there is none."""
    return kit.folded(company[:_LONGEST]) not in _NO_COMPANY


def says_anything(company: str) -> bool:
    """Whether a name has a letter or digit to compare by; one that has none would be everybody's."""
    return bool(kit.folded(company))


def _plain(company: str) -> str:
    """A name without case, accents, spaces, dots and the legal form: `Voorbeeld-Lease B.V.` is `voorbeeldlease`."""
    name = kit.folded(company[:_LONGEST])
    return name[:-2] if name.endswith(("bv", "nv")) else name


def _words(company: str) -> str:
    """A name's words without case, accents and dots, a space between them: `voorbeeld lease bv`."""
    return " ".join(map(kit.folded, _BETWEEN.split(company[:_LONGEST]))).strip()


def _expression(company: str) -> str:
    *before, last = company.split("*")
    return ".*".join([*map(kit.folded, before), _plain(last)])
