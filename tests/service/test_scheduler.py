"""The scheduler: whose turn it is, what wakes a task, what stops it, and whom a broken one harms (nobody)."""

from __future__ import annotations

import io
import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import pytest

from connector.errors import LedgerDamaged, LedgerUnavailable
from connector.log import make_log
from connector.service import scheduler as scheduling
from connector.service.scheduler import Scheduler, Task

START = datetime(2027, 3, 1, 1, 0, tzinfo=UTC)
PATIENCE = 30
"""Seconds after which a broken test ends; nothing is measured by it."""


class Seconds:
    """A count of seconds that only the test moves."""

    def __init__(self) -> None:
        self.at = 1000.0

    def __call__(self) -> float:
        return self.at


class Hand:
    """A scheduler in a thread of its own, and what the test does to it."""

    def __init__(
        self, lanes: dict[str, int], monotonic: Callable[[], float], now: Callable[[], datetime]
    ) -> None:
        self.stop = threading.Event()
        self.said = io.StringIO()
        log = make_log("info", None, now, self.said)
        self.scheduler = Scheduler(lanes, self.stop, log, now, monotonic)
        self.ended: list[bool | BaseException] = []
        self._thread = threading.Thread(target=self._run)

    def _run(self) -> None:
        try:
            self.ended.append(self.scheduler.run())
        except BaseException as error:
            self.ended.append(error)

    def add(
        self, name: str, run: Callable[[], float], *, lane: str = "read", turn: str | None = None
    ) -> None:
        self.scheduler.add(Task(name, lane, turn or name, run, longest=3600.0))

    def begin(self) -> Hand:
        self._thread.start()
        return self

    def end(self) -> bool | BaseException:
        """Stop, and what came of it."""
        self.stop.set()
        return self.wait_for_end()

    def wait_for_end(self) -> bool | BaseException:
        self._thread.join(PATIENCE)
        assert self.ended, "the scheduler did not end"
        return self.ended[0]


@pytest.fixture
def seconds() -> Seconds:
    return Seconds()


@pytest.fixture
def hand(seconds: Seconds) -> Iterator[Callable[..., Hand]]:
    """Makes a scheduler with these lanes; its seconds and its clock move together, by the test's hand."""
    made: list[Hand] = []

    def make(
        monotonic: Callable[[], float] = seconds, now: Callable[[], datetime] | None = None, **lanes: int
    ) -> Hand:
        now = now or (lambda: START + timedelta(seconds=monotonic()))
        made.append(Hand(lanes or {"read": 1}, monotonic, now))
        return made[-1]

    yield make
    for each in made:
        each.stop.set()


class Deed:
    """A task that tells when it runs, and lasts until it is let go."""

    def __init__(self, pause: float = 3600.0, *, held: bool = False) -> None:
        self.pause = pause
        self.runs = 0
        self.began = threading.Semaphore(0)
        self.go = threading.Semaphore(0 if held else 1_000_000)

    def __call__(self) -> float:
        self.runs += 1
        self.began.release()
        assert self.go.acquire(timeout=PATIENCE)
        return self.pause

    def wait(self) -> None:
        """Until it has begun once more."""
        assert self.began.acquire(timeout=PATIENCE), "it never began"


# ---------------------------------------------------------------- whose turn it is


def test_a_new_task_is_due_at_once(hand: Callable[..., Hand]) -> None:
    deed = Deed()
    running = hand()
    running.add("scan", deed)
    running.begin()
    deed.wait()
    assert running.end() is True
    assert deed.runs == 1


def test_a_task_is_due_again_when_its_time_has_come_and_not_before(
    hand: Callable[..., Hand], seconds: Seconds
) -> None:
    scan, other = Deed(pause=3.0), Deed()
    running = hand()
    running.add("scan", scan)
    running.add("other", other)
    running.begin()
    scan.wait()
    other.wait()
    for at, runs in ((1002.9, 1), (1003.0, 2)):
        seconds.at = at
        running.scheduler.wake("other")  # after it the one thread has looked at both
        other.wait()
        running.scheduler.wake("other")
        other.wait()
        assert scan.runs == runs
    assert running.end() is True


def test_no_task_is_due_later_than_its_longest(hand: Callable[..., Hand], seconds: Seconds) -> None:
    scan = Deed(pause=1e9)
    running = hand()
    running.add("scan", scan)
    running.add("other", Deed())
    running.begin()
    scan.wait()
    seconds.at += 3600.0
    running.scheduler.wake("other")
    scan.wait()
    assert running.end() is True


def test_a_task_that_is_always_due_lets_every_other_have_its_turn(hand: Callable[..., Hand]) -> None:
    order: list[str] = []
    enough = threading.Event()

    def greedy(name: str) -> Callable[[], float]:
        def run() -> float:
            order.append(name)
            if len(order) >= 30:
                enough.set()
            return 0.0

        return run

    running = hand(time.monotonic)
    for name in "abc":
        running.add(name, greedy(name))
    running.begin()
    assert enough.wait(PATIENCE)
    assert running.end() is True
    assert order[:30] == list("abc" * 10)


def test_tasks_of_one_turn_never_overlap_and_others_do(hand: Callable[..., Hand]) -> None:
    first, second, other = Deed(held=True), Deed(held=True), Deed(held=True)
    running = hand(read=3)
    running.add("scan:jansen", first, turn="jansen")
    running.add("look:jansen", second, turn="jansen")
    running.add("scan:pietersen", other)
    running.begin()
    first.wait()
    other.wait()  # beside the first
    assert second.runs == 0
    other.go.release()
    first.go.release()
    second.wait()
    assert first.runs == 1
    second.go.release()
    assert running.end() is True


def test_many_threads_never_run_two_tasks_of_one_turn_at_once(hand: Callable[..., Hand]) -> None:
    inside = {"jansen": threading.Lock(), "pietersen": threading.Lock()}
    overlaps: list[str] = []
    left = threading.Semaphore(0)

    def of(turn: str) -> Callable[[], float]:
        def run() -> float:
            if not inside[turn].acquire(blocking=False):
                overlaps.append(turn)
                return 0.0
            time.sleep(0)  # another thread may come
            inside[turn].release()
            left.release()
            return 0.0

        return run

    running = hand(time.monotonic, read=6)
    for number in range(8):
        turn = ("jansen", "pietersen")[number % 2]
        running.add(f"{turn}-{number}", of(turn), turn=turn)
    running.begin()
    for _ in range(2000):
        assert left.acquire(timeout=PATIENCE)
    assert running.end() is True
    assert overlaps == []


def test_a_lane_that_is_full_holds_up_no_other_lane(hand: Callable[..., Hand]) -> None:
    slow, waiting, scan = Deed(held=True), Deed(), Deed()
    running = hand(send=1, read=1)
    running.add("deliver:jansen", slow, lane="send")
    running.add("deliver:pietersen", waiting, lane="send")
    running.begin()
    slow.wait()
    running.add("scan", scan)
    running.scheduler.wake("scan")
    scan.wait()
    assert waiting.runs == 0
    slow.go.release()
    waiting.wait()
    assert running.end() is True


# ---------------------------------------------------------------- what wakes it


def test_waking_a_task_makes_it_due_now(hand: Callable[..., Hand]) -> None:
    deed = Deed()
    running = hand()
    running.add("scan", deed)
    running.begin()
    deed.wait()
    running.scheduler.wake("scan")
    deed.wait()
    assert running.end() is True
    assert deed.runs == 2


def test_waking_a_task_that_runs_makes_it_run_once_more_after_it(hand: Callable[..., Hand]) -> None:
    deed, other = Deed(held=True), Deed()
    running = hand()
    running.add("scan", deed)
    running.begin()
    deed.wait()
    for _ in range(5):
        running.scheduler.wake("scan")
    deed.go.release()
    deed.wait()
    deed.go.release()
    running.add("other", other)
    running.scheduler.wake("other")
    other.wait()  # the one thread came to it, so nothing else was due
    assert running.end() is True
    assert deed.runs == 2


def test_waking_a_task_that_is_not_there_does_nothing(hand: Callable[..., Hand]) -> None:
    hand().scheduler.wake("deliver:nobody")


class Clock:
    """A clock that the test sets. Real seconds go by: the scheduler looks at it once in each."""

    def __init__(self) -> None:
        self.ahead = timedelta()
        self._asked = threading.Semaphore(0)

    def __call__(self) -> datetime:
        self._asked.release()
        return START + self.ahead

    def wait(self, times: int) -> None:
        """Until it was asked so often since the test last waited."""
        for _ in range(times):
            assert self._asked.acquire(timeout=PATIENCE)


def test_a_clock_that_jumps_makes_every_task_due(hand: Callable[..., Hand]) -> None:
    clock, scan, deliver = Clock(), Deed(), Deed()
    running = hand(now=clock, read=1, send=1)
    running.add("scan", scan)
    running.add("deliver", deliver, lane="send")
    running.begin()
    scan.wait()
    deliver.wait()
    clock.wait(1)
    for hours in (8, -8):  # the machine slept; its clock was set back
        clock.ahead = timedelta(hours=hours)
        scan.wait()
        deliver.wait()
    assert running.end() is True
    assert running.said.getvalue().count("service.clock_jumped") == 2


def test_a_clock_that_is_set_right_by_a_little_wakes_nobody(hand: Callable[..., Hand]) -> None:
    clock, scan, other = Clock(), Deed(), Deed()
    running = hand(now=clock)
    running.add("scan", scan)
    running.begin()
    scan.wait()
    clock.wait(1)
    clock.ahead = timedelta(seconds=scheduling.JUMP - 0.1)
    clock.wait(3)  # it has looked, and judged what it saw
    running.add("other", other)
    running.scheduler.wake("other")
    other.wait()  # the one thread came to it, so nothing else was due
    assert running.end() is True
    assert scan.runs == 1


# ---------------------------------------------------------------- what goes wrong in it


def test_a_task_that_breaks_stops_nobody_and_is_tried_again(
    hand: Callable[..., Hand], seconds: Seconds
) -> None:
    tried, other = threading.Semaphore(0), Deed()

    def broken() -> float:
        tried.release()
        raise RuntimeError("klant1@voorbeeld.example")

    running = hand()
    running.add("scan:jansen", broken)
    running.add("scan:pietersen", other)
    running.begin()
    assert tried.acquire(timeout=PATIENCE)
    other.wait()
    seconds.at += scheduling.AFTER_DEFECT
    running.scheduler.wake("scan:pietersen")
    assert tried.acquire(timeout=PATIENCE)
    assert running.end() is True
    said = running.said.getvalue()
    assert "service.task_broke" in said and "RuntimeError" in said
    assert "voorbeeld.example" not in said


def test_a_ledger_that_is_unavailable_is_tried_again_soon_and_stops_nobody(
    hand: Callable[..., Hand], seconds: Seconds
) -> None:
    tried, other = threading.Semaphore(0), Deed()

    def no_room() -> float:
        tried.release()
        raise LedgerUnavailable("there is no room", code="full")

    running = hand()
    running.add("scan", no_room)
    running.add("other", other)
    running.begin()
    assert tried.acquire(timeout=PATIENCE)
    other.wait()
    seconds.at += scheduling.AFTER_TROUBLE
    running.scheduler.wake("other")
    assert tried.acquire(timeout=PATIENCE)
    assert running.end() is True
    assert '"reason": "full"' in running.said.getvalue()


def test_a_ledger_that_cannot_go_on_ends_it_with_that_error(hand: Callable[..., Hand]) -> None:
    error = LedgerDamaged("the ledger is damaged")

    def damaged() -> float:
        raise error

    running = hand(read=1, send=1)
    running.add("deliver", Deed(), lane="send")
    running.add("scan", damaged)
    running.begin()
    assert running.wait_for_end() is error
    assert running.stop.is_set()


def test_of_several_errors_one_is_told(hand: Callable[..., Hand]) -> None:
    began, errors = threading.Barrier(2), [LedgerDamaged("one"), LedgerDamaged("two")]

    def damaged(number: int) -> Callable[[], float]:
        def run() -> float:
            began.wait(PATIENCE)
            raise errors[number]

        return run

    running = hand(read=2)
    for number in (0, 1):
        running.add(f"scan-{number}", damaged(number))
    running.begin()
    assert running.wait_for_end() in errors


# ---------------------------------------------------------------- how it stops


def test_it_waits_for_the_task_that_runs_and_begins_no_other(hand: Callable[..., Hand]) -> None:
    last, next_one = Deed(held=True), Deed()
    running = hand()
    running.add("scan", last)
    running.add("deliver", next_one)
    running.begin()
    last.wait()
    running.stop.set()
    running.scheduler.wake("deliver")
    last.go.release()
    assert running.wait_for_end() is True
    assert next_one.runs == 0


def test_a_task_that_lasts_longer_than_the_grace_is_left_behind(hand: Callable[..., Hand]) -> None:
    """The count of seconds leaps over the grace when it is asked about the end, so that nobody waits for it."""
    stuck = Deed(held=True)
    stopped = threading.Event()
    running = hand(_Leaping(stopped))
    running.add("deliver", stuck)
    running.begin()
    stuck.wait()
    stopped.set()
    assert running.end() is False
    stuck.go.release()


class _Leaping:
    """Seconds that leap by more than the grace each time they are asked for, once it has been stopped."""

    def __init__(self, stopped: threading.Event) -> None:
        self._stopped = stopped
        self._at = 0.0

    def __call__(self) -> float:
        if self._stopped.is_set():
            self._at += scheduling.GRACE + 1
        return self._at


def test_a_service_without_anything_to_do_stops_too(hand: Callable[..., Hand]) -> None:
    assert hand(read=2, send=2).begin().end() is True
