"""The nightly statement: whom to ask about, what an answer differs in, and the line that tells of it. Pure."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Literal

from connector.closing import PASSING, has_news
from connector.facts import Passport
from connector.model import PassportStatus
from connector.plan import same_address

LATEST = 200
"""Passports of the last night that are asked about, at most."""

FEW = 10
"""So many differences are of single passports, whatever share they are of."""

Difference = Literal["gone", "other_address", "not_sent"]
"""iGarage has it no more; it has another address than was brought; it knows of no invitation that was sent."""


@dataclass(frozen=True, slots=True)
class Statement:
    """What a garage's last statement came to: numbers, and nobody's data.

    `read`: rows that its sources said last; `at_igarage`: passports that iGarage is known to have; `asked`: those it
    was asked about, and answered; `differences`: those of which it said something else than is known here.
    """

    date: date
    at: datetime
    read: int
    at_igarage: int
    asked: int
    differences: int

    @property
    def line(self) -> str:
        """The statement in one line."""
        numbers = (self.read, self.at_igarage, self.asked, self.differences)
        return "gelezen {} · bij iGarage {} · gevraagd {} · verschil {}".format(*map(_dutch, numbers))

    @property
    def is_out_of_proportion(self) -> bool:
        """Whether so much differed that iGarage itself is the question."""
        return out_of_proportion(self.asked, self.differences)


def _dutch(number: int) -> str:
    return f"{number:,}".replace(",", ".")


def out_of_proportion(asked: int, differences: int) -> bool:
    """Whether more than half differs, and more than a few: then iGarage is the question, and no single passport."""
    return differences > FEW and 2 * differences > asked


def chosen(number: int, most: int, chance: Callable[[], float]) -> list[int]:
    """At most so many of the numbers from 1 to `number`, each as likely as another, in order (Floyd's algorithm).

    `chance` draws from [0, 1).
    """
    taken: set[int] = set()
    for last in range(max(number - most, 0) + 1, number + 1):
        drawn = min(1 + int(chance() * last), last)
        taken.add(last if drawn in taken else drawn)
    return sorted(taken)


def difference(passport: Passport, answer: PassportStatus | None) -> Difference | None:
    """What iGarage's answer differs in from what is known; None where it does not. `answer` None: it has it not.

    What iGarage does by itself, and is free to (an invitation that reception sent, a verdict on the address), is none.
    """
    if answer is None:
        return "gone"
    on_file = answer.email.address
    if on_file is not None and not same_address(on_file, passport.delivered_address or passport.address):
        return "other_address"
    if passport.sent_at is not None and answer.state == "concept" and answer.sent_at is None:
        return "not_sent"
    return None


def is_worth_writing(passport: Passport, answer: PassportStatus | None) -> bool:
    """Whether an answer changes anything of what is known of a passport, or of its address."""
    found = difference(passport, answer)
    return found in ("gone", "other_address") or (answer is not None and has_news(passport, answer))


def unasked(answer: PassportStatus | None) -> PassportStatus | None:
    """What counts of an answer that no request of ours needed: of a mail that did not arrive this once the feed tells,
    which counts them."""
    if answer is None or answer.email.state != "invalid" or answer.email.reason not in PASSING:
        return answer
    return replace(answer, email=replace(answer.email, state="unknown", reason=None))
