"""Due tasks in lanes: who is due longest comes next, and no two tasks of one turn run at the same time.

A lane has threads of its own, so that what waits for a far host holds up nobody who reads a disk. Due times are counts
of seconds that no clock's hand moves; when the clock itself jumps (it was set, or the machine slept), all are due at
once.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from connector.errors import LedgerError, LedgerUnavailable
from connector.log import Log, described

GRACE = 8.0
"""Seconds that tasks get to end when the scheduler is to stop; whoever needs longer is left behind."""
AFTER_DEFECT = 30.0
"""Seconds until a task that broke is tried again."""
AFTER_TROUBLE = 5.0
"""Seconds until a task is tried again that found the ledger unavailable."""
JUMP = 5.0
"""Seconds by which clock and count may drift apart before the clock is held to have jumped."""


@dataclass(frozen=True, slots=True)
class Task:
    """Something to do again and again. `run` returns the seconds until it is due again, at most `longest`.

    `turn` names what it must have for itself: tasks of one turn run one after another. `refresh` is told when all that
    the task knows of due times may be old: somebody decided something, or the clock jumped.
    """

    name: str
    lane: str
    turn: str
    run: Callable[[], float]
    longest: float
    refresh: Callable[[], object] = lambda: None


@dataclass(slots=True)
class _Slot:
    task: Task
    due: float
    running: bool = False
    woken: bool = False


@dataclass(slots=True)
class Scheduler:
    """Runs tasks until `stop` is set. `lanes` tells how many threads each lane has."""

    lanes: Mapping[str, int]
    stop: threading.Event
    log: Log
    now: Callable[[], datetime]
    monotonic: Callable[[], float] = time.monotonic
    _slots: dict[str, _Slot] = field(init=False, default_factory=dict)
    _changed: threading.Condition = field(init=False, default_factory=threading.Condition)
    _failure: LedgerError | None = field(init=False, default=None)
    _threads: list[threading.Thread] = field(init=False, default_factory=list)

    def add(self, task: Task) -> None:
        """One more task, due at once."""
        with self._changed:
            self._slots[task.name] = _Slot(task, self.monotonic())

    def wake(self, name: str) -> None:
        """A task is due now; one that is running, once more after it. Of one that is not there nothing comes."""
        with self._changed:
            slot = self._slots.get(name)
            if slot is None:
                return
            slot.woken = True
            slot.due = self.monotonic()
            self._changed.notify_all()

    def wake_all(self) -> None:
        """Every task is due now, whatever it took for due itself."""
        for name, slot in list(self._slots.items()):
            slot.task.refresh()
            self.wake(name)

    def run(self) -> bool:
        """Run until `stop` is set; whether every task has ended, or some are left behind in a call that lasts.

        Raises the `LedgerError` for which no task can go on.
        """
        for lane, number in self.lanes.items():
            for each in range(number):
                thread = threading.Thread(
                    target=self._serve, args=(lane,), name=f"{lane}-{each}", daemon=True
                )
                self._threads.append(thread)
                thread.start()
        self._wait_for_stop()
        ended = self._end()
        if self._failure is not None:
            raise self._failure
        return ended

    def _wait_for_stop(self) -> None:
        """In slices: on Windows an endless wait hears no Ctrl-C, and a clock that jumps is to be noticed."""
        offset = self._offset()
        while not self.stop.wait(1.0):
            if abs(self._offset() - offset) > JUMP:
                self.log.warning("service.clock_jumped")
                self.wake_all()
                offset = self._offset()

    def _offset(self) -> float:
        return self.now().timestamp() - self.monotonic()

    def _end(self) -> bool:
        with self._changed:
            self._changed.notify_all()
        ends = self.monotonic() + GRACE
        for thread in self._threads:
            thread.join(max(ends - self.monotonic(), 0.0))
        return not any(thread.is_alive() for thread in self._threads)

    def _serve(self, lane: str) -> None:
        while (slot := self._next(lane)) is not None:
            self._finish(slot, self._run(slot.task))

    def _next(self, lane: str) -> _Slot | None:
        """The task of this lane that is due longest, when its time has come; None when the scheduler stops."""
        with self._changed:
            while not self.stop.is_set():
                slot = self._first(lane)
                wait = None if slot is None else slot.due - self.monotonic()
                if slot is not None and wait is not None and wait <= 0:
                    slot.running, slot.woken = True, False
                    return slot
                self._changed.wait(wait)
        return None

    def _first(self, lane: str) -> _Slot | None:
        busy = {slot.task.turn for slot in self._slots.values() if slot.running}
        free = [
            slot for slot in self._slots.values() if slot.task.lane == lane and slot.task.turn not in busy
        ]
        return min(free, key=lambda slot: slot.due, default=None)

    def _finish(self, slot: _Slot, pause: float) -> None:
        with self._changed:
            slot.running = False
            slot.due = self.monotonic() + (0.0 if slot.woken else min(max(pause, 0.0), slot.task.longest))
            self._changed.notify_all()

    def _run(self, task: Task) -> float:
        try:
            return task.run()
        except LedgerUnavailable as error:
            self.log.error("service.ledger_unavailable", reason=error.code)
            return AFTER_TROUBLE
        except LedgerError as error:
            self._failure = self._failure or error
            self.stop.set()
        except Exception as error:  # a defect of one task must not stop the others
            self.log.error("service.task_broke", error=described(error))
        return AFTER_DEFECT
