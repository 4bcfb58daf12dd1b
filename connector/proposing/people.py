"""Which of the columns that hold words are last names, first names and places, where no name of a column says so.

Judged by common names, by what stands beside the column, and by the addresses of the same rows: `j.bakker@…`
stands beside Bakker more often than beside his street.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from connector import names
from connector.dictionary import folded
from connector.proposing import looks


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_LAST_NAMES = _words(
    """
dejong jong jansen devries vries vandenberg berg vandijk dijk bakker janssen visser smit meijer deboer boer
mulder degroot groot bos vos peters hendriks vanleeuwen leeuwen dekker brouwer dewit wit dijkstra smits
degraaf graaf vandermeer meer vanderlinden linden kok jacobs dehaan haan vermeulen vandenheuvel heuvel
vanderveen veen vandenbroek broek debruijn bruijn debruin bruin schouten vanbeek beek willems vanvliet vliet
vandeven ven hoekstra maas verhoeven koster vandam dam prins huisman peeters kuipers kuiper veenstra postma
vandewal wal blom kramer vandenbrink brink vanwijk wijk scholten mohamed ali ahmed yilmaz kaya demir celik
smith jones brown taylor
"""
)
_FIRST_NAMES = _words(
    """
jan piet klaas kees johannes maria anna johanna cornelis hendrik henk willem wim peter pieter marieke sanne
lisa emma sophie julia lotte eva anouk femke tim tom daan sem lucas bram thijs jeroen mark martijn erik
johan dirk gerard ton theo frans hans rob ron paul robert richard marco dennis patrick bas sander linda
petra ingrid monique esther karin annemarie els ria truus mohammed fatima mehmet ahmet ayse ali john james
david mary
"""
)
_PLACES = _words(
    """
amsterdam rotterdam denhaag sgravenhage utrecht eindhoven groningen tilburg almere breda nijmegen apeldoorn
haarlem arnhem enschede amersfoort zaandam denbosch shertogenbosch zwolle zoetermeer leiden leeuwarden
maastricht dordrecht ede alphenaandenrijn alkmaar emmen delft venlo deventer helmond hilversum oss sittard
heerlen roosendaal purmerend schiedam vlaardingen lelystad gouda zeist veenendaal nieuwegein houten assen
bergenopzoom katwijk veghel doetinchem terneuzen middelburg goes hoorn
"""
)


_TOLD_BY_SIGNS = re.compile(
    r"(?:^|\s)[A-Z]\.|,|&|\b(?:dhr|mevr|mw|bv|b\.v|vof|v\.o\.f|de heer|mevrouw)\b", re.IGNORECASE
)
"""Initials, salutations and companies: no last name alone."""


def last_name_score(texts: Sequence[str], locals_: Sequence[str | None]) -> float:
    """How much a column reads as last names, or as whole ones. `locals_`: what stands before the @, folded."""
    last = [_last_name(text) for text in texts]
    return _common(last, _LAST_NAMES) + 1.5 * _in_addresses(last, locals_) - _common(texts, _FIRST_NAMES) / 2


def _last_name(text: str) -> str:
    """What a whole name ends in: `Berg` of `J. van der Berg` and of `Jan Berg`; a name of one word is itself."""
    last = names.split(text)["last_name"] if text else ""
    first, _, rest = last.partition(" ")
    return rest if rest and folded(first) in _FIRST_NAMES else last


def are_whole_names(texts: Sequence[str]) -> bool:
    """Whether these are whole names rather than last names: one has initials or a salutation, or half are such."""
    return any(map(_TOLD_BY_SIGNS.search, texts)) or _share_of_whole_names(texts) >= 0.5


def hold_whole_names(texts: Sequence[str]) -> bool:
    """Whether there are whole names among these."""
    return are_whole_names(texts) or _share_of_whole_names(texts) >= 0.1


def _share_of_whole_names(texts: Sequence[str]) -> float:
    return sum(map(_is_whole, texts)) / len(texts) if texts else 0.0


def _is_whole(text: str) -> bool:
    """A first name or initials, and a last name: `Jan van der Berg`, `Jan Berg`; not `van der Berg`, `Berg van der`."""
    parts = names.split(text)
    first, *rest = text.split() or [""]
    if not rest or looks.is_infix(rest[-1]):
        return False
    return "first_name" in parts or "initials" in parts or folded(first) in _FIRST_NAMES


def first_name_score(texts: Sequence[str]) -> float:
    """How much a column reads as first names."""
    return _common(texts, _FIRST_NAMES)


def place_score(texts: Sequence[str]) -> float:
    """How much a column reads as towns."""
    return _common(texts, _PLACES)


def _common(texts: Sequence[str], words: frozenset[str]) -> float:
    filled = [text for text in texts if text]
    return sum(folded(text) in words for text in filled) / len(filled) if filled else 0.0


def _in_addresses(texts: Sequence[str], locals_: Sequence[str | None]) -> float:
    pairs = [(folded(text), local) for text, local in zip(texts, locals_, strict=True) if text and local]
    told = [word in local for word, local in pairs if len(word) >= 3]
    return sum(told) / len(told) if told else 0.0
