"""Requests per minute, for all threads of one service together.

A service that says it was too much (429) is asked half as often from then on, and a little more often again with every
request that goes well.
"""

from __future__ import annotations

import threading
from collections.abc import Callable

from connector.http.failures import NotSent

SLOWEST = 64.0
"""How many times slower than its limit a service is asked at most."""
RECOVERY = 0.99
"""What a request that goes well leaves of the slowness: a hundred of them give back what one 429 took."""


class Pacer:
    """Hands out moments to send at, one gap apart and without bursts, so that no minute ever holds too many.

    `stop` ends every wait at once; `monotonic` counts seconds.
    """

    def __init__(self, stop: threading.Event, monotonic: Callable[[], float]) -> None:
        self._stop = stop
        self._monotonic = monotonic
        self._lock = threading.Lock()
        self._gap = 0.0
        self._slowness = 1.0
        self._free_at = monotonic()

    def limit(self, per_minute: float | None) -> None:
        """From now on at most so many requests in a minute; None: as many as there are."""
        with self._lock:
            self._gap = 0.0 if per_minute is None else 60.0 / per_minute

    def slow_down(self, after: float) -> None:
        """It was too much: half as often from now on, and nothing for so many seconds."""
        with self._lock:
            self._slowness = min(self._slowness * 2.0, SLOWEST)
            self._free_at = max(self._free_at, self._monotonic() + after)

    def went_well(self) -> None:
        """A request was answered as any other: a little of the slowness goes."""
        with self._lock:
            self._slowness = max(self._slowness * RECOVERY, 1.0)

    def moments(self, seconds: float) -> int | None:
        """How many requests may go in so many seconds; None: as many as there are."""
        with self._lock:
            gap = self._gap * self._slowness
            return int(seconds / gap) if gap else None

    def wait(self, left: float) -> None:
        """Wait for this request's moment.

        Raises NotSent: `paced` at once when it would come later than the `left` seconds, `stopped` when the
        stop event came first.
        """
        pause = self._reserve(left)
        if pause >= left:
            raise NotSent("paced", after=pause)
        if pause > 0 and self._stop.wait(pause):
            raise NotSent("stopped")

    def _reserve(self, left: float) -> float:
        """Seconds until the next free moment, which is taken only when it comes in time."""
        with self._lock:
            now = self._monotonic()
            pause = max(self._free_at - now, 0.0)
            if pause < left:
                self._free_at = now + pause + self._gap * self._slowness
            return pause
