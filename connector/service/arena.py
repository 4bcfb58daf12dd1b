"""One heap for all threads.

The C library of Linux gives each thread a heap of its own, and what one thread has freed no other takes again: after a
few nights each lane that once read an export holds on to the most that an export ever took. Threads of Python take
turns anyway, so one heap costs them nothing.
"""

from __future__ import annotations

import ctypes
import sys
from contextlib import suppress

M_ARENA_MAX = -8
"""mallopt(3)."""


def share_one() -> None:
    """From here on all threads allocate from one heap; nothing where the C library cannot do that."""
    if sys.platform == "linux":
        with suppress(OSError, AttributeError):
            ctypes.CDLL(None).mallopt(M_ARENA_MAX, 1)
