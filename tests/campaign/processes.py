"""The connector as real processes: one pass, or the service; killed, stopped, or under a clock that is wrong."""

from __future__ import annotations

import ctypes
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

PATIENCE = 60
"""Seconds in which something must move, or a broken case ends; nothing is measured by it."""
A_NIGHT = 1800
"""Seconds in which a process must end by itself, or a broken case ends."""
CRASH = "IGARAGE_CONNECTOR_CRASH"
PR_SET_CHILD_SUBREAPER = 36
ROOT = Path(__file__).parents[2]
ELSEWHEN = Path(__file__).with_name("elsewhen.py")
LESS_THAN_ROOT = ("setpriv", "--bounding-set=-dac_override,-dac_read_search")
"""Before a command: what a file's mode forbids is forbidden to it too, as on a real machine."""


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
    nursery: Nursery | None = None
    before: Sequence[str] = ()
    started: list[Process] = field(default_factory=list)

    def start(
        self,
        *arguments: str | Path,
        crash: str | None = None,
        env: Mapping[str, str] | None = None,
    ) -> Process:
        """A command in a process of its own, not waited for. `crash`: where it must kill itself, `POINT@N`."""
        command = ["--config", str(self.configuration), *map(str, arguments)]
        surroundings = {**os.environ, "PYTHONUTF8": "1", **(env or {})}
        if crash is not None:
            surroundings[CRASH] = crash
        log = self.folder / f"process-{len(self.started)}"
        clock = self.clock if self.clock.exists() else None
        if self.nursery and not self.before:
            running: subprocess.Popen[bytes] | Forked = self.nursery.start(command, surroundings, log, clock)
        else:
            running = self._anew(command, surroundings, log, clock)
        process = Process(running, log)
        self.started.append(process)
        return process

    def _anew(
        self, command: Sequence[str], env: Mapping[str, str], log: Path, clock: Path | None
    ) -> subprocess.Popen[bytes]:
        """As people start it; what it says goes to files, so that it never waits for a reader."""
        program = [str(ELSEWHEN), str(clock)] if clock else ["-m", "connector"]
        with log.with_suffix(".out").open("wb") as out, log.with_suffix(".err").open("wb") as err:
            return subprocess.Popen(
                [*self.before, sys.executable, *program, *command],
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=err,
                env=env,
                start_new_session=True,
            )

    def end(self) -> None:
        """Kill what still runs."""
        for each in self.started:
            each.kill()


class Nursery:
    """Starts processes by forking one that has imported the program already: a tenth of the time."""

    def __init__(self) -> None:
        ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
        self._forking = subprocess.Popen(
            [sys.executable, "-m", "tests.campaign.nursery"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=ROOT,
            start_new_session=True,
        )

    def start(self, command: Sequence[str], env: Mapping[str, str], log: Path, clock: Path | None) -> Forked:
        """One more process."""
        order = {"arguments": command, "env": env, "log": str(log), "clock": clock and str(clock)}
        assert self._forking.stdin and self._forking.stdout
        self._forking.stdin.write(json.dumps(order) + "\n")
        self._forking.stdin.flush()
        return Forked(int(self._forking.stdout.readline()))

    def end(self) -> None:
        """Start no more."""
        self._forking.communicate()


@dataclass(slots=True)
class Forked:
    """A process that the nursery started, and this one must reap."""

    pid: int
    returncode: int | None = None

    def poll(self) -> int | None:
        """Its status, or None while it runs."""
        if self.returncode is None:
            ended, status = os.waitpid(self.pid, os.WNOHANG)
            if ended:
                self.returncode = os.waitstatus_to_exitcode(status)
        return self.returncode

    def wait(self, timeout: float = A_NIGHT) -> int:
        """Its status, when it has ended."""
        deadline = time.monotonic() + timeout
        while (status := self.poll()) is None:
            assert time.monotonic() < deadline, "this process never ended"
            time.sleep(0.005)
        return status


class Process:
    """A started process in a group of its own."""

    def __init__(self, running: subprocess.Popen[bytes] | Forked, log: Path) -> None:
        self._out, self._err = log.with_suffix(".out"), log.with_suffix(".err")
        self._running = running

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
            self._running.wait(PATIENCE),
            self._out.read_text("utf-8", "replace"),
            self._err.read_text("utf-8", "replace"),
        )

    def wait(self) -> Ended:
        """Wait for its end."""
        self._running.wait(A_NIGHT)
        return self.ended()

    def kill(self) -> None:
        """As a power cut does it, as far as the program can tell."""
        if self.runs:
            os.killpg(self.pid, signal.SIGKILL)
        self._running.wait(PATIENCE)

    def signal(self, number: int) -> None:
        """Send it a signal."""
        os.kill(self.pid, number)

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
