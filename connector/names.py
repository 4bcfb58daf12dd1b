"""A whole name in one cell, taken apart: `J. van der Meer`, `Meer, van der`, `Dhr. P. Jansen`.

Only what is sure is taken apart: what reads as initials, a Dutch infix (tussenvoegsel) of the list, and what stands
behind it. A name without either, and whatever reads as a company, stays whole as the last name. Nothing is lost:
but for a salutation, every word stands in one of the parts.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

_INFIXES = """
aan aan-de aan-den aan-der aan-het aan-'t af al auf auf-dem auf-den auf-der aus aus-dem aus-der
bij bij-de bij-den bij-het bij-'t bin d da dal dal' dalla das de de-die de-la de-las de-le de-los de-van-der
degli dei del dela delas della den der des di die-le do don dos du e el
het i im in in-de in-den in-der in-het in-'t l la las le les lo los
of onder onder-de onder-den onder-het onder-'t op op-de op-den op-der op-gen op-het op-'t op-ten
over over-de over-den over-het over-'t s 's 't te ten ter tho thoe thor to toe tot
uijt uijt-de uijt-den uijt-'t uit uit-de uit-den uit-het uit-'t uit-te-de uit-ten
unter van van-de van-de-l van-de-l' van-den van-der van-gen van-het van-la van-'t van-ter van-van-de
vande vanden vander ver vom von von-dem von-den von-der von-'t
voor voor-de voor-den voor-in-'t voor-'t vor vor-der zu zum zur
"""
"""The infixes of the Dutch population register (BRP, table 36) that stand apart from the name, a dash for a space.

Those of one letter (`d'`, `l'`) stand before an apostrophe and are part of the word behind them.
"""

_KNOWN = frozenset(tuple(each.split("-")) for each in _INFIXES.split() if len(each) > 1)
_LONGEST = max(map(len, _KNOWN))

_INITIALS = re.compile(r"(?:[^\W\d_]{1,2}\.-?)+|[^\W\d_](?=$)", re.IGNORECASE)
_SALUTATION = re.compile(
    r"(?:de heer (?:en|of|/) mevrouw|de heer/mevrouw|dhr\.? ?(?:en|of|/|&) ?(?:mevr\.?|mw\.?)|de heer|den heer"
    r"|dhr\.?|hr\.|heer|mevrouw|mevr\.?|mw\.?|mej\.?|fam\.?|familie|aan)\s+(?=\S)",
    re.IGNORECASE,
)
_COMPANY = re.compile(
    r"\b(?:b\.?v|n\.?v|v\.?o\.?f|c\.?v|holding|beheer|stichting|vereniging|gemeente|firma|fa|gebr(?:oeders)?|zn|zonen"
    r"|bedrijf|autobedrijf|garage|bakkerij|slagerij|caf[eé]|restaurant|hotel|kapsalon|winkel|transport|bouw"
    r"|installatie\w*|schilders\w*|hoveniers\w*|makelaar\w*|lease|rental|verhuur|gmbh|ltd|school|kerk|praktijk)\b|&",
    re.IGNORECASE,
)


def split(name: str) -> dict[str, str]:
    """The parts of a whole name by their canonical fields; `last_name` is always among them."""
    whole = " ".join(name.split())
    if _COMPANY.search(whole):
        return {"last_name": whole}
    bare = _SALUTATION.sub("", whole, count=1) if _SALUTATION.match(whole) else whole
    last, comma, before = bare.partition(",")
    parts = _turned(last.strip(), before.split()) if comma else _straight(bare.split())
    return parts or {"last_name": bare}


def _straight(words: Sequence[str]) -> dict[str, str] | None:
    """`J. van der Meer`, `Jan van der Meer`, `van der Meer`, `J. Jansen`; None for anything else."""
    for at in range(len(words) - 1):
        length = _infix_length(words[at:-1])
        if length:
            return _parts(words[:at], words[at : at + length], words[at + length :])
    first = _leading_initials(words[:-1])
    return _parts(words[:first], (), words[first:]) if first else None


def _turned(last: str, before: Sequence[str]) -> dict[str, str] | None:
    """`Meer, J. van der`, `Meer, van der`, `Jansen, J.`; None where what follows the comma is neither."""
    for at in range(len(before)):
        if _infix_length(before[at:]) == len(before) - at:
            return _parts(before[:at], before[at:], [last]) if last else None
    return (
        _parts(before, (), [last]) if last and before and _leading_initials(before) == len(before) else None
    )


def _parts(first: Sequence[str], infix: Sequence[str], last: Sequence[str]) -> dict[str, str]:
    kind = "initials" if _leading_initials(first) == len(first) else "first_name"
    parts = {kind: " ".join(first), "infix": " ".join(infix), "last_name": " ".join(last)}
    return {field: words for field, words in parts.items() if words}


def _infix_length(words: Sequence[str]) -> int:
    """How many of these words, from the first, are an infix: the longest that is one."""
    folded = tuple(
        word.lower().replace("\u2019", "'").replace("\u2018", "'").replace("`", "'") for word in words
    )
    return next(
        (length for length in range(min(_LONGEST, len(folded)), 0, -1) if folded[:length] in _KNOWN), 0
    )


def _leading_initials(words: Sequence[str]) -> int:
    return next((at for at, word in enumerate(words) if not _INITIALS.fullmatch(word)), len(words))
