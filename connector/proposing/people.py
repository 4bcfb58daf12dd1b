"""Which of the columns that hold words are last names, first names and places, where no name of a column says so.

Judged by common names, by what stands beside the column, and by the addresses of the same rows: `j.bakker@…`
stands beside Bakker more often than beside his street.
"""

from __future__ import annotations

from collections.abc import Sequence

from connector.dictionary import folded


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


def last_name_score(texts: Sequence[str], locals_: Sequence[str | None]) -> float:
    """How much a column reads as last names. `locals_`: what stands before the @ in the same rows, folded."""
    return (
        _common(texts, _LAST_NAMES) + 1.5 * _in_addresses(texts, locals_) - _common(texts, _FIRST_NAMES) / 2
    )


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
