"""The workers of one pass: what is given to them comes back once, whatever becomes of it."""

from __future__ import annotations

import threading

import pytest

from connector.crew import Crew

LONG = 30.0
"""Seconds that only a broken test waits."""


def given(finished: list[tuple[int, str]]) -> list[int]:
    return sorted(each for each, _ in finished)


def test_what_is_wanted_together_comes_together() -> None:
    with Crew[int, str](2, lambda _: "done") as crew:
        crew.give((1, 2, 3))
        assert given(crew.finished(3, LONG)) == [1, 2, 3]
        assert crew.out == 0


def test_more_than_is_out_is_not_waited_for() -> None:
    with Crew[int, str](2, lambda _: "done") as crew:
        crew.give([1])
        assert crew.finished(99, LONG) == [(1, "done")]


def test_one_is_not_kept_waiting_by_another() -> None:
    hold = threading.Event()

    def ask(number: int) -> str:
        if number == 1:
            hold.wait(LONG)
        return "done"

    with Crew(2, ask) as crew:
        crew.give((1, 2))
        assert given(crew.finished(2)) == [2]
        hold.set()
        assert given(crew.finished(1)) == [1]


def test_a_worker_that_breaks_is_complained_of_and_the_others_go_on() -> None:
    def ask(number: int) -> str:
        if number == 1:
            raise LookupError("a defect")
        return "done"

    with Crew(1, ask) as crew:
        crew.give((1, 2))
        assert given(crew.finished(2, LONG)) == [2]
        assert crew.broken and crew.out == 0
        with pytest.raises(LookupError):
            crew.complain()
