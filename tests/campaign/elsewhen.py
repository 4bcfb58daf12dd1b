"""Starts the program with another clock, which may be set anew while it runs: `python elsewhen.py FILE ARGUMENTS`.

FILE holds the seconds by which the clock is wrong; it is read again twenty times a second. Elapsed time
(`monotonic`) is not touched, as on a real machine whose clock is set.
"""

from __future__ import annotations

import sys
import threading
import time
from pathlib import Path

import time_machine

from connector.cli import main

REREAD = 0.05
"""Seconds between two looks at the file."""


def _shift(file: Path) -> float | None:
    try:
        return float(file.read_text("ascii"))
    except (OSError, ValueError):  # it is being written
        return None


def _follow(file: Path, clock: time_machine.Traveller, real: float) -> None:
    """`real` is the true time less the elapsed one."""
    known = _shift(file)
    while True:
        time.sleep(REREAD)
        if (wanted := _shift(file)) not in (None, known):
            known = wanted
            clock.move_to(real + time.monotonic() + (wanted or 0.0))


def run(followed: Path, arguments: list[str]) -> None:
    """The program, under the clock of this file."""
    real = time.time() - time.monotonic()
    with time_machine.travel(time.time() + (_shift(followed) or 0.0), tick=True) as traveller:
        threading.Thread(target=_follow, args=(followed, traveller, real), daemon=True).start()
        main(arguments)


if __name__ == "__main__":
    run(Path(sys.argv[1]), sys.argv[2:])
