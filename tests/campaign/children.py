"""The program killed where a case says, or started under strace, again and again on one installation."""

from __future__ import annotations

import signal
from collections.abc import Mapping
from pathlib import Path

from .cases import MOST_UNWRITTEN, Case
from .processes import Ended, Process
from .traces import Traced

KILLED = -signal.SIGKILL
UNWRITTEN = (
    "igarage.put.before",  # of an earlier request, which waits to be written with others
    "igarage.put.after",
    "igarage.send.before",
    "igarage.send.after",
    "ledger.close.before_commit",
)
"""Whoever dies here has an answer that it could not write down, and may ask again."""


class Children:
    """The processes of one case."""

    def __init__(self, case: Case) -> None:
        self._case = case

    def start(
        self, *arguments: str | Path, crash: str | None = None, env: Mapping[str, str] | None = None
    ) -> Process:
        """A command, not waited for. `crash`: where it must kill itself."""
        return self._case.processes.start(*arguments, crash=crash, env=env)

    def traced(self, *words: str, crash: str | None = None) -> Traced:
        """One pass under strace, to its end. `words`: what strace is to show, or to break."""
        processes = self._case.processes
        log = self._case.folder / f"trace-{len(processes.started)}"
        processes.before = ("strace", "-f", "-y", "-s", "64", "-o", str(log), *words)
        try:
            ended = processes.start("run", "--once", crash=crash).wait()
        finally:
            processes.before = ()
        return Traced(ended, log)

    def run_once(self) -> Ended:
        """One full pass."""
        return self.start("run", "--once").wait()

    def dies_at(self, point: str, *arguments: str | Path, turn: int = 1) -> Ended:
        """A command (else one pass) that must pass a point so often, and kills itself there."""
        ended = self.start(*(arguments or ("run", "--once")), crash=f"{point}@{turn}").wait()
        assert ended.status == KILLED, f"{point}@{turn} was never passed: {ended}"
        self._case.kept_answers += MOST_UNWRITTEN * (point in UNWRITTEN)
        return ended

    def drain(self, passes: int = 12) -> None:
        """Pass after pass until everything is delivered; what still is not then is stuck, and counted so."""
        self._case.drain(passes)
