"""A whole name in one cell, taken apart: `J. van der Meer`, `Meer, van der`, `Dhr. P. Jansen`.

Only what is sure is taken apart: what reads as initials, a Dutch infix (tussenvoegsel) of the list, and what stands
behind it. A name without either, one of which the parts could be others (`Meer van der`, `Dr. Oetker`), and whatever
reads as a company stays whole as the last name. Nothing is lost: but for a salutation, every word stands in a part.
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

_SHORTENED = "v v-d v. v.-d. v.d v.d. v/d vd vd. v.h. v/h"
"""What is written for `van`, `van de(n)`, `van der` and `van het`, in small letters: in capitals they are initials."""

_KNOWN = frozenset(tuple(each.split("-")) for each in _INFIXES.split() if len(each) > 1)
_KNOWN_SHORT = frozenset(tuple(each.split("-")) for each in _SHORTENED.split())
_LONGEST = max(map(len, _KNOWN))
_WORDS = frozenset(word for each in _KNOWN | _KNOWN_SHORT for word in each)

_APOSTROPHES = str.maketrans("\u2018\u2019`", "'''")

_INITIALS = re.compile(r"(?:(?:chr?|ij|ph|sj|th|tj|[^\W\d_])\.-?)+|[^\W\d_]", re.IGNORECASE)
_GLUED = re.compile(r"((?:(?:Chr?|I[Jj]|Ph|Sj|Th|Tj|[A-Z])\.)+)(v\.(?:d\.)?) ")
"""Initials that an infix in small letters is written on to: `J.v.d. Meer`."""
_DOUBTFUL = frozenset(("v", "d", "v.", "d."))
"""Initials, or `van` and `de`."""
_NO_NAMES = frozenset(
    (
        *("dr", "drs", "ds", "ing", "ir", "jhr", "mr", "prof", "sint", "st"),
        *("-", "+", "en", "of", "e/v", "e.v", "ev", "e/o"),
    )
)
"""Titles, and what stands between two people or two names of one."""

_SALUTATION = re.compile(
    r"(?:aan\s+)?(?:de heer (?:en|of|/) mevrouw|de heer/mevrouw|dhr\.? ?(?:en|of|/|&) ?(?:mevr\.?|mw\.?)|de heer"
    r"|den heer|dhr\.?|hr\.|heer|mevrouw|mevr\.?|mw\.?|mej\.?|fam\.?|familie)\s+(?=\S)",
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
    if comma:
        parts = _turned(last.split(), before.split())
    else:
        parts = _straight((_GLUED.sub(r"\1 \2 ", bare, count=1) if ".v." in bare else bare).split())
    return parts or {"last_name": bare}


def _straight(words: Sequence[str]) -> dict[str, str] | None:
    """`J. van der Meer`, `Jan van der Meer`, `van der Meer`, `J. Jansen`; None for anything else."""
    initials = _leading_initials(words[:-1])
    at, behind = _infix_in(words[:-1])
    if at == behind or 0 < initials < at:  # none, or `J. Jansen van den Berg`
        return _parts(words[:initials], (), words[initials:]) if initials else None
    return _parts(words[:at], words[at:behind], words[behind:])


def _turned(last: Sequence[str], before: Sequence[str]) -> dict[str, str] | None:
    """`Meer, J. van der`, `Meer, van der`, `Jansen, J.`; None where what follows the comma is neither."""
    for at in range(len(before)):
        if _infix_length(before[at:]) == len(before) - at:
            return _parts(before[:at], before[at:], last)
    return _parts(before, (), last) if before and _leading_initials(before) == len(before) else None


def _parts(first: Sequence[str], infix: Sequence[str], last: Sequence[str]) -> dict[str, str] | None:
    """The parts by their fields; None where it is not sure that they are what they seem."""
    are_initials = _leading_initials(first) == len(first)
    is_sure = all(map(_is_sure_initial if are_initials else _is_sure_name, first))
    if not (is_sure and _is_sure_last(last, infix)):
        return None
    parts = {
        "initials" if are_initials else "first_name": " ".join(first),
        "infix": " ".join(infix),
        "last_name": " ".join(last),
    }
    return {field: words for field, words in parts.items() if words}


def _is_sure_initial(word: str) -> bool:
    """Whether no infix is meant."""
    return word not in _DOUBTFUL and not word.lower().endswith("v.d.")


def _is_sure_name(word: str) -> bool:
    """Whether it is a first name or an initial: no title (`Dr.`), not cut short (`Joh.`), and of one person."""
    if word[-1] == ".":
        return _is_initial(word) and _is_sure_initial(word)
    return word.lower() not in _NO_NAMES and "(" not in word


def _is_sure_last(words: Sequence[str], infix: Sequence[str]) -> bool:
    """Whether it is a name: without initials, and neither all of it (`Meer van der`) nor, behind one, its beginning
    an infix.
    """
    if not words or words[0][-1] == "." or any(map(_is_initial, words)) or "(" in "".join(words):
        return False
    if infix:
        is_guess = infix[0] in _DOUBTFUL and words[0].islower()
        return not is_guess and _folded(words[0]) not in _WORDS
    if len(words) == 1:
        return words[0] not in _WORDS  # `J. Los`
    return not _WORDS.issuperset(map(_folded, words))


def _infix_in(words: Sequence[str]) -> tuple[int, int]:
    """Where the first infix begins and ends; both the same where there is none."""
    for at, word in enumerate(words):
        if _folded(word) in _WORDS and (length := _infix_length(words[at:])):
            return at, at + length
    return 0, 0


def _infix_length(words: Sequence[str]) -> int:
    """How many of these words, from the first, are an infix: the longest that is one."""
    longest = words[:_LONGEST]
    folded, small = tuple(map(_folded, longest)), tuple(map(_small, longest))
    for length in range(len(longest), 0, -1):
        if folded[:length] in _KNOWN or small[:length] in _KNOWN_SHORT:
            return length
    return 0


def _folded(word: str) -> str:
    word = word.lower()
    return word if word.isascii() and "`" not in word else word.translate(_APOSTROPHES)


def _small(word: str) -> str:
    """`V.d.` is `v.d.`, and a letter alone stays what it is."""
    return word if len(word) < 3 else word[0].lower() + word[1:]


def _leading_initials(words: Sequence[str]) -> int:
    return next((at for at, word in enumerate(words) if not _is_initial(word)), len(words))


def _is_initial(word: str) -> bool:
    if len(word) > 1 and word[-1] not in ".-":
        return False
    return _INITIALS.fullmatch(word) is not None and word.lower() != word.upper()
