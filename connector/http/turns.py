"""Turns on the wire: so many requests wait for a service at once, however many threads make them ready.

A thread takes its turn when all is ready to be sent, and gives it back at the head of a success: what is then read and
judged keeps nobody waiting. Any other answer is heard out first, for it may say that nothing more should be sent.
"""

from __future__ import annotations

from collections.abc import Callable
from threading import Semaphore


class NotBegun(Exception):
    """A request that did not get its turn, or was not wanted any more when it did: nothing of it was sent."""

    def __init__(self) -> None:
        super().__init__("the request was not begun")


class Turn:
    """A thread's right to have a request on the wire, one request after the other.

    `turns` holds as many as there may be at once. The first request waits for its turn up to `most` seconds, what
    follows of it as long as it takes. `wanted` says, once the turn has come, whether the request is still to be sent;
    it is told whether one went before.
    """

    def __init__(self, turns: Semaphore, *, most: float, wanted: Callable[[bool], bool]) -> None:
        self._turns = turns
        self._most = most
        self._wanted = wanted
        self._mine = False
        self._begun = False

    def take(self) -> None:
        """Wait for the turn, unless this thread has it. Raises NotBegun."""
        if self._mine:
            return
        if not self._turns.acquire(timeout=None if self._begun else self._most):
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
            self._turns.release()
