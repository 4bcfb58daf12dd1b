"""The pace, against a clock that the test moves."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from connector.http import NotSent
from connector.http.pace import Pacer


class Clock(threading.Event):
    """A stop event whose waits take no time but are counted, and the clock that they move."""

    def __init__(self) -> None:
        super().__init__()
        self.now = 100.0
        self.waits: list[float] = []

    def wait(self, timeout: float | None = None) -> bool:
        self.waits.append(timeout or 0.0)
        self.now += timeout or 0.0
        return self.is_set()

    def __call__(self) -> float:
        return self.now


def test_without_a_limit_nobody_waits() -> None:
    clock = Clock()
    pacer = Pacer(clock, clock)
    for _ in range(1000):
        pacer.wait(1)
    assert clock.waits == []


def test_requests_are_a_gap_apart_and_the_first_does_not_wait() -> None:
    clock = Clock()
    pacer = Pacer(clock, clock)
    pacer.limit(60)
    for _ in range(4):
        pacer.wait(10)
    assert clock.waits == pytest.approx([1, 1, 1])


def test_no_minute_holds_more_than_the_limit() -> None:
    clock = Clock()
    pacer = Pacer(clock, clock)
    pacer.limit(570)
    sent = []
    for _ in range(2000):
        pacer.wait(10)
        sent.append(clock.now)
    assert all(later - earlier > 60 for earlier, later in zip(sent, sent[600:], strict=False))


def test_a_pause_longer_than_the_call_may_take_is_refused_and_takes_no_moment() -> None:
    clock = Clock()
    pacer = Pacer(clock, clock)
    pacer.limit(1)
    pacer.wait(30)
    for _ in range(3):
        with pytest.raises(NotSent) as caught:
            pacer.wait(30)
        assert caught.value.code == "paced"
        assert caught.value.after == pytest.approx(60)
    clock.now += 60
    pacer.wait(30)
    assert clock.waits == []


def test_how_many_moments_come_is_told_and_fewer_of_a_service_that_had_too_much() -> None:
    clock = Clock()
    pacer = Pacer(clock, clock)
    assert pacer.moments(1) is None
    pacer.limit(600)
    assert pacer.moments(1) == 10
    pacer.slow_down(0)
    assert pacer.moments(1) == 5
    pacer.limit(45)
    assert pacer.moments(1) == 0


def test_the_limit_can_be_lifted() -> None:
    clock = Clock()
    pacer = Pacer(clock, clock)
    pacer.limit(60)
    pacer.wait(10)
    pacer.limit(None)
    pacer.wait(10)
    pacer.wait(10)
    assert clock.waits == pytest.approx([1])


def test_the_stop_event_ends_a_wait() -> None:
    clock = Clock()
    pacer = Pacer(clock, clock)
    pacer.limit(60)
    pacer.wait(10)
    clock.set()
    with pytest.raises(NotSent) as caught:
        pacer.wait(10)
    assert caught.value.code == "stopped"


def test_threads_get_moments_of_their_own() -> None:
    class Frozen(Clock):
        def wait(self, timeout: float | None = None) -> bool:
            self.waits.append(timeout or 0.0)
            return False

    clock = Frozen()
    pacer = Pacer(clock, clock)
    pacer.limit(600)
    with ThreadPoolExecutor(8) as threads:
        list(threads.map(lambda _: pacer.wait(60), range(100)))
    assert sorted(clock.waits) == pytest.approx([0.1 * n for n in range(1, 100)])


def test_who_is_told_that_it_was_too_much_asks_half_as_often_and_recovers_slowly() -> None:
    clock = Clock()
    pacer = Pacer(clock, clock)
    pacer.limit(60)
    pacer.wait(10)
    pacer.slow_down(5)
    for _ in range(3):
        pacer.wait(10)
    assert clock.waits == pytest.approx([5, 2, 2])
    for _ in range(50):
        pacer.went_well()
    clock.waits.clear()
    for _ in range(2):
        pacer.wait(10)
    assert 1.1 < clock.waits[1] < 1.3, "not all at once"
    for _ in range(50):
        pacer.went_well()
    clock.waits.clear()
    for _ in range(2):
        pacer.wait(10)
    assert clock.waits[1] == pytest.approx(1)


def test_it_never_stops_altogether() -> None:
    clock = Clock()
    pacer = Pacer(clock, clock)
    pacer.limit(600)
    for _ in range(100):
        pacer.slow_down(0)
    pacer.wait(60)
    pacer.wait(60)
    assert clock.waits == pytest.approx([6.4])
