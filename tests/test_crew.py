"""The workers of one pass: what is given to them comes back once, whatever becomes of it."""

from __future__ import annotations

import threading
from typing import Any

import pytest

from connector.backoff import Retry
from connector.crew import Crew, Given
from connector.errors import Transient
from connector.ledger import Claim, Outcome
from connector.ledger.outcomes import Failed
from connector.plan import Passport, Put

DONE = Failed(Transient("408", code="not_now"), Retry(first=1, max=1, attempts=1), 0.5)
LONG = 30.0
"""Seconds that only a broken test waits."""


def claim(number: int) -> Claim:
    plate = f"ZZ{number:03}Z"
    passport = Passport(revision=1, address="klant@voorbeeld.example")
    return Claim("jansen", plate, str(number), Put(send=False), "key", {}, "generic_csv", plate, passport)


def plates(finished: list[tuple[Claim, Outcome | None]]) -> list[str]:
    return sorted(each.plate for each, _ in finished)


def test_what_is_wanted_together_comes_together() -> None:
    with Crew(2, lambda _: DONE) as crew:
        crew.give(map(claim, (1, 2, 3)), at=0.0)
        assert plates(crew.finished(3, LONG)) == ["ZZ001Z", "ZZ002Z", "ZZ003Z"]
        assert crew.out == 0


def test_more_than_is_out_is_not_waited_for() -> None:
    with Crew(2, lambda _: DONE) as crew:
        crew.give([claim(1)], at=0.0)
        assert plates(crew.finished(99, LONG)) == ["ZZ001Z"]


def test_one_is_not_kept_waiting_by_another() -> None:
    hold = threading.Event()

    def ask(given: Given) -> Outcome:
        if given.claim.plate == "ZZ001Z":
            hold.wait(LONG)
        return DONE

    with Crew(2, ask) as crew:
        crew.give(map(claim, (1, 2)), at=0.0)
        assert plates(crew.finished(2, 0.0)) == ["ZZ002Z"]
        hold.set()
        assert plates(crew.finished(1, 0.0)) == ["ZZ001Z"]


def test_what_was_not_begun_comes_back_without_an_outcome() -> None:
    with Crew(1, lambda given: DONE if given.at else None) as crew:
        crew.give([claim(1)], at=0.0)
        assert crew.finished(1, LONG) == [(claim(1), None)]


def test_a_worker_that_breaks_is_complained_of_and_the_others_go_on() -> None:
    def ask(given: Given) -> Any:
        if given.claim.plate == "ZZ001Z":
            raise LookupError("a defect")
        return DONE

    with Crew(1, ask) as crew:
        crew.give(map(claim, (1, 2)), at=0.0)
        assert plates(crew.finished(2, LONG)) == ["ZZ002Z"]
        assert crew.broken and crew.out == 0
        with pytest.raises(LookupError):
            crew.complain()
