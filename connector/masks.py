"""What people may see of a value in lists and logs: enough to find it again, too little to know it.

A mask is one line of bounded length in which nothing but its first character and some punctuation is the
value's own, and no control character stands: neither a log nor a terminal can be steered by it. A plate and
an address have masks of their own (`plates.mask`, `emails.mask`), for their form is what makes them findable.
"""

from __future__ import annotations

LONGEST = 24
"""Characters of a mask, the `…` that tells of a cut included."""

_LEFT_OPEN = frozenset(" -/.:,")
"""Separators of dates, numbers and plates: they show the form of a value and tell nothing of a person."""


def text(value: str) -> str:
    """The first character, then stars; a value of one character is a star. `31-12-26` becomes `3*-**-**`."""
    if len(value) < 2:
        return "*" * len(value)
    return bounded(visible(value[0]) + starred(value[1 : LONGEST + 1]))


def starred(value: str) -> str:
    """A star for every character but separators."""
    return "".join(sign if sign in _LEFT_OPEN else "*" for sign in value)


def visible(value: str) -> str:
    """The text in one line: what a terminal or log would not show as it stands is an escape, `\\x1b`."""
    if value.isprintable():
        return value
    return "".join(sign if sign.isprintable() else ascii(sign)[1:-1] for sign in value)


def bounded(value: str, longest: int = LONGEST) -> str:
    """The text, cut to `longest` characters, the last of which then is `…`."""
    return value if len(value) <= longest else value[: longest - 1] + "…"
