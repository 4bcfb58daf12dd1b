"""The hatch between whoever pushes and the task that takes pushes in: one after another, each with its answer.

A push is handed in by a thread of the gate and taken by a thread of the scheduler, so that it has the garage's turn
like a scan. Who has waited in vain is told to come again; what was being taken meanwhile is a no-op then.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field

from connector.gate import Answer, refusal
from connector.model import PushRequest

PATIENCE = 25.0
"""Seconds that a push waits for its turn."""
LONGEST = 120.0
"""Seconds that it may take once it has it."""
MOST = 32
"""Pushes that wait at once."""

BUSY = refusal(503, "busy", "De koppeling is bezig: stuur het straks opnieuw.", Retry_After="30")
STOPPING = refusal(503, "stopping", "De koppeling stopt: stuur het straks opnieuw.", Retry_After="60")


@dataclass(slots=True)
class Handed:
    """A push that was handed in for a source, and its answer once there is one."""

    source: str
    request: PushRequest
    answered: threading.Event = field(default_factory=threading.Event)
    answer: Answer = BUSY

    def settle(self, answer: Answer) -> None:
        """Answer it."""
        if not self.answered.is_set():
            self.answer = answer
        self.answered.set()


class Hatch:
    """Where pushes wait for their turn. `wake` is told of each."""

    def __init__(self, wake: Callable[[], object], patience: float = PATIENCE) -> None:
        self._wake = wake
        self._patience = patience
        self._waiting: deque[Handed] = deque()
        self._lock = threading.Lock()
        self._closed = False
        self._taken: Handed | None = None

    def hand_in(self, source: str, request: PushRequest) -> Answer:
        """Wait for the answer to a push."""
        handed = Handed(source, request)
        with self._lock:
            if self._closed:
                return STOPPING
            if len(self._waiting) >= MOST:
                return BUSY
            self._waiting.append(handed)
        self._wake()
        if not handed.answered.wait(self._patience) and not self._called_back(handed):
            handed.answered.wait(LONGEST)
        return handed.answer

    def _called_back(self, handed: Handed) -> bool:
        """Whether a push still waited, and does no more."""
        with self._lock:
            if handed not in self._waiting:
                return False
            self._waiting.remove(handed)
            return True

    def next(self) -> Handed | None:
        """The push that waits longest, taken out."""
        with self._lock:
            self._taken = self._waiting.popleft() if self._waiting else None
            return self._taken

    def close(self) -> None:
        """Nothing more is taken: whoever waits is sent away, and whoever is being served learns of it another time."""
        with self._lock:
            self._closed = True
            left = [*self._waiting, *([self._taken] if self._taken else [])]
            self._waiting.clear()
        for each in left:
            each.settle(STOPPING)
