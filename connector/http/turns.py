"""Turns on the wire: so many requests wait for a service at once, however many threads make them ready.

A thread takes its turn when all is ready to be sent, and gives it back at the head of a success: what is then read and
judged keeps nobody waiting. Any other answer is heard out first, for it may say that nothing more should be sent.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from threading import Lock


class NotBegun(Exception):
    """A request that did not get its turn, or was not wanted any more when it did: nothing of it was sent."""

    def __init__(self) -> None:
        super().__init__("the request was not begun")


class Turns:
    """So many turns; who waits longest is next. (A semaphore of the standard library lets late comers pass.)"""

    def __init__(self, many: int) -> None:
        self._free = many
        self._waiting: deque[Lock] = deque()
        self._lock = Lock()

    def take(self, within: float | None) -> bool:
        """Wait for a turn, up to so many seconds (None: as long as it takes); whether there was one."""
        with self._lock:
            if self._free:
                self._free -= 1
                return True
            mine = Lock()
            mine.acquire()
            self._waiting.append(mine)
        if mine.acquire(timeout=-1 if within is None else within):
            return True
        with self._lock:
            if mine not in self._waiting:
                return True  # it was handed over while the patience ran out
            self._waiting.remove(mine)
            return False

    def give_back(self) -> None:
        """Hand a turn to who waits longest, or keep it for the next."""
        with self._lock:
            if self._waiting:
                self._waiting.popleft().release()
            else:
                self._free += 1


class Turn:
    """A thread's right to have a request on the wire, one request after the other.

    `turns` holds as many as there may be at once. The first request waits for its turn up to `most` seconds, what
    follows of it as long as it takes. `wanted` says, once the turn has come, whether the request is still to be sent;
    it is told whether one went before.
    """

    def __init__(self, turns: Turns, *, most: float, wanted: Callable[[bool], bool]) -> None:
        self._turns = turns
        self._most = most
        self._wanted = wanted
        self._mine = False
        self._begun = False

    def take(self) -> None:
        """Wait for the turn, unless this thread has it. Raises NotBegun."""
        if self._mine:
            return
        if not self._turns.take(None if self._begun else self._most):
            raise NotBegun
        self._mine = True
        if not self._wanted(self._begun):
            self.give_back()
            raise NotBegun
        self._begun = True

    def give_back(self) -> None:
        """Let another go; nothing where this thread has no turn."""
        if self._mine:
            self._mine = False
            self._turns.give_back()
