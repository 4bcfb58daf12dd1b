"""The words of the kit: a rule, what was found against it, and a rule that a plugin gives no occasion for."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from connector.testing.specimens import Subject


@dataclass(frozen=True, slots=True)
class Finding:
    """Something amiss: against which rule, and a Dutch sentence for the plugin's author, without anybody's data."""

    rule: str
    message: str


class NotApplicable(Exception):  # no error: there is nothing to judge
    """The plugin gives no occasion for this rule; the text says why."""


@dataclass(frozen=True, slots=True)
class Rule:
    """What a plugin must do. `judge` gives a sentence for each thing amiss, or raises `NotApplicable`."""

    name: str
    asks: str
    """What is asked, in one Dutch sentence."""
    judge: Callable[[Subject], Iterable[str]]

    def __str__(self) -> str:
        return self.name
