"""Words for words: each letter and digit replaced by one of its kind, the same word always by the same.

Two words never become one while there is room, so rows that differ stay different. What stands in the place of a
word is drawn, not computed: it tells nothing of the word but its form.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterator
from math import gcd, prod
from random import Random

WORD = re.compile(r"[^\W_]+")
"""A run of letters and digits, of any script."""

SHORT = 4
"""Words of so many signs and more never take the place of another word of the same export."""

_ROOM = 2_000_000
"""Forms with at most so many words are dealt out like cards, for they may run out; of the others words are drawn."""

_DRAWS = 100

_LETTERS = "abcdefghijklmnopqrstuvwxyz"
_DIGITS = "0123456789"
_ACCENTED = ("éèëêïöüçáäóñàâôîû", "íúòùìåøæãõ", "ÉÈËÊÏÖÜÇÄ", "ÁÓÍÚÑÀÂÔÎÛÅØÆ")
"""Letters that stand for each other: an encoding is found by which of them are common in Dutch."""

_BLOCK = 64  # code points with one lead byte in UTF-8, so that the length in bytes stays


class Words:
    """The words of one export and what stands in their place. Deterministic by `random` and the order of asking."""

    def __init__(self, random: Random, originals: Collection[str] = (), encoding: str = "utf-8") -> None:
        """`originals`: the words of the export in small letters; none of them becomes the place of another."""
        self._random = random
        self._originals = originals
        self._encoding = encoding
        self._known: dict[str, str] = {}
        self._taken: set[str] = set()
        self._rooms: dict[tuple[str, ...], Iterator[str]] = {}

    def text(self, text: str, keep: Collection[str] = ()) -> str:
        """The text with every word replaced but those to keep, given in small letters."""

        def replace(found: re.Match[str]) -> str:
            word = found[0]
            return word if word.lower() in keep else self.word(word)

        return WORD.sub(replace, text)

    def fresh(self, text: str, keep: Collection[str] = ()) -> str:
        """The text with every word drawn anew, for a caller that looks for one of a certain kind."""

        def replace(found: re.Match[str]) -> str:
            word = found[0]
            return word if word.lower() in keep else _cased(self._drawn(self._choices(word)), word)

        return WORD.sub(replace, text)

    def word(self, word: str) -> str:
        """What stands in the place of one word, in its own pattern of capitals."""
        small = lowered(word)
        if small not in self._known:
            self._known[small] = self._new(small)
            self._taken.add(self._known[small])
        return _cased(self._known[small], word)

    def _new(self, word: str) -> str:
        choices = self._choices(word)
        if prod(map(len, choices)) <= _ROOM:
            return self._dealt(word, choices)
        for _ in range(_DRAWS):
            drawn = self._drawn(choices)
            if drawn != word and drawn not in self._taken and drawn not in self._originals:
                return drawn
        return drawn

    def _dealt(self, word: str, choices: list[str]) -> str:
        room = self._rooms.setdefault(tuple(choices), self._shuffled(choices))
        first = next(room)
        if first != word:
            return first
        second = next(room, first)  # the one left over is given to the next word of this form
        rest = [first] if second != first else []
        self._rooms[tuple(choices)] = iter([*rest, *room])
        return second

    def _shuffled(self, choices: list[str]) -> Iterator[str]:
        """Every word of a form once, in an order that is drawn; long words of the export itself come last."""
        if len(choices) < SHORT:
            yield from self._every(choices)
            return
        order = (self._random.random(), self._random.random())
        yield from (word for word in self._every(choices, order) if word not in self._originals)
        yield from (word for word in self._every(choices, order) if word in self._originals)

    def _every(self, choices: list[str], order: tuple[float, float] | None = None) -> Iterator[str]:
        """All words of a form, by steps through their list that come by each one once."""
        first, pace = order or (self._random.random(), self._random.random())
        number = prod(map(len, choices))
        step = next(each for each in range(1 + int(pace * number), 2 * number + 2) if gcd(each, number) == 1)
        for count in range(number):
            yield _numbered((int(first * number) + count * step) % number, choices)

    def _drawn(self, choices: list[str]) -> str:
        return "".join(map(self._random.choice, choices))

    def _choices(self, word: str) -> list[str]:
        return [self._kind(word, at) for at in range(len(word))]

    def _kind(self, word: str, at: int) -> str:
        """The signs that may stand in the place of one sign of a word."""
        sign = word[at].lower() if len(word[at].lower()) == 1 else word[at]
        if sign in _DIGITS:
            starts = at == 0 or word[at - 1] not in _DIGITS
            return (sign if sign == "0" else _DIGITS[1:]) if starts else _DIGITS
        if sign in _LETTERS:
            return _LETTERS
        return "".join(other for other in _alike(sign) if self._can_write(other)) or sign

    def _can_write(self, sign: str) -> bool:
        try:
            return len(sign.encode(self._encoding)) > 0
        except UnicodeEncodeError:
            return False


def _numbered(number: int, choices: list[str]) -> str:
    """The word with this number among all of a form."""
    signs = []
    for each in choices:
        number, at = divmod(number, len(each))
        signs.append(each[at])
    return "".join(signs)


def lowered(word: str) -> str:
    """The word in small letters, as long as it was."""
    small = word.lower()
    return small if len(small) == len(word) else word


def _cased(word: str, pattern: str) -> str:
    return "".join(
        _upper(sign) if model.isupper() else sign for sign, model in zip(word, pattern, strict=True)
    )


def _upper(sign: str) -> str:
    return sign.upper() if len(sign.upper()) == 1 else sign


def _alike(sign: str) -> str:
    """Letters of the same kind: accented ones of the same commonness, else the same script's neighbours."""
    for letters in _ACCENTED:
        if sign in letters:
            return letters
    if ord(sign) < 0x250:
        return sign
    first = ord(sign) - ord(sign) % _BLOCK
    kind = unicodedata.category(sign)
    near = map(chr, range(first, first + _BLOCK))
    return "".join(each for each in near if unicodedata.category(each) == kind and each.lower() == each)
