"""Which companies are lease companies: by name, compared loosely."""

from __future__ import annotations

import re
from collections.abc import Iterable

from connector import kit

USUAL = ("*lease*", "*leasing*", "ALD Automotive*", "Alphabet Nederland*", "Arval*", "Athlon*", "Ayvens*")
"""What is taken for one where the garage names none; `*` stands for anything."""

_LONGEST = 500
_NO_NAME = re.compile(r"(?!)")


def pattern(companies: Iterable[str]) -> re.Pattern[str]:
    """Matches the `plain` name of each of these companies."""
    names = [_expression(company) for company in companies]
    return re.compile("|".join(names)) if names else _NO_NAME


def plain(company: str) -> str:
    """A name without case, accents, spaces, dots and the legal form: `Voorbeeld-Lease B.V.` is `voorbeeldlease`."""
    name = kit.folded(company[:_LONGEST])
    return name[:-2] if name.endswith(("bv", "nv")) else name


def says_anything(company: str) -> bool:
    """Whether a name has a letter or digit to compare by; one that has none would be everybody's."""
    return bool(kit.folded(company))


def _expression(company: str) -> str:
    *before, last = company.split("*")
    return ".*".join([*map(kit.folded, before), plain(last)])
