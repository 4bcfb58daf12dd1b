"""The connector as real processes: one pass, or the service; killed, stopped, or under a clock that is wrong."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

PATIENCE = 120
"""Seconds after which a broken case ends; nothing is measured by it."""
CRASH = "IGARAGE_CONNECTOR_CRASH"
ELSEWHEN = Path(__file__).with_name("elsewhen.py")
LESS_THAN_ROOT = ("setpriv", "--bounding-set=-dac_override,-dac_read_search")
"""Before a command: what a file's mode forbids is forbidden to it too, as on a real machine."""
LOOP = 'trap "exit 0" TERM; while :; do "$@"; sleep 0.1; done'
"""Stands in for the service: pass after pass."""


@dataclass(frozen=True, slots=True)
class Ended:
    """How a process ended, and what it said."""

    status: int
    out: str
    err: str


@dataclass(slots=True)
class Processes:
    """Starts the program on one configuration folder, and knows every process that it started.

    `clock`: a file with the seconds by which the program's clock is wrong; `before`: words before the command.
    """

    configuration: Path
    folder: Path
    clock: Path
    before: Sequence[str] = ()
    started: list[Process] = field(default_factory=list)

    def start(
        self,
        *arguments: str | Path,
        crash: str | None = None,
        env: Mapping[str, str] | None = None,
        again: bool = False,
    ) -> Process:
        """A command in a process of its own, not waited for. `crash`: where it must kill itself, `POINT@N`."""
        program = [str(ELSEWHEN), str(self.clock)] if self.clock.exists() else ["-m", "connector"]
        command = [*self.before, sys.executable, *program, "--config", str(self.configuration)]
        if again:
            command = ["bash", "-c", LOOP, "loop", *command]
        surroundings = {**os.environ, "PYTHONUTF8": "1", **(env or {})}
        if crash is not None:
            surroundings[CRASH] = crash
        log = self.folder / f"process-{len(self.started)}"
        process = Process(command + [str(each) for each in arguments], surroundings, log)
        self.started.append(process)
        return process

    def end(self) -> None:
        """Kill what still runs."""
        for each in self.started:
            each.kill()


class Process:
    """A started process in a group of its own; what it says goes to files, so that it never waits for a reader."""

    def __init__(self, command: Sequence[str], env: Mapping[str, str], log: Path) -> None:
        self._out, self._err = log.with_suffix(".out"), log.with_suffix(".err")
        with self._out.open("wb") as out, self._err.open("wb") as err:
            self._running = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=out, stderr=err, env=env, start_new_session=True
            )

    @property
    def pid(self) -> int:
        """Its process id."""
        return self._running.pid

    @property
    def runs(self) -> bool:
        """Whether it has not ended."""
        return self._running.poll() is None

    def ended(self) -> Ended:
        """How it ended."""
        return Ended(
            self._running.wait(),
            self._out.read_text("utf-8", "replace"),
            self._err.read_text("utf-8", "replace"),
        )

    def wait(self) -> Ended:
        """Wait for its end."""
        self._running.wait(PATIENCE)
        return self.ended()

    def kill(self) -> None:
        """As a power cut does it, as far as the program can tell."""
        if self.runs:
            os.killpg(self.pid, signal.SIGKILL)
        self._running.wait(PATIENCE)

    def signal(self, number: int) -> None:
        """Send it a signal."""
        self._running.send_signal(number)

    def stop(self) -> Ended:
        """Ask it to stop, as the system does."""
        if self.runs:
            os.killpg(self.pid, signal.SIGTERM)
        return self.wait()


def until(
    holds: Callable[[], object],
    what: str = "this",
    *,
    pause: float = 0.01,
    moves: Callable[[], object] = lambda: None,
) -> None:
    """Wait for what another process is about to do; as long as `moves` shows something else each time."""
    deadline, seen, looked = time.monotonic() + PATIENCE, None, 0.0
    while not holds():
        if (now := time.monotonic()) - looked > 1:
            looked, before, seen = now, seen, moves()
            deadline = deadline if seen == before else now + PATIENCE
        assert now < deadline, f"{what} never came to be"
        time.sleep(pause)
