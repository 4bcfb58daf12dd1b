"""Turns on the wire: so many requests wait for a service at once, however many threads make them ready.

A thread waits for its turn when all is ready to be sent, and gives it back at the head of a success: what is then read
and judged keeps nobody waiting. Any other answer is heard out first, for it may say that nothing more should be sent.
Whoever gives a turn back sends the next request itself: a place on the wire waits for no thread to wake.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from threading import Lock


class NotBegun(Exception):
    """A request that did not get its turn, or was not wanted any more when it did: nothing of it was sent."""

    def __init__(self) -> None:
        super().__init__("the request was not begun")


@dataclass(frozen=True, slots=True, eq=False)
class _Waiting:
    """Who waits for a turn: how it begins, and that it has."""

    begin: Callable[[], bool]
    has_begun: Lock = field(default_factory=Lock)

    def __post_init__(self) -> None:
        self.has_begun.acquire()


class Turns:
    """So many turns; who waits longest is next. (A semaphore of the standard library lets late comers pass.)"""

    def __init__(self, many: int) -> None:
        self._free = many
        self._waiting: deque[_Waiting] = deque()
        self._lock = Lock()

    def take(self, begin: Callable[[], bool], within: float | None) -> bool:
        """Wait for a turn, up to so many seconds (None: as long as it takes); whether there was one.

        With the turn `begin` is called, by whoever hands it over. It waits for nothing, raises nothing, and says
        whether the turn is made use of; one that is not goes on to the next.
        """
        mine = self._wait_for(begin)
        if mine is None:
            if not begin():
                self.give_back()
            return True
        if mine.has_begun.acquire(timeout=-1 if within is None else within):
            return True
        with self._lock:
            if mine in self._waiting:
                self._waiting.remove(mine)
                return False
        return mine.has_begun.acquire()  # it was handed over while the patience ran out

    def give_back(self) -> None:
        """Begin what waits longest, or keep the turn for what comes next."""
        while following := self._following():
            is_used = following.begin()
            following.has_begun.release()
            if is_used:
                return

    def _wait_for(self, begin: Callable[[], bool]) -> _Waiting | None:
        """A place among those that wait; None where a turn is free, which is taken."""
        with self._lock:
            if self._free:
                self._free -= 1
                return None
            mine = _Waiting(begin)
            self._waiting.append(mine)
            return mine

    def _following(self) -> _Waiting | None:
        with self._lock:
            if self._waiting:
                return self._waiting.popleft()
            self._free += 1
            return None


class Turn:
    """A thread's right to have a request on the wire, one request after the other.

    `turns` holds as many as there may be at once. The first request waits for its turn up to `most` seconds, what
    follows of it as long as its call may take. `wanted` says, once the turn has come, whether the request is still to
    be sent; it is told whether one went before, and is asked by whichever thread hands the turn over.
    """

    def __init__(self, turns: Turns, *, most: float, wanted: Callable[[bool], bool]) -> None:
        self._turns = turns
        self._most = most
        self._wanted = wanted
        self._mine = False
        self._begun = False
        self._came: int | Exception = 0

    def begin(self, send: Callable[[], int], *, within: float | None) -> int:
        """What `send` returns or raises: it is called with the turn, at once where this thread has it.

        `send` waits for nothing, for it may be another thread that calls it. `within`: seconds left of the call, None:
        no bound. Raises NotBegun.
        """
        if self._mine:
            return send()
        self._came = NotBegun()
        patience = (within, None if self._begun else self._most)
        self._turns.take(
            partial(self._go, send), min((each for each in patience if each is not None), default=None)
        )
        if isinstance(self._came, Exception):
            raise self._came
        return self._came

    def _go(self, send: Callable[[], int]) -> bool:
        try:
            if self._wanted(self._begun):
                self._mine = self._begun = True
                self._came = send()
        except Exception as error:  # raised by the thread whose request it is
            self._came = error
        return self._mine

    def give_back(self) -> None:
        """Let another go; nothing where this thread has no turn."""
        if self._mine:
            self._mine = False
            self._turns.give_back()
