"""What is a plate (kenteken), and what may be shown of it.

A Dutch plate is six letters and digits in one of the fourteen forms (side codes) that the RDW has issued. The
forms are disjoint: the six characters give both side code and dashes. **Shape decides, letters only warn**:
combinations said never to be issued were (NSB, FVD, SP), and trailers carry an O.

Letters are ASCII, checked before they are made upper case (`'ß'.upper()` is `SS`). Plates of other
countries may also carry the Latin letters with a diacritic that are really issued there (`LÖ`, `ČA`), each as
one code point. Nothing is ever swapped: O for 0 and I for 1 are at most asked about (`lookalikes`).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from connector import masks

SIDE_CODES = (
    "XX-99-99",
    "99-99-XX",
    "99-XX-99",
    "XX-99-XX",
    "XX-XX-99",
    "99-XX-XX",
    "99-XXX-9",
    "9-XXX-99",
    "XX-999-X",
    "X-999-XX",
    "XXX-99-X",
    "X-99-XXX",
    "9-XX-999",
    "999-XX-9",
)
"""The RDW's forms in the order of their side codes, from 1: X for a letter, 9 for a digit."""

LONGEST = 15
"""Characters of the longest plate taken, of any country, after `compact`."""

_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_DIGITS = "0123456789"
_FOREIGN_LETTERS = "ÀÁÂÃÄÅÆÇÈÉÊËÌÍÎÏÐÑÒÓÔÕÖØÙÚÛÜÝÞČĆĐŠŽ"
_SEPARATORS = (
    "-._ \t\r\n"
    "\u00a0\u2002\u2003\u2007\u2009\u202f"  # the spaces that office programs put in
    "\u2010\u2011\u2012\u2013\u2014\u2212"  # and what they make of a dash
    "\u00ad\u200b\u2060\ufeff"  # and what nobody sees: soft hyphen, zero width, BOM
)
_COMPACT = str.maketrans(
    (_LETTERS + _FOREIGN_LETTERS).lower(), _LETTERS + _FOREIGN_LETTERS, _SEPARATORS
)  # one letter to one letter: a sign that is none of these stays what it is, and no shape has a place for it
_SHAPE = str.maketrans(_LETTERS + _DIGITS, "X" * 26 + "9" * 10)
_FOREIGN = re.compile(f"[{_LETTERS}{_DIGITS}{_FOREIGN_LETTERS}]{{1,{LONGEST}}}")

_BY_SHAPE = {form.replace("-", ""): side_code for side_code, form in enumerate(SIDE_CODES, start=1)}
"""Six characters without dashes → side code."""

_NOT_ISSUED_LETTERS = frozenset("AEIOUCQ")
"""Not issued from side code 4 on (RDW): vowels, so that no word is spelled, and what is read as O or 0."""

_NOT_ISSUED = re.compile("GVD|KKK|KVT|LPF|NSB|PKK|PSV|TBS|SS|SD|PVV|SGP|VVD|FVD|BBB")
"""Combinations within one group that the RDW does not issue, or no longer."""

_LOOKALIKE = str.maketrans("O0I1", "0O1I")


@dataclass(frozen=True, slots=True)
class Judgement:
    """What a text is as a plate: `plate` in compact form, `country` (ISO 3166 alpha-2) as far as known.

    - `ok`: a Dutch plate.
    - `unusual`: of Dutch shape, with letters that are not issued; a plate, with a warning.
    - `foreign`: a possible plate of the country named.
    - `needs_country`: not of Dutch shape, and no country to say what it is.
    - `invalid`: not a plate of the country named.
    """

    verdict: Literal["ok", "unusual", "foreign", "needs_country", "invalid"]
    plate: str
    country: str | None

    @property
    def accepted(self) -> bool:
        """Whether a passport can stand under this plate."""
        return self.verdict in ("ok", "unusual", "foreign")


def compact(text: str) -> str:
    """The plate as iGarage has it: upper case, without dashes, dots, underscores and spaces of any kind.

    Signs that are neither letter nor digit stay, so that the text is refused and not mended.
    """
    bare = text.replace("-", "")
    return bare.upper() if bare.isascii() and bare.isalnum() else text.translate(_COMPACT)


def judge(text: str, country: str | None) -> Judgement:
    """What this text is as a plate of `country` (ISO 3166 alpha-2; None where the source does not say)."""
    plate = compact(text)
    if country in (None, "NL"):
        return _judge_dutch(plate, country)
    return Judgement("foreign" if _FOREIGN.fullmatch(plate) else "invalid", plate, country)


def ordinary(text: str) -> str | None:
    """The plate in compact form, where it is a Dutch one without anything unusual."""
    plate = compact(text)
    side_code = sidecode(plate)
    return None if side_code is None or _is_unusual(plate, side_code) else plate


def _judge_dutch(plate: str, country: str | None) -> Judgement:
    side_code = sidecode(plate)
    if side_code is None:
        return Judgement("invalid" if country else "needs_country", plate, country)
    return Judgement("unusual" if _is_unusual(plate, side_code) else "ok", plate, "NL")


def sidecode(plate: str) -> int | None:
    """The side code, 1 to 14, of a compact plate of Dutch shape; None of any other."""
    return _BY_SHAPE.get(plate.translate(_SHAPE))


def _is_unusual(plate: str, side_code: int) -> bool:
    if side_code >= 4 and not _NOT_ISSUED_LETTERS.isdisjoint(plate):
        return True
    return bool(_NOT_ISSUED.search(plate) and _NOT_ISSUED.search(formatted(plate)))


def formatted(plate: str) -> str:
    """A compact plate as people write it, `12-ABC-3`; one that is not of Dutch shape stays as it is."""
    side_code = sidecode(plate)
    if side_code is None:
        return plate
    first, second, _ = map(len, SIDE_CODES[side_code - 1].split("-"))
    return f"{plate[:first]}-{plate[first : first + second]}-{plate[first + second :]}"


def lookalikes(text: str) -> str | None:
    """Which signs may have been mistaken for each other: `O0`, `I1` or `O0I1`; None if that mends nothing.

    Only asked, never applied: the sentence that refuses the plate may offer it.
    """
    plate = compact(text)
    if len(plate) != 6 or sidecode(plate):
        return None
    swapped = plate.translate(_LOOKALIKE)
    for pair in ("O0", "I1", "O0I1"):
        choices = [
            {sign, swap} if sign in pair else {sign} for sign, swap in zip(plate, swapped, strict=True)
        ]
        if any(_fits(choices, shape) for shape in _BY_SHAPE):
            return pair
    return None


def _fits(choices: list[set[str]], shape: str) -> bool:
    wanted = {"X": set(_LETTERS), "9": set(_DIGITS)}
    return all(choice & wanted[place] for choice, place in zip(choices, shape, strict=True))


def mask(text: str) -> str:
    """A plate as lists and logs may show it: `AB-**-**`; of any other text its first two signs at most."""
    plate = compact(text)
    if sidecode(plate):
        first, _, rest = formatted(plate).partition("-")
        return f"{first}-{masks.starred(rest)}"
    shown = 2 if len(text) > 3 else 1 if len(text) > 1 else 0
    return masks.bounded(masks.visible(text[:shown]) + masks.starred(text[shown : masks.LONGEST]), 12)
