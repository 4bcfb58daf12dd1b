"""Crash points: named places around every commit and every request, at which a test has a process die.

A point does nothing unless it was armed, and a process is armed only from outside, before it starts: the variable
`IGARAGE_CONNECTOR_CRASH` as `ledger.claim.after_commit`, or `…@3` for the third time the point is passed.
The names stand in the code where the points are; tests gather them from there.
"""

from __future__ import annotations

import itertools
import os
import signal
from collections.abc import Callable

VARIABLE = "IGARAGE_CONNECTOR_CRASH"

CrashPoint = Callable[[str], None]
"""Called with a point's name whenever it is passed."""


def survive(point: str) -> None:
    """What a point does that was not armed: nothing."""


def armed(order: str | None, die: Callable[[], object] | None = None) -> CrashPoint:
    """The crash points of a process that was given this order (None or empty: every point is inert).

    Raises ValueError when the order is not `POINT` or `POINT@N`.
    """
    if not order:
        return survive
    wanted, _, count = order.partition("@")
    turn = int(count or 1)
    passed = itertools.count(1)

    def pass_by(point: str) -> None:
        if point == wanted and next(passed) == turn:
            (die or _die)()

    return pass_by


def _die() -> None:
    """As a power cut does it, as far as the process can tell: nothing is tidied up."""
    if hasattr(signal, "SIGKILL"):
        os.kill(os.getpid(), signal.SIGKILL)
    os._exit(137)  # Windows has no such signal; this runs nothing either
